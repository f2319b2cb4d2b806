"""Figures are pure: the same results give the same bytes, in both palettes, and nothing else is touched."""

import ast
import pickle
import re
from functools import cache

import pytest

from evidence import draw, record
from evidence.figures import palette
from evidence.freshness import ROOT

FIGURES = draw.figures()
each_figure = pytest.mark.parametrize("name", FIGURES)
RUNS = {name: result["runs"] for name, result in record.read_all().items()}


@cache
def drawn(name, mode):
    return draw.svg(name, RUNS, mode)


def test_there_are_figures_to_check():
    assert len(FIGURES) >= 5


@each_figure
def test_the_same_results_give_the_same_bytes_and_stay_as_they_are(name):
    before = pickle.dumps(RUNS)
    assert draw.svg(name, RUNS, "light") == drawn(name, "light")
    assert "<dc:date>" not in drawn(name, "light")
    assert pickle.dumps(RUNS) == before


@each_figure
def test_the_two_palettes_differ_in_colour_and_in_nothing_else(name):
    light, dark = (drawn(name, mode) for mode in ("light", "dark"))
    assert light != dark
    shapes = [re.sub(r"#[0-9a-f]{3,6}\b|p?[0-9a-f]{10,12}", "", text) for text in (light, dark)]
    assert shapes[0] == shapes[1]


@each_figure
def test_the_background_is_transparent(name):
    first_patch = drawn(name, "dark").split('<g id="patch_1">')[1][:400]
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


@pytest.mark.parametrize(("mode", "page"), [("light", "#ffffff"), ("dark", "#1e2129")])
def test_every_colour_of_a_family_has_3_to_1_contrast_on_its_page(mode, page):
    for color in [*palette.MODES[mode].family.values(), palette.MODES[mode].muted]:
        low, high = sorted(luminance(each) + 0.05 for each in (color, page))
        assert high / low >= 3, (color, high / low)


def test_every_snippet_has_a_family():
    assert {path.stem for path in (ROOT / "snippets/keras").glob("*.py")} == palette.FAMILY.keys()
