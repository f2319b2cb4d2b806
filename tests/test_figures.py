"""Figures are pure: the same results give the same bytes, every colour has its twin for dark pages, and nothing else is touched."""

import ast
import json
import pickle
import re

import pytest

from evidence.book import draw
from evidence.engine import record
from evidence.engine.freshness import ROOT
from evidence.networks.initializers import INITIALIZERS
from evidence.problem import Problem
from evidence.style import palette
from tests.pages import paths

FIGURES = draw.figures()
each_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture(scope="module")
def runs():
    return record.runs()


def drawn(name, mode="light"):
    return (draw.GENERATED / f"figures/{name}-{mode}.svg").read_text()


def test_the_figures_are_those_that_the_pages_show():
    shown = {name for page in paths() for name in re.findall(r"\(= figures\.(\w+)\.images =\)", page.read_text())}
    assert {*FIGURES} == shown != set()


@each_figure
def test_the_same_results_give_the_same_bytes_and_stay_as_they_are(name, runs):
    last = json.loads(draw.DRAWN.read_text())[name]
    known = {experiment: runs[experiment] for experiment in last["read"]}  # its key holds these and no other
    before = pickle.dumps(known)
    assert draw.drawing(name, known) == (drawn(name), last["alt"], last["read"]), "run: python -m evidence draw"
    assert "<dc:date>" not in drawn(name)
    assert pickle.dumps(known) == before


@each_figure
def test_every_colour_of_a_figure_is_of_the_palette_and_turns_for_dark_pages(name):
    light, dark = drawn(name), drawn(name, "dark")
    paints = [set(re.findall(r'(?:fill|stroke): ([^;"]+)', text)) - {"none"} for text in (light, dark)]
    assert paints[0] <= palette.DARK.keys() and {palette.DARK[paint] for paint in paints[0]} == paints[1]
    assert re.sub(r"#[0-9a-f]{6}\b", "", light) == re.sub(r"#[0-9a-f]{6}\b", "", dark)


def test_a_colour_without_a_twin_for_dark_pages_is_named_with_the_remedy():
    with pytest.raises(Problem, match="#123456.*evidence/style/palette.py"):
        palette.darkened('<path style="fill: #123456"/>')


def test_the_palette_and_the_style_have_the_colours_that_turn_dark_and_no_two_turn_alike():
    written = re.findall(r": ([0-9A-F]{6})$", (ROOT / "evidence/style/figure.mplstyle").read_text(), re.M)
    used = {*palette.PALETTE.family.values(), palette.PALETTE.muted, palette.PALETTE.faint, *(f"#{colour.lower()}" for colour in written)}
    assert used == palette.DARK.keys()
    assert len(set(palette.DARK.values())) == len(palette.DARK)


@each_figure
def test_the_background_is_transparent(name):
    first_patch = drawn(name).split('<g id="patch_1">')[1][:400]
    assert "fill: none" in first_patch


@each_figure
def test_a_figure_module_reads_no_file_and_names_no_colour(name):
    tree = ast.parse((ROOT / f"evidence/figures/{name}.py").read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"open", "exec", "eval"}
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not names & {"savefig", "read_text", "write_text", "rcParams", "pyplot"}
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not [word for word in words if re.fullmatch(r"#[0-9A-Fa-f]{3,8}|C\d|black|white|red|gr[ae]y|blue|green", word)]


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("turned", "page"), [(lambda colour: colour, "#ffffff"), (palette.DARK.get, "#1e2129")], ids=["light", "dark"])
def test_every_colour_of_a_family_has_3_to_1_contrast_on_its_page(turned, page):
    for color in map(turned, [*palette.PALETTE.family.values(), palette.PALETTE.muted]):
        low, high = sorted(luminance(each) + 0.05 for each in (color, page))
        assert high / low >= 3, (color, high / low)


def test_every_initializer_has_a_family():
    odd = ", ".join(sorted(INITIALIZERS.keys() ^ palette.FAMILY.keys()))
    assert not odd, f"{odd}: in evidence/theory/variance.py or in evidence/style/palette.py, and not in the other"


def test_an_initializer_without_a_family_is_named_with_the_remedy():
    for ask in (palette.PALETTE.__getitem__, palette.dash):
        with pytest.raises(Problem, match="no_such_rule.*evidence/style/palette.py"):
            ask("no_such_rule")
