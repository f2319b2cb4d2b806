"""Whoever reads an accuracy or a loss off a figure reads in its caption how long the networks were trained."""

import importlib
import inspect
import re

import pytest

from evidence.book import draw
from evidence.engine.freshness import ROOT

CAPTION = r"^/// figure-caption\n    attrs: \{id: fig-([\w-]+)\}\n([\s\S]*?)^///$"
CAPTIONS = [(path, *found) for path in sorted(ROOT.glob("docs/*.md")) for found in re.findall(CAPTION, path.read_text("utf-8"), re.M)]
TRAINED = r'"test_(accuracy|loss)"'
BUDGET = r"\b(steps?|epochs?|batches|pass over)\b"


def reads(source, names, seen=()):
    """True if a source, or that of a function of ours that it calls, names a test accuracy or loss."""
    if re.search(TRAINED, source):
        return True
    called = {value for name, value in names.items() if inspect.isfunction(value) and re.search(rf"\b{name}\b", source)}
    ours = {one for one in called if one.__module__.startswith("evidence.") and one not in seen}
    return any(reads(inspect.getsource(one), one.__globals__, {*seen, *ours}) for one in ours)


def shows_what_was_trained(figure):
    module = importlib.import_module(f"evidence.figures.{figure}")
    return reads(inspect.getsource(module), vars(module))


def test_captions_are_found():
    assert {figure for _, figure, _ in CAPTIONS} == set(draw.figures())


@pytest.mark.parametrize("page, figure, caption", CAPTIONS, ids=[f"{path.stem}-{figure}" for path, figure, _ in CAPTIONS])
def test_a_caption_says_how_long_was_trained(page, figure, caption):
    said = re.search(BUDGET, caption) or not shows_what_was_trained(figure)
    assert said, f"docs/{page.name}: {figure} shows an accuracy or a loss; say in its caption after how many steps or epochs"


def test_an_accuracy_is_found_behind_a_reading():
    assert shows_what_was_trained("start_scale") and shows_what_was_trained("activation_matrix")
    assert not shows_what_was_trained("glorot_signal")
