"""The laboratory as its reader uses it, in a real browser: it shows, asks and trains."""

import re
import zlib

import numpy as np
import pytest

from evidence.book import digits
from test_laboratory_engine import CODE as LOAD
from test_laboratory_engine import floats
from tests import dense_reference
from tests.browser import browser, folder, site, until  # noqa: F401
from tests.laboratory import IDLE, SMALL, Laboratory

pytestmark = pytest.mark.browser

PANELS = ("activation", "delta", "gradient", "idle")


def test_the_panels_come_before_any_training(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        for panel in PANELS:
            assert re.search(r"A.*\d.*B.*\d", laboratory.chart(panel)), panel
            assert laboratory.page.locator(f"#{panel} path.lab-dots").count() == 2
        assert laboratory.page.locator("#activation path.lab-theory").count() == 2
        assert "layer 30" in laboratory.words("message") and laboratory.words("clock") == ""


def test_the_page_alone_shows_that_thirty_layers_want_he(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        laboratory.guess("B")
        laboratory.train()
        outcome, found = laboratory.words("outcome"), laboratory.table()
        means = [np.mean([value for *_, value in found[name, "batch_loss"]][-40:]) for name in "ab"]
        assert means[0] - means[1] > 0.1 and abs(means[0] - np.log(10)) < 0.01
        assert outcome.startswith("In the last 40 of 160 steps the mean loss of A is {:.2f}, of B {:.2f}: B is ahead.".format(*means))
        assert outcome.endswith("You guessed B for step 160: so it was.")
        signal = {name: [value for step, _, value in found[name, "activation"] if step == 0] for name in "ab"}
        assert signal["a"][29] < 1e-6 * signal["a"][0] and signal["b"][29] > 1e-2 * signal["b"][0]


def test_training_waits_for_a_guess(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        laboratory.page.click("#train")
        laboratory.message("First say which will be ahead")
        assert laboratory.page.evaluate("document.activeElement.name") == "guess"
        assert laboratory.step() == 0
        laboratory.guess("neither")
        laboratory.train()
        assert laboratory.step() == 160 and "You guessed neither for step 160: " in laboratory.words("outcome")


def pack():
    """Labels and images of the pack: (3560,), (3560, 784) float64 from 0 to 1."""
    data = zlib.decompress(digits.PACK.read_bytes(), -15)
    count = 10 * sum(digits.PER_CLASS.values())
    pairs = np.frombuffer(data[count:], "uint8").reshape(count, -1)
    levels = np.stack([pairs >> 4, pairs & 15], axis=-1).reshape(count, -1)
    return np.frombuffer(data[:count], "uint8").astype(int), levels.astype("float32").astype("float64") / (digits.GREYS - 1)


BEGINNING = f"""async ({{base, settings}}) => {{{LOAD}
const {{weights, uniforms, shuffled}} = await load('initializers'), {{depth, width, seed}} = settings
const widths = [784, ...Array(depth).fill(width), 10]
const kernels = name => widths.slice(1).map((fanOut, l) => {{
  const draw = weights(settings[name], widths[l], fanOut, settings[`${{name}}_scale`], seed, l + 1)
  return text(Float32Array.from({{length: widths[l] * fanOut}}, (_, at) => draw(Math.floor(at / fanOut), at % fanOut)))
}})
return {{order: Array.from(shuffled(2560, uniforms(seed, ~0))), a: kernels('a'), b: kernels('b')}}
}}"""


def seen(kernels, x, y, batches, settings):
    """What a run of 20 steps shows, by (quantity, step), in the precision of x."""
    activation, start, found = settings["activation"], [(each.astype(x.dtype), np.zeros(each.shape[1], x.dtype)) for each in kernels], {}
    losses, end = dense_reference.train(start, [(x[rows], y[rows]) for rows in batches], activation, settings["optimizer"], settings["rate"])
    found["batch_loss", None] = losses
    for step, weights in ((0, start), (20, end)):
        test = slice(10 * digits.PER_CLASS["train"], None)
        logits = dense_reference.forward(weights, x[test], activation)[0][-1]
        found["test_loss", step] = np.array([dense_reference.losses(logits, y[test]).mean()])
        found["test_accuracy", step] = np.array([np.mean(logits.argmax(1) == y[test])])
        z, h = dense_reference.forward(weights, x[:256], activation)
        squares = [[np.mean(each.astype("float64") ** 2, axis=1) for each in part] for part in (h, dense_reference.backward(weights, z, h, y[:256], activation))]
        found["activation", step], found["delta", step] = np.mean(squares[0][1:], 1), np.mean(squares[1], 1)
        found["gradient", step] = np.array([np.mean(a * b) for a, b in zip(*squares)])
        found["dead", step] = np.array([np.mean(~each.any(0)) for each in h[1:-1]])
    return found


@pytest.mark.parametrize("settings", [
    {"depth": 30, "width": 64, "activation": "relu", "a": "glorot_normal", "b": "he_normal", "optimizer": "sgd", "rate": 0.01, "batch": 64, "seed": 0},
    {"depth": 4, "width": 32, "activation": "tanh", "a": "orthogonal", "b": "random_uniform", "optimizer": "adam", "rate": 0.002, "batch": 16, "seed": 7},
], ids=["relu-sgd", "tanh-adam"])
def test_a_run_of_the_page_is_numpys(site, settings):  # noqa: F811
    with Laboratory(site, **settings) as laboratory:
        laboratory.guess()
        for _ in range(20):
            laboratory.train("step")
        found = laboratory.table()
        start = laboratory.page.evaluate(BEGINNING, {"base": site.base, "settings": settings})
    y, x = pack()
    widths = [784, *[settings["width"]] * settings["depth"], 10]
    batches = np.reshape(start["order"][: 20 * settings["batch"]], (20, -1))
    for name in "ab":
        kernels = [floats(text, *shape) for text, shape in zip(start[name], zip(widths, widths[1:]))]
        exact, single = (seen(kernels, x.astype(kind), y, batches, settings) for kind in ("float64", "float32"))
        for (quantity, step), right in exact.items():
            values = np.array([value for when, _, value in found[name, quantity] if when == step or quantity == "batch_loss"])
            with np.errstate(divide="ignore", invalid="ignore"):
                error = np.max(np.nan_to_num(abs(single[quantity, step] / right - 1), nan=0))  # 0 / 0: equal
            assert values == pytest.approx(right, rel=1e-5 + 8 * error), (name, quantity, step)
    assert (("a", "saturated") in found) == (settings["activation"] == "tanh")


def test_rewind_gives_the_same_run_and_a_new_seed_another_with_a_band(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        laboratory.guess("A")
        runs = []
        for button in ("rewind", "reseed", None):
            laboratory.train()
            runs.append([value for *_, value in laboratory.table()["b", "batch_loss"]])
            if button:
                assert not laboratory.page.locator("#loss path.lab-band").count()
                laboratory.page.click(f"#{button}")
                until(laboratory.page, f"{IDLE} && !document.getElementById('clock').textContent")
        assert runs[0] == runs[1] != runs[2]
        assert laboratory.page.locator("#loss path.lab-band").count() == 2
        assert "Band: range of 2 seeds" in laboratory.words("loss") and "seed=1" in laboratory.page.url


def test_a_seed_that_runs_again_is_one_seed(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        laboratory.guess()
        laboratory.train()
        laboratory.page.click("#rewind")
        until(laboratory.page, f"{IDLE} && !document.getElementById('clock').textContent")
        laboratory.train("step")
        assert "Band" not in laboratory.words("loss")


def test_a_guess_is_about_the_first_round_and_stays_beside_what_came_of_it(site):  # noqa: F811
    with Laboratory(site, depth=2, width=16, activation="linear", a="zeros", rate=0.1) as laboratory:
        laboratory.guess("B")
        laboratory.train()
        assert "B is ahead" in laboratory.words("outcome")
        laboratory.page.fill("input[name=rate]", "100")
        laboratory.page.press("input[name=rate]", "Enter")
        laboratory.train()
        outcome = laboratory.words("outcome")
        assert "of 320 steps" in outcome and "of B NaN: A is ahead" in outcome
        assert outcome.endswith("You guessed B for step 160: so it was.")


def test_a_rate_can_be_changed_while_networks_train(site):  # noqa: F811
    with Laboratory(site, **SMALL, optimizer="sgd", rate=0.01) as laboratory:
        laboratory.guess()
        laboratory.train("step")
        laboratory.page.fill("input[name=rate]", "0")
        laboratory.page.press("input[name=rate]", "Enter")
        laboratory.message("“Learning rate” takes a number from")
        laboratory.page.fill("input[name=rate]", "100")
        laboratory.page.press("input[name=rate]", "Enter")
        laboratory.message("The rate is 100 from step 1 on")
        assert laboratory.step() == 1 and "rate=100" in laboratory.page.url
        laboratory.train()
        losses = [value for *_, value in laboratory.table()["b", "batch_loss"]]
        assert losses[1] < 5 and not max(losses[2:]) < 5  # one step at 100 leaves nothing of the network


def test_two_clicks_on_train_are_one_and_pause_pauses(site):  # noqa: F811
    with Laboratory(site, depth=12) as laboratory:
        laboratory.guess()
        laboratory.page.dblclick("#train")
        until(laboratory.page, "document.getElementById('clock').textContent")
        assert laboratory.words("train") == "Pause"
        laboratory.page.click("#train")
        until(laboratory.page, IDLE)
        at = laboratory.step()
        assert 0 < at < 160 and f"of {at} steps" in laboratory.words("outcome")
        laboratory.train()
        assert laboratory.step() == 160 and len(laboratory.table()["a", "batch_loss"]) == 160


def test_settings_changed_in_the_middle_start_anew(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        laboratory.guess()
        laboratory.page.click("#train")
        until(laboratory.page, "document.getElementById('clock').textContent")
        laboratory.page.select_option("select[name=activation]", "tanh")
        until(laboratory.page, f"{IDLE} && !document.getElementById('clock').textContent")
        assert "activation=tanh" in laboratory.page.url and not laboratory.page.is_checked("input[name=guess][value=none]")
        assert len(laboratory.table()["a", "activation"]) == 31


def test_numbers_that_overflow_are_shown_as_what_they_are(site):  # noqa: F811
    with Laboratory(site, **SMALL | {"depth": 5, "width": 64}, a="standard_normal", rate=1) as laboratory:
        laboratory.guess("A")
        laboratory.train()
        assert re.search("the mean loss of A is NaN, of B NaN: neither is ahead.*You guessed A for step 160: it was neither", laboratory.words("outcome"))
        assert "A is NaN in layer 1" in laboratory.words("activation")
        assert laboratory.page.locator("#loss path.lab-cross.lab-a").get_attribute("d")


def test_a_signal_of_zero_is_marked_at_the_bottom_and_an_infinite_one_at_the_top(site):  # noqa: F811
    def crosses(laboratory):
        drawn = laboratory.page.locator("#activation path.lab-cross.lab-a").get_attribute("d")
        return {float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)", drawn)}

    with Laboratory(site, **SMALL, a="zeros", b="zeros") as zeros, Laboratory(site, depth=40, width=256, a="ones", b="ones") as ones:
        [bottom], [top] = crosses(zeros), crosses(ones)
        assert bottom > 100 > top
        assert "A's signal (zeros) is 0;" in zeros.words("message") and "A's signal (ones) is ∞;" in ones.words("message")
        assert "NaN" not in ones.page.get_attribute("#spread-a", "aria-label")


def test_every_preset_starts(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        for button in laboratory.page.locator("#presets button").all():
            button.click()
            until(laboratory.page, IDLE)
            assert button.get_attribute("aria-pressed") == "true" and "Before training" in laboratory.words("message")
