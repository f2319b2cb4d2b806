"""The bench counts operations and forms ratios as it says."""

import numpy as np
import pytest

from evidence.bench import breakdown, speed, timings
from evidence.engine import freshness
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from evidence.tables.speed import LABELS


def test_flop_is_that_of_the_products_of_a_training_step():
    products = []  # (rows, inner, columns) of every matrix product in one step of 784-128-64-10 on a batch
    for fan_in, fan_out in [(784, 128), (128, 64), (64, 10)]:
        products.append((timings.BATCH, fan_in, fan_out))  # outputs
        products.append((fan_in, timings.BATCH, fan_out))  # gradient of the kernel
        if fan_in != 784:
            products.append((timings.BATCH, fan_out, fan_in))  # gradient of the inputs
    assert timings.flop(timings.BATCH, 0) == sum(2 * m * k * n for m, k, n in products)
    assert timings.flop(0, timings.BATCH) == 2 * timings.BATCH * (784 * 128 + 128 * 64 + 64 * 10)


def test_ratios_are_of_the_same_repeat_and_shares_of_the_fastest_product(capsys):
    seconds = {"keras.fit": [10.0, 40.0, 12.0], "stacked, K = 70": [1.0, 2.0, 1.0]}  # the second repeat was disturbed
    rows = {name: (None, 1, 1) for name in seconds}
    peak = 4 * timings.EPOCHS * timings.flop(timings.TRAIN, timings.TEST)  # so that one network takes 1/4 s at best
    timings.report(rows, dict.fromkeys(seconds, 3.0), peak, seconds, {"stacked, K = 70": np.array([0.9, 0.7])})
    printed = capsys.readouterr().out
    row = next(line for line in printed.splitlines() if line.startswith("stacked, K = 70"))
    assert row.split("K = 70")[1].split() == ["1.00", "1.00", "to", "2.00", "12.0", "25%", "3.0", "s", "1", "epoch"]
    assert "0.8000" in printed


def test_the_advice_names_the_pinned_pytorch():
    pins = [line for line in (ROOT / "requirements-frameworks.txt").read_text().splitlines() if line.startswith("torch")]
    assert [pin in timings.MISSING for pin in pins] == [True]


SECONDS = {"keras.fit": [10.0, 40.0, 12.0], "stacked, K = 70": [1.0, 2.0, 0.8]}  # the second repeat was disturbed

TRACE = {"while/a/MatMul:_MklBatchMatMulV2": 3.0, "while/MatMul:_MklMatMul": 1.0, "while/x:ResourceApplyAdam": 1.0,
         "while/y:GatherV2": 0.5, "ExecutorState::Process": 9.0, "EagerLocalExecute: __inference_MatMul_1": 9.0}
PARTS = breakdown.shares({"train_epoch": 0.8, "evaluate": 0.15}, TRACE, traced=8.0)


def test_the_parts_of_the_time_are_a_whole():
    assert sum(PARTS.values()) == pytest.approx(1)
    assert PARTS["matrix products"] == pytest.approx(0.4) and PARTS["optimizer"] == pytest.approx(0.1)
    assert PARTS["between operations"] == pytest.approx(0.25) and PARTS["outside"] == pytest.approx(0.05)


def test_the_products_of_a_run_are_found_in_its_trace():  # other operations may be too small here for TensorFlow to trace
    from snippets.tools import stacked

    rng = np.random.default_rng(0)
    x, y = rng.random((6400, 256), "float32"), rng.integers(0, 10, 6400)

    def train():
        stacked.train([("he_normal", 0), ("he_normal", 1)], x, y, (x[:100], y[:100]), widths=(256, 256, 10), epochs=1, verbose=False)

    parts, call = breakdown.breakdown(train, train), stacked.traced
    assert parts["matrix products"] > 0 and parts["evaluation"] > 0
    assert sum(parts.values()) == pytest.approx(1) and stacked.traced is call


@pytest.fixture
def recorded(tmp_path):
    rows = {name: (None, 70 if "70" in name else 1, 1) for name in LABELS}
    seconds = dict.fromkeys(LABELS, [10.0, 40.0, 12.0]) | SECONDS
    accuracy = dict.fromkeys(speed.SAME, np.array([0.9, 0.7]))
    speed.write_kinds(dict.fromkeys(("convolution", "recurrent", "transformer"), dict.fromkeys(("keras.fit", "built.Trainer", "PyTorch"), [1.0])), tmp_path / "bench.json")
    speed.write(rows, seconds, accuracy, peak=3e11, floor=0.4, parts=PARTS, path=tmp_path / "bench.json")
    return tmp_path / "bench.json"


def test_what_a_page_prints_are_ratios_within_a_repeat_and_their_range(recorded):
    printed = speed.printed(speed.read(recorded))
    assert printed["stacked_K_70"] == {"seconds": "1.00 (0.80 to 2.00)", "ratio": "15.0", "ratio_range": "10.0 to 20.0",
                                       "share": "40 %", "test_accuracy": "80.00 %"}
    assert printed["parts"]["matrix_products"] == "40 %"
    assert printed["keras_fit"]["ratio"] == "1.0" and printed["machine"]["gflops"] == "300" and printed["repeats"] == "3"


def test_a_damaged_record_is_not_printed(recorded):
    recorded.write_text(recorded.read_text().replace("40.0", "-40.0"))
    with pytest.raises(Problem, match="make bench"):
        speed.read(recorded)


def test_the_recorded_speed_is_of_the_programs_as_they_are():
    assert speed.read()["inputs"] == speed.inputs(speed.INPUTS), "a program that was timed has changed; run: make bench"
    assert {name: freshness.pin(name) for name in speed.read()["versions"]} == speed.read()["versions"]
