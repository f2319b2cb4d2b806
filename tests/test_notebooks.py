"""The notebooks are executed, current and readable, and fail loudly."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from evidence import mnist
from evidence.engine import freshness, notebooks
from evidence.engine.freshness import ROOT
from evidence.problem import Problem
from tests import prose
from tests.notebook_cells import read, sources

NAMES = notebooks.names()
each = pytest.mark.parametrize("name", NAMES)


def outputs(name):
    return [(cell, output) for cell in read(name)["cells"] for output in cell.get("outputs", [])]


def test_there_are_notebooks():
    assert NAMES, "docs/notebooks holds no notebook"


@each
def test_every_code_cell_ran_once_and_in_order(name):
    counts = [cell["execution_count"] for cell in read(name)["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


@each
def test_no_cell_failed_or_warned(name):
    assert outputs(name)
    kinds = {(output["output_type"], output.get("name", "stdout")) for _, output in outputs(name)}
    assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"]


@each
def test_every_figure_is_drawn_in_lines_and_says_what_is_seen(name):
    for cell, output in outputs(name):
        drawn = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
        assert drawn in ([], ["image/svg+xml"]), "a bitmap has one background: set InlineBackend.figure_formats to svg"
        assert not drawn or len(cell["metadata"].get("alt", "").split()) >= 5, "alt text goes into the cell's metadata"


@each
def test_the_outputs_are_current(name):
    assert notebooks.stale(name) == [], f"run: python -m evidence measure {name}"


@each
def test_the_prose_types_no_measurement(name):
    assert [found for text in sources(name, "markdown") for found in prose.typed_measurements(text + "\n")] == []


@each
def test_the_prose_uses_only_what_a_notebook_and_the_site_show_alike(name):
    for text in sources(name, "markdown"):
        assert not re.search(r"\$|^(!!!|\?\?\?|///)|\(=|\[\^|\{ ?[.#]", text, re.M), f"formulas go into `code`: {text[:60]}"


@each
def test_it_opens_with_a_title_and_a_summary_of_one_italic_sentence(name):
    first, description = sources(name, "markdown")[0], read(name)["metadata"]["step_zero"]["description"]
    assert first.startswith("# ") and first.count("\n") == 2
    assert prose.is_one_italic_sentence(prose.summary(first))
    assert 50 <= len(description) <= 200


@each
def test_every_link_leads_to_a_page_of_the_book(name):
    targets = re.findall(r"\]\(([^)]+)\)", "\n".join(sources(name, "markdown")))
    assert targets
    for target in targets:
        path, _, anchor = target.partition("#")
        page = notebooks.FOLDER / path
        assert path.startswith("../") and page.exists(), target
        headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.M)
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}, target


@each
def test_it_needs_only_what_colab_has_or_what_it_brings(name):
    code = "\n".join(sources(name, "code"))
    brought = {file.removesuffix(".py") for file in notebooks.BROUGHT.findall(code)}
    assert set(notebooks._imported(code)) - brought <= {"keras", "matplotlib", "numpy", "tensorflow"}


@each
def test_a_tool_it_brings_is_the_one_of_the_book(name):
    for source in sources(name, "code"):
        if found := notebooks.BROUGHT.match(source):
            assert source.removeprefix(found[0]).strip() == (ROOT / "snippets/tools" / found[1]).read_text().strip()


# As a page -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages():
    """Each notebook as mkdocs-jupyter hands it to the site."""
    from mkdocs_jupyter.convert import nb2html

    assert os.getcwd() == str(ROOT), "nbconvert looks for its template in docs/theme of where it runs"
    return {name: nb2html(str(notebooks.FOLDER / f"{name}.ipynb")) for name in NAMES}


@each
def test_the_page_holds_neither_scripts_nor_styles_nor_foreign_addresses(name, pages):
    html = pages[name]
    assert "<script" not in html and "cdnjs" not in html and "url(http" not in html
    assert not re.search(r"<style[^>]*>\s*[^<\s]", html)
    assert "In\xa0[" not in html and "Copied!" not in html and "No description" not in html


@each
def test_the_page_shows_each_line_of_code_once_with_a_button_to_copy_it(name, pages):
    cells = sources(name, "code")
    assert pages[name].count('<div class="highlight') == len(cells)
    assert len(re.findall(r'<div class="highlight[^>]*><pre><code>', pages[name])) == len(cells)
    assert "clipboard-copy-txt" not in pages[name]


@each
def test_a_figure_of_the_page_takes_its_ink_from_the_palette(name, pages):
    drawn = re.findall(r"<svg.*?</svg>", pages[name], re.S)
    assert len(drawn) == sum("image/svg+xml" in output.get("data", {}) for _, output in outputs(name))
    for svg in drawn:
        assert re.match(r'<svg aria-label="[^"]{20,}"|<svg role="img" aria-label="[^"]{20,}"', svg)
        assert not re.search(r"#[0-9a-f]{6}\b|<metadata|<style|<!--", svg), "the template in docs/theme/nbconvert knows no such colour"
    identities = [one for svg in drawn for one in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(identities) == len(set(identities))


# Freshness -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The committed notebooks, to be altered."""
    place = shutil.copytree(notebooks.FOLDER, tmp_path / "notebooks")
    monkeypatch.setattr(notebooks, "FOLDER", place)
    return place


