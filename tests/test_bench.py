"""The bench counts operations and forms ratios as it says."""

import numpy as np

from evidence import bench
from evidence.freshness import ROOT


def test_flop_is_that_of_the_products_of_a_training_step():
    products = []  # (rows, inner, columns) of every matrix product in one step of 784-128-64-10 on a batch
    for fan_in, fan_out in [(784, 128), (128, 64), (64, 10)]:
        products.append((bench.BATCH, fan_in, fan_out))  # outputs
        products.append((fan_in, bench.BATCH, fan_out))  # gradient of the kernel
        if fan_in != 784:
            products.append((bench.BATCH, fan_out, fan_in))  # gradient of the inputs
    assert bench.flop(bench.BATCH, 0) == sum(2 * m * k * n for m, k, n in products)
    assert bench.flop(0, bench.BATCH) == 2 * bench.BATCH * (784 * 128 + 128 * 64 + 64 * 10)


def test_ratios_are_of_the_same_repeat_and_shares_of_the_fastest_product(capsys):
    seconds = {"keras.fit": [10.0, 40.0, 12.0], "stacked, K = 70": [1.0, 2.0, 1.0]}  # the second repeat was disturbed
    rows = {name: (None, 1, 1) for name in seconds}
    peak = 4 * bench.EPOCHS * bench.flop(bench.TRAIN, bench.TEST)  # so that one network takes 1/4 s at best
    bench.report(rows, dict.fromkeys(seconds, 3.0), peak, seconds, {"stacked, K = 70": np.array([0.9, 0.7])})
    printed = capsys.readouterr().out
    row = next(line for line in printed.splitlines() if line.startswith("stacked, K = 70"))
    assert row.split("K = 70")[1].split() == ["1.00", "1.00", "to", "2.00", "12.0", "25%", "3.0", "s", "1", "epoch"]
    assert "0.8000" in printed


def test_the_advice_names_the_pinned_pytorch():
    pins = [line for line in (ROOT / "requirements-frameworks.txt").read_text().splitlines() if line.startswith("torch")]
    assert [pin in bench.MISSING for pin in pins] == [True]
