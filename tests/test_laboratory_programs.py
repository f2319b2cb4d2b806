"""What a reader takes away from the laboratory: a link, the programs, the table; and what the page offers and loads."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pytest

from evidence.theory.variance import VARIANCE
from test_laboratory_engine import CODE as LOAD
from test_laboratory_engine import OTHERS, SCALE
from tests import rules, sandbox
from tests.browser import browser, folder, site, until  # noqa: F401
from tests.laboratory import IDLE, SMALL, Laboratory

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[1] / "docs/laboratory"


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
