"""The laboratory as its reader uses it, in a real browser."""

import csv
import io
import itertools
import json
import re
import zlib
from pathlib import Path
from urllib.parse import urlencode

import matplotlib.image
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from evidence.book import digits
from evidence.theory.variance import VARIANCE
from tests import dense_reference, rules, sandbox
from test_browser import SCHEMES, SIZES, browser, folder, site, until  # noqa: F401
from test_laboratory_engine import CODE as LOAD
from test_laboratory_engine import OTHERS, SCALE, floats

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs/laboratory"
SMALL = {"depth": 3, "width": 16, "batch": 8}
PANELS = ("activation", "delta", "gradient", "idle")
IDLE = "!document.getElementById('train').disabled && document.getElementById('train').textContent !== 'Pause'"


class Laboratory:
    """The page in a browser profile of its own, opened by a link with these settings."""

    def __init__(self, site, scheme="light", screen=1280, routes=(), script="", ready=True, **settings):  # noqa: F811
        self.context = site.context(scheme)
        self.context.add_init_script(script)
        for pattern, answer in routes:
            self.context.route(pattern, answer)
        self.page, self.asked = self.context.new_page(), []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.set_viewport_size({"width": screen, "height": SIZES[screen]})
        self.page.goto(f"{site.base}laboratory/?{urlencode(settings)}")
        if ready:
            until(self.page, IDLE)

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        faults = self.context.faults
        self.context.close()
        assert failed[0] or not faults, faults

    def words(self, name):
        return self.page.inner_text(f"#{name}")

    def message(self, pattern):
        """Wait until the page says something of this pattern, and return it all."""
        until(self.page, "text => new RegExp(text).test(document.getElementById('message').textContent)", arg=pattern)
        return self.words("message")

    def guess(self, value="none"):
        self.page.check(f"input[name=guess][value={value}]")

    def train(self, button="train"):
        """Press a button that trains, and wait until the worker has stopped."""
        self.page.click(f"#{button}")
        until(self.page, f"{IDLE} && document.getElementById('outcome').textContent")

    def step(self):
        return int(self.words("clock").removeprefix("step ") or 0)

    def table(self):
        """The run that the page offers for download: {(network, quantity): [(step, layer, value)]}."""
        with self.page.expect_download() as waiting:
            self.page.click("#csv")
        found = {}
        for row in csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())):
            found.setdefault((row["network"], row["quantity"]), []).append((int(row["step"]), row["layer"], float(row["value"])))
        return found

    def chart(self, name):
        return self.page.get_attribute(f"#{name} > svg", "aria-label")