def altered(place, name, change):
    """The reasons for which a notebook is stale that were none before the change."""
    before, notebook = notebooks.stale(name, place), json.loads((place / f"{name}.ipynb").read_text("utf-8"))
    change(notebook)
    (place / f"{name}.ipynb").write_text(json.dumps(notebook))
    return [reason for reason in notebooks.stale(name, place) if reason not in before]


def one_character(notebook):
    notebook["cells"][-1]["source"].append("#")


def another_output(notebook):
    next(cell for cell in notebook["cells"] if cell.get("outputs"))["outputs"][0]["text"] = ["0.9999\n"]


@each
def test_one_character_of_a_cell_makes_a_notebook_stale(copied, name):
    assert altered(copied, name, one_character) == ["its cells changed"]


@each
def test_an_altered_output_makes_a_notebook_stale(copied, name):
    assert altered(copied, name, another_output) == ["its outputs were altered"]


@each
def test_another_pinned_version_makes_a_notebook_stale(name, monkeypatch):
    pinned, before = freshness.pin, notebooks.stale(name)
    monkeypatch.setattr(freshness, "pin", lambda package: "9" if package == "numpy" else pinned(package))
    assert sorted(notebooks.stale(name)) == sorted([*before, "version of numpy changed"])


def test_another_text_of_a_tool_makes_the_notebooks_stale_that_bring_it(monkeypatch):
    bring = [name for name in NAMES if notebooks.BROUGHT.search("\n".join(sources(name, "code")))]
    monkeypatch.setattr(notebooks, "_tool", lambda name: "another text")
    assert bring and all(notebooks.stale(name)[0].startswith("snippets/tools/") for name in bring)


def test_other_data_makes_the_notebooks_stale_that_load_mnist(monkeypatch):
    load = [name for name in NAMES if "mnist.load_data" in "\n".join(sources(name, "code"))]
    monkeypatch.setattr(mnist, "SHA256", mnist.SHA256 | {"y_test": "0" * 64})
    assert load == [name for name in NAMES if "the data changed" in notebooks.stale(name)]


def evidence(project, *arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


@pytest.fixture
def project(tmp_path):
    """The project with two small notebooks and no experiments; the second cell of `failing` fails."""
    shutil.copytree(ROOT / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("__pycache__", ".*", "results"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    for path in (tmp_path / "evidence/experiments").glob("*.py"):
        path.unlink()
    folder = tmp_path / "docs/notebooks"
    folder.mkdir(parents=True)
    for name, second in [("failing", "print(later)\n"), ("sound", "print(1 / 3)\n")]:
        cells = [{"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": [text]}
                 for i, text in enumerate(["first = 1", second])]
        notebook = {"cells": cells, "metadata": {"step_zero": {}}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    return tmp_path


def test_a_failing_cell_stops_the_command_with_one_sentence_and_leaves_the_file(project):
    folder = project / "docs/notebooks"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = evidence(project, "-m", "evidence", "measure", "failing")
    assert done.returncode == 1
    assert done.stderr == ("docs/notebooks/failing.ipynb stopped at code cell 2, which starts “print(later)”: "
                           "NameError: name 'later' is not defined. The file is left as it was.\n")
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_measuring_executes_what_is_stale_and_status_names_it_without_jupyter(project):
    asked = evidence(project, "-X", "importtime", "-m", "evidence", "status")
    assert asked.returncode == 1 and "sound: stale, it was never executed" in asked.stdout
    assert " numpy" in asked.stderr and not re.search(r" (tensorflow|keras|nbclient|nbformat|jupyter\w*|IPython)$", asked.stderr, re.M)
    assert evidence(project, "-m", "evidence", "measure", "sound").stdout == "sound: executed\n"
    assert evidence(project, "-m", "evidence", "measure", "sound").stdout == "sound: current\n"
    cells = json.loads((project / "docs/notebooks/sound.ipynb").read_text())["cells"]
    assert cells[1]["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["0.3333333333333333\n"]}]


@pytest.mark.parametrize("one, other, same", [
    ("loss 0.2512, right", "loss 0.2514, right", True),
    ("difference -0.0012 ± 0.0030", "difference +0.0015 ± 0.0034", True),
    ("loss 0.25", "loss 0.55", False), ("loss 2.31", "loss nan", False), ("hidden_3: too large", "hidden_4: too large", False),
    ("factor 1,250", "factor 1,260", True), ("by 2e-05 of 1", "by 3e-05 of 1", True), ("1 of 256", "2 of 256", False),
])
def test_lines_are_compared_by_their_words_and_numbers(one, other, same):
    assert notebooks.alike(one, other) is same


def test_a_notebook_that_was_not_executed_afresh_is_named(tmp_path):
    for path in notebooks.FOLDER.glob("*.ipynb"):
        shutil.copy(path, tmp_path)
    notebooks.compare(tmp_path, say=lambda line: None)
    (tmp_path / "diagnose.ipynb").unlink()
    with pytest.raises(Problem, match="executed afresh: diagnose is missing"):
        notebooks.compare(tmp_path, say=lambda line: None)


@pytest.mark.parametrize("path", [notebooks.record.RESULTS, "evidence/results", "./evidence/../evidence/results/"])
def test_the_committed_results_go_with_the_notebooks_on_the_site_however_their_folder_is_written(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert notebooks.folder(path) == notebooks.FOLDER
    assert str(notebooks.folder(".verify/results")) == ".verify/notebooks"
