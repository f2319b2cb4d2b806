"""A figure says what is seen and where it comes from; beside an accuracy or a loss it says how long the networks were trained."""

import importlib
import inspect
import re

import pytest

from evidence.book import captions, draw
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from tests import prose

CAPTION = r"^/// figure-caption\n    attrs: \{id: fig-([\w-]+)\}\n([\s\S]*?)^///$"
CAPTIONS = [(path, *found) for path in sorted(ROOT.glob("docs/*.md")) for found in re.findall(CAPTION, path.read_text("utf-8"), re.M)]
TRAINED = r'"test_(accuracy|loss)"'
BUDGET = r"\b(steps?|epochs?|batches|pass over)\b"


def reads(source, names, seen=()):
    """True if a source, or that of a function of ours that it calls, names a test accuracy or loss."""
    if re.search(TRAINED, source):
        return True
    called = {value for name, value in names.items() if inspect.isfunction(value) and re.search(rf"\b{name}\b", source)}
    modules = [(name, value) for name, value in names.items() if inspect.ismodule(value) and value.__name__.startswith("evidence.")]
    called |= {getattr(module, member) for name, module in modules for member in re.findall(rf"\b{name}\.(\w+)\(", source)}
    ours = {one for one in called if one.__module__.startswith("evidence.") and one not in seen}
    return any(reads(inspect.getsource(one), inspect.unwrap(one).__globals__, {*seen, *ours}) for one in ours)


def shows_what_was_trained(figure):
    module = importlib.import_module(f"evidence.figures.{figure}")
    return reads(inspect.getsource(module), vars(module))


def test_captions_are_found():
    assert {figure for _, figure, _ in CAPTIONS} == set(draw.figures())


@pytest.mark.parametrize("page, figure, caption", CAPTIONS, ids=[f"{path.stem}-{figure}" for path, figure, _ in CAPTIONS])
def test_a_caption_says_how_long_was_trained(page, figure, caption):
    said = re.search(BUDGET, caption) or not shows_what_was_trained(figure)
    assert said, f"docs/{page.name}: {figure} shows an accuracy or a loss; say in its caption after how many steps or epochs"


@pytest.mark.parametrize("page", sorted({path for path, *_ in CAPTIONS}), ids=lambda path: path.stem)
def test_a_caption_stands_below_its_own_figure_and_links_to_its_own_sources(page):
    text = page.read_text("utf-8")
    below = re.findall(r"^\(= figures\.(\w+)\.images =\)\n\n/// figure-caption\n    attrs: \{id: fig-(\w+)\}$", text, re.M)
    assert below == [(figure, figure) for path, figure, _ in CAPTIONS if path == page]
    for _, figure, caption in CAPTIONS:
        assert set(re.findall(r"figures\.(\w+)\.links", caption)) <= {figure}


@pytest.mark.parametrize("figure", draw.figures())
def test_an_alt_text_says_what_is_seen_and_types_no_measurement(figure):
    module = importlib.import_module(f"evidence.figures.{figure}")
    assert hasattr(module, "ALT") != hasattr(module, "alt")
    typed = getattr(module, "ALT", "said in five words or more")
    assert len(typed.split()) >= 5 and not prose.typed_measurements(typed), "where it quotes measurements, write alt(runs)"


def test_both_images_of_a_figure_have_its_alt_text_and_one_shows_in_each_palette():
    first, second = captions.printed("fall", "It falls", ["rise"])["images"].split("\n")
    assert first == "![It falls](generated/figures/fall-light.svg#only-light){ loading=lazy }"
    assert second == first.replace("light", "dark")


@pytest.mark.parametrize("read, targets", [
    ([], []), (["rise"], ["experiments/rise.py", "results/rise.json"]),
    (["rise", "set"], ["experiments/rise.py", "results/rise.json", "experiments/set.py", "results/set.json"]),
])
def test_a_caption_links_to_the_code_and_to_every_experiment_that_the_figure_reads(read, targets):
    links = captions.printed("fall", "It falls", read)["links"]
    assert re.findall(r"\]\(generated/(?:evidence/)?(\S+)\)", links) == ["figures/fall.py", *targets]
    assert all(f"`{experiment}`" in links for experiment in read) is (len(read) != 1)


def test_a_figure_without_an_alt_text_is_a_sentence_with_the_remedy(monkeypatch):
    monkeypatch.delattr("evidence.figures.clipping.ALT")
    with pytest.raises(Problem, match="evidence/figures/clipping.py .* write ALT"):
        draw.drawing("clipping", {})


def test_an_accuracy_is_found_behind_a_reading():
    assert shows_what_was_trained("start_scale") and shows_what_was_trained("activation_matrix")
    assert not shows_what_was_trained("glorot_signal")