def test_the_panels_come_before_any_training(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        for panel in PANELS:
            assert re.search(r"A.*\d.*B.*\d", laboratory.chart(panel)), panel
            assert laboratory.page.locator(f"#{panel} path.lab-dots").count() == 2
        assert laboratory.page.locator("#activation path.lab-theory").count() == 2
        assert "layer 30" in laboratory.words("message") and laboratory.words("clock") == ""


def test_the_page_alone_shows_that_thirty_layers_want_he(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        laboratory.guess("b")
        laboratory.train()
        outcome, found = laboratory.words("outcome"), laboratory.table()
        means = [np.mean([value for *_, value in found[name, "batch_loss"]][-40:]) for name in "ab"]
        assert means[0] - means[1] > 0.1 and abs(means[0] - np.log(10)) < 0.01
        assert outcome.startswith("You said B. In the last 40 of 160 steps the mean loss of A is {:.2f}, of B {:.2f}".format(*means))
        assert "B is ahead. As you said." in outcome
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
        assert laboratory.step() == 160 and "You said neither." in laboratory.words("outcome")


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
        laboratory.guess("a")
        runs = []
        for button in ("rewind", "reseed", None):
            laboratory.train()
            runs.append([value for *_, value in laboratory.table()["b", "batch_loss"]])
            if button:
                assert not laboratory.page.locator("#loss path.lab-band").count() or runs[2:]
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


def test_a_rate_can_be_changed_while_networks_train(site):  # noqa: F811
    with Laboratory(site, **SMALL, optimizer="sgd", rate=0.01) as laboratory:
        laboratory.guess()
        laboratory.train("step")
        laboratory.page.fill("input[name=rate]", "0")
        laboratory.page.press("input[name=rate]", "Enter")
        laboratory.message("rate is a number from")
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
        laboratory.guess("a")
        laboratory.train()
        assert "the mean loss of A is NaN" in laboratory.words("outcome") and "Not as you said" in laboratory.words("outcome")
        until(laboratory.page, "document.getElementById('activation').innerText.includes('A is NaN in layer 1')")  # a frame later
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


IMPOSSIBLE = {
    "depth=500": "depth=500, but depth is a whole number from 1 to 50", "depth=2.5": "depth=2.5, but", "depth=": "depth=, but",
    "width=63": "width is one of 16, 32", "activation=<b>x</b>": "activation is one of relu", "a=nobody": "a is one of he_normal",
    "rate=abc": "rate is a number from", "rate=Infinity": "rate is a number", "seed=-1": "seed is a whole number", "b_scale=0": "b_scale is a number",
}
TOGETHER = {"depth=50&width=512": "50 layers of 512 units are"}


def test_each_impossible_part_of_a_link_is_named_and_replaced(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        defaults = laboratory.page.evaluate("Object.fromEntries(new FormData(document.getElementById('settings')))")
        for links in (IMPOSSIBLE, TOGETHER):
            laboratory.page.goto(f"{site.base}laboratory/?{'&'.join(links)}&utm_source=elsewhere")
            said = laboratory.message("Taken instead.*Before training")
            assert not [told for told in links.values() if told not in said]
            taken = laboratory.page.evaluate("Object.fromEntries(new FormData(document.getElementById('settings')))")
            assert taken == defaults


@pytest.mark.parametrize("link", ["depth=5&depth=abc", "depth=abc&depth=7&depth=5"])
def test_the_page_says_truly_what_it_takes_of_a_link_that_says_a_thing_twice(site, link):  # noqa: F811
    with Laboratory(site) as laboratory:
        laboratory.page.goto(f"{site.base}laboratory/?{link}")
        laboratory.message("depth=abc, but .* Taken instead: 5.*in layer 5:")
        assert laboratory.page.input_value("input[name=depth]") == "5"


def test_a_history_that_takes_no_more_addresses_stops_no_slider(site):  # noqa: F811
    full = "history.replaceState = () => { throw new DOMException('too many', 'SecurityError') }"  # as Safari after a hundred
    with Laboratory(site, script=full, **SMALL, a="variance_scaling") as laboratory:
        laboratory.page.evaluate("""() => { const slider = document.querySelector('[data-for=a_scale]')
            slider.value = 1; slider.dispatchEvent(new Event('input', {bubbles: true})) }""")
        laboratory.message(re.escape("variance_scaling(10)"))
        until(laboratory.page, IDLE)


def test_what_is_half_typed_stays_while_the_worker_catches_up(site):  # noqa: F811
    with Laboratory(site, depth=40) as laboratory:
        laboratory.page.evaluate("""() => { for (const value of ['tanh', 'selu']) {
            const select = document.querySelector('[name=activation]')
            select.value = value; select.dispatchEvent(new Event('change', {bubbles: true})) }
            document.querySelector('[name=seed]').value = 12 }""")
        until(laboratory.page, IDLE)
        assert laboratory.page.input_value("input[name=seed]") == "12" and "activation=selu" in laboratory.page.url


def test_a_slider_ends_at_the_last_value_it_was_given(site):  # noqa: F811
    with Laboratory(site, a="variance_scaling", b="variance_scaling") as laboratory:
        laboratory.page.evaluate("""() => { const slider = document.querySelector('[data-for=a_scale]')
            for (const value of [-1, -0.5, 0, 0.5, 1, 0.3]) { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})) } }""")
        until(laboratory.page, IDLE)
        assert "a_scale=2&" in laboratory.page.url and "b_scale=2&" in laboratory.page.url
        found = laboratory.table()
        assert found["a", "activation"] == found["b", "activation"]  # the same c, the same seed, the same weights


def test_too_large_a_network_is_refused_where_it_is_set(site):  # noqa: F811
    with Laboratory(site, depth=50) as laboratory:
        laboratory.page.select_option("select[name=width]", "512")
        laboratory.message("takes 4: lower the depth or the width")


def broken(body):
    return lambda route: route.fulfill(status=200, body=body)


CUT = (FOLDER / "digits.pack").read_bytes()[:200_000]
LACKING = {  # what is missing: the file that is served instead, and what the page says
    "DecompressionStream": ("digits.js", "delete self.DecompressionStream\n" + (FOLDER / "digits.js").read_text(), "lacks DecompressionStream"),
    "a part of the pack": ("digits.pack", CUT, "did not arrive whole"),
    "the pack": ("digits.pack", b"", "did not arrive whole"),
    "the right pack": ("digits.pack", b"\x03\x00", "did not arrive whole"),
    "a part of the program": ("run.js", "export const", "did not load whole"),
}


def instead(body):
    kind = "text/javascript" if isinstance(body, str) else "application/octet-stream"
    return lambda route: route.fulfill(status=200, body=body, content_type=kind)


@pytest.mark.parametrize("lacking", LACKING)
def test_what_did_not_arrive_is_said(site, lacking):  # noqa: F811
    file, body, told = LACKING[lacking]
    laboratory = Laboratory(site, ready=False, routes=[(f"**/{file}", instead(body))])
    laboratory.message(told)
    assert laboratory.page.is_disabled("#train")
    faults = laboratory.context.faults
    laboratory.context.close()
    assert not faults or file == "run.js"  # a program that is cut is a fault of its own


def test_a_browser_without_workers_is_told_so(site):  # noqa: F811
    with Laboratory(site, ready=False, script="delete window.Worker") as laboratory:
        laboratory.message("no workers")
        assert laboratory.page.is_disabled("#train")


def test_without_vectors_the_same_is_computed_more_slowly(site):  # noqa: F811
    losses = []
    for routes in ((), [("**/product.wasm", instead(b"no module"))]):
        with Laboratory(site, routes=routes, **SMALL) as laboratory:
            assert ("several times as long" in laboratory.words("message")) == bool(routes)
            laboratory.guess()
            laboratory.train()
            losses.append([value for *_, value in laboratory.table()["b", "batch_loss"]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_all_can_be_done_by_keyboard(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        page = laboratory.page
        reached, unseen = {}, []
        page.focus("#presets button")
        for _ in range(60):
            name, visible = page.evaluate("""() => { const e = document.activeElement, s = getComputedStyle(e)
                return [e.id || e.name || e.textContent, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0] }""")
            if not visible:
                unseen.append(name)
            reached[name] = True
            if name == "guess":
                page.keyboard.press("Space")
            if name == "train":
                break
            page.keyboard.press("Tab")
        assert not unseen
        assert {"depth", "width", "activation", "a", "b", "optimizer", "rate", "batch", "seed", "guess", "train"} <= reached.keys()
        page.keyboard.press("Enter")
        until(page, f"{IDLE} && document.getElementById('outcome').textContent")
        assert "You said A." in laboratory.words("outcome")
        for button in ("step", "rewind", "reseed"):  # each is disabled while the worker is busy
            page.focus(f"#{button}")
            page.keyboard.press("Enter")
            until(page, f"{IDLE} && document.activeElement.id === '{button}'")
        page.focus("#layer")
        page.keyboard.press("ArrowLeft")
        until(page, "document.getElementById('spread-a').getAttribute('aria-label').includes('layer 2')")


@pytest.mark.parametrize("scheme, screen", [*itertools.product(SCHEMES, (360, 1280))])
def test_a_trained_laboratory_is_accessible(site, scheme, screen):  # noqa: F811
    with Laboratory(site, scheme, screen, **SMALL, a="variance_scaling") as laboratory:
        laboratory.guess()
        laboratory.train()
        for summary in laboratory.page.locator("#laboratory summary").all():
            summary.click()
        until(laboratory.page, "document.querySelectorAll('#loss tr').length > 40")
        assert not [rule["id"] for rule in Axe().run(laboratory.page).response["violations"]]
        assert laboratory.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_digits_print_dark_on_white_from_a_dark_page(site):  # noqa: F811
    still = "window.ResizeObserver = class { observe() {} }"  # paper: nothing is drawn anew for it
    with Laboratory(site, "dark", script=still, **SMALL) as laboratory:
        digit = laboratory.page.locator("#passed canvas").first
        until(laboratory.page, "document.querySelector('#passed canvas')")
        laboratory.page.emulate_media(media="print")
        levels = matplotlib.image.imread(io.BytesIO(digit.screenshot()))[4:-4, 4:-4, :3]  # without its frame
        assert levels.max() > 0.99 and levels.min() < 0.3


def test_a_chart_and_the_table_behind_it_say_the_same(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        laboratory.page.click("#delta summary")
        cells = laboratory.page.locator("#delta tr").nth(1).locator("td").all_inner_texts()
        assert f"{cells[0]} in layer 1" in laboratory.chart("delta") and f"{cells[1]} in layer 1" in laboratory.chart("delta")
        assert len(cells) == 4


def test_a_link_brings_its_settings(site):  # noqa: F811
    with Laboratory(site, **SMALL, a="variance_scaling", a_scale=3.5, optimizer="adam", seed=12) as laboratory:
        laboratory.page.click("#link")
        laboratory.message("The link to these settings is copied")
        link = laboratory.page.evaluate("navigator.clipboard.readText()")
        laboratory.page.goto(link)
        until(laboratory.page, IDLE)
        taken = laboratory.page.evaluate("Object.fromEntries(new FormData(document.getElementById('settings')))")
        expected = {"depth": "3", "width": "16", "batch": "8", "a": "variance_scaling", "a_scale": "3.5", "optimizer": "adam", "seed": "12"}
        assert expected.items() <= taken.items()


def test_every_preset_starts(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        for button in laboratory.page.locator("#presets button").all():
            button.click()
            until(laboratory.page, IDLE)
            assert button.get_attribute("aria-pressed") == "true" and "Before training" in laboratory.words("message")


PROGRAMS = f"""async ({{base, settings, names, scale}}) => {{{LOAD}
const {{kerasProgram, torchProgram, kerasRule, torchRule}} = await load('programs'), {{DEFAULTS}} = await load('settings')
const given = {{...DEFAULTS, ...settings}}, rules = rule => Object.fromEntries(names.map(name => [name, rule(name, scale)]))
return {{keras: kerasProgram(given), torch: torchProgram(given), rules: [rules(kerasRule), rules(torchRule)]}}
}}"""


def test_the_programs_run_and_draw_the_weights_that_they_name(site, capsys):  # noqa: F811
    torch = pytest.importorskip("torch")
    with Laboratory(site) as laboratory:
        names = laboratory.page.locator("select[name=a] option").all_inner_texts()
        given = {"base": site.base, "settings": SMALL | {"activation": "leaky_relu"}, "names": names, "scale": SCALE}
        programs = laboratory.page.evaluate(PROGRAMS, given)
        laboratory.page.click("#keras")
        laboratory.message("Keras program is copied")
        assert laboratory.page.evaluate("navigator.clipboard.readText()").startswith('"""From the laboratory')
    import keras

    for name in names:
        shape = (64, 128)
        expected = OTHERS[name](shape) if name in OTHERS else rules.rule(name, shape)
        rule = eval(programs["rules"][0][name], {"keras": keras})
        keras.utils.set_random_seed(1)
        torch.manual_seed(1)
        rules.check(np.array(keras.initializers.get(rule)(shape), "float64"), expected)
        kernel = torch.zeros(shape[::-1])
        eval(f"lambda w, fan_in, fan_out: {programs['rules'][1][name]}", {"nn": torch.nn, "CUT": np.sqrt(rules.CUT_VARIANCE)})(kernel, *shape)
        rules.check(kernel.double().numpy().T, expected)
    for framework in ("keras", "torch"):
        with sandbox.fresh_process(real_mnist=False, needs_keras=True):
            Path("mnist.npz").write_bytes(Path(sandbox.mnist_file(False)).read_bytes())
            exec(compile(programs[framework], f"<{framework}>", "exec"), {"__name__": "__main__"})
        printed = capsys.readouterr().out.strip().splitlines()
        assert [line.split()[0] for line in printed] == ["A", "B"] and all("0." in line for line in printed)


STEPS = f"async ({{base}}) => {{{LOAD}const {{kerasProgram}} = await load('programs'), {{DEFAULTS, RANGES}} = await load('settings')\n" \
    "return RANGES.batch.values.map(batch => kerasProgram({...DEFAULTS, batch}))}"


def test_the_keras_program_takes_as_many_steps_as_a_round(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        programs = laboratory.page.evaluate(STEPS, {"base": site.base})
    for program in programs:
        images, batch, epochs = map(int, re.search(r"fit\(x\[:(\d+)\].*batch_size=(\d+), epochs=(\d+),", program).groups())
        assert images / batch * epochs == 160


def test_the_table_says_which_c_was_whose(site):  # noqa: F811
    with Laboratory(site, **SMALL, a="variance_scaling", a_scale=0.5, b="variance_scaling") as laboratory:
        with laboratory.page.expect_download() as waiting:
            laboratory.page.click("#csv")
        rows = csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text()))
    assert {(row["network"], row["initializer"]) for row in rows} == {("a", "variance_scaling(0.5)"), ("b", "variance_scaling(2)")}


def test_no_other_page_loads_any_of_it(site):  # noqa: F811
    names = "|".join(re.escape(path.name) for path in FOLDER.iterdir() if path.suffix != ".txt")
    loads = re.compile(rf'(?:src|href)="(?:[^"]*/)?(?:{names})"')
    users = [path for path in site.folder.rglob("*.html") if loads.search(path.read_text())]
    assert users == [site.folder / "laboratory/index.html"]
    with Laboratory(site) as laboratory:
        asked = {Path(url.split("?")[0]).name for url in laboratory.asked}
        assert "page.js" in asked  # and those of the worker are its own requests


def test_the_settings_offer_every_initializer_of_the_book(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        assert set(laboratory.page.locator("select[name=b] option").all_inner_texts()) == {*VARIANCE, *OTHERS}


def main_thread(trace):
    """CPU milliseconds of the tasks of the page's main thread in a trace of Chromium: other processes' time does not count."""
    events = json.loads(trace)["traceEvents"]
    names = {(event["pid"], event["tid"]): event["args"]["name"] for event in events if event.get("name") == "thread_name"}
    return [event["tdur"] / 1000 for event in events
            if event.get("name", "").endswith("RunTask") and names.get((event["pid"], event["tid"])) == "CrRendererMain" and "tdur" in event]


def test_the_page_never_freezes(site):  # noqa: F811
    with Laboratory(site, screen=360) as laboratory:
        laboratory.guess()
        site.browser.start_tracing(page=laboratory.page, categories=["toplevel", "__metadata"])
        laboratory.train()
        laboratory.page.select_option("select[name=activation]", "selu")
        until(laboratory.page, IDLE)
        tasks = main_thread(site.browser.stop_tracing())
        assert len(tasks) > 100 and max(tasks) < 50
