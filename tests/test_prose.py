"""No measurement is typed into the prose; summaries, figures and placeholders are all there."""
import json
import re

import jinja2
import pytest

from tests import prose
from tests.pages import ROOT

DOCS = ROOT / "docs"
GENERATED = DOCS / "generated"
PAGES = sorted(path for path in DOCS.glob("**/*.md") if GENERATED not in path.parents)
CHAPTERS = [path for path in PAGES if path.stem not in ("index", "claims", "contributing")]
REMEDY = ("record it in evidence/ and write its placeholder, (= experiment.arm.quantity =); "
          "a definition goes into `code` or $math$, a quotation into a sourced > or <div class=\"quoted\" markdown>")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda path: path.stem)


def where(page, line):
    return f"{page.relative_to(ROOT)}:{line}"


@pytest.fixture(scope="module")
def numbers():
    path = GENERATED / "numbers.json"
    assert path.exists(), "docs/generated/numbers.json is missing: run python -m evidence draw"
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def figures():
    found = {path.name for path in GENERATED.glob("figures/*.svg")}
    assert found, "docs/generated/figures/ holds no figure: run python -m evidence draw"
    return found


def used_figures():
    shown = [re.fullmatch(r"figures\.(\w+)\.images", found) for page in PAGES for _, found in prose.placeholders(page.read_text("utf-8"))]
    return {f"{match[1]}-{mode}.svg" for match in shown if match for mode in ("light", "dark")}


def has_value(expression, numbers):
    try:
        return jinja2.Environment().compile_expression(expression)(**numbers) is not None
    except jinja2.TemplateError:
        return False


def test_there_are_chapters_to_check():
    assert CHAPTERS, "docs/ holds no chapter"


@each_page
def test_no_measurement_is_typed_into_the_prose(page):
    typed = [f"{where(page, line)}: {number}" for line, number in prose.typed_measurements(page.read_text("utf-8"))]
    assert not typed, f"{REMEDY}\n" + "\n".join(typed)


@each_page
def test_every_quoted_number_names_its_source(page):
    lines = prose.unsourced_quotations(page.read_text("utf-8"))
    assert not lines, f"{[where(page, line) for line in lines]}: add a footnote or a link to the source"


@each_page
def test_every_placeholder_has_a_value(page, numbers):
    missing = [f"{where(page, line)}: {expression}" for line, expression in prose.placeholders(page.read_text("utf-8"))
               if not has_value(expression, numbers)]
    assert not missing


@each_chapter
def test_the_chapter_opens_with_a_summary_of_one_italic_sentence(page):
    paragraph = prose.summary(page.read_text("utf-8"))
    assert prose.is_one_italic_sentence(paragraph), f"write *one sentence.* under the title, not {paragraph!r}"


@each_page
def test_every_image_says_what_is_seen(page):
    short = [f"{where(page, image.line)}: {image.alt!r}" for image in prose.images(page.read_text("utf-8"))
             if len(image.alt.split()) < 5]
    assert not short, f"alt text of at least five words: {short}"


@each_page
def test_a_figure_brings_its_images_and_its_alt_text_itself(page):
    typed = [where(page, image.line) for image in prose.images(page.read_text("utf-8")) if "generated/figures/" in image.target]
    assert not typed, f"{typed}: write (= figures.NAME.images =)"


def test_every_drawn_figure_is_used_by_a_page(figures):
    assert figures - used_figures() == set()


def test_every_figure_of_a_page_is_drawn(figures):
    assert used_figures() - figures == set()


PLANTED = [
    "He normal reaches 0.9769 after five epochs.",
    "He normal reaches 0.98.",
    "The loss stays at 2.3010.",
    "An accuracy of 97.69 % is typical.",
    "An accuracy of 97.7% is typical.",
    "An accuracy of 97 per cent is typical.",
    "The gap is 0.3 points.",
    "Training takes 1.84 seconds.",
    "Training takes 17 s.",
    "Training takes 0.5 seconds.",
    "It is 9.2 times faster.",
    "It is 10 × faster.",
    "It gains 3 percentage points.",
    "| zeros | 0.1135 |",
    "![Accuracy ends at 0.9755 for He](generated/figures/a-light.svg#only-light)",
    "# The 97.7 % chapter",
    "/// figure-caption\n    attrs: {id: fig-a}\n**It ends at 0.9755.**\n///",
    "!!! note\n\n    It ends at 0.9755.",
    "As we write `he_normal`, it ends at 0.9755, not at $x$.",
    "It costs $5 and ends at 0.9755, or $6.",
    "- `a\n- 0.9755",
    "[^he]: He et al. 2015.\n\nIt ends at 0.9755.",
]
CLEAN = [
    "It ends at (= shootout.he_normal.val_accuracy =).",
    "`0.9755` and ``0.9755`` are code.",
    "A learning rate of 0.1, 0.05 or 0.001.",
    "Intervals are 95 %, and chance is 10 %.",
    "He et al. 2015, arXiv:1502.01852, use 784-128-64-10 units on 60,000 images for 5 epochs.",
    "Keras 3.15.1 on Python 3.11, TensorFlow 2.21 and version 0.25.",
    "The limit is $0.9755$, that is\n\n$$\nx = 2.30259\n$$\n",
    "```python\nx = 0.9755\n```",
    "    ```text\n    0.9755\n    ```",
    "~~~text\n0.9755\n~~~",
    "<!-- 0.9755 -->",
    "[paper](https://example.org/0.9755) and <https://example.org/0.9755>",
    "A footnote.[^he2015]\n\n[^he2015]: Page 97.55 %.\n    And 0.9755.\n",
    "> They print 0.9755.[^seed]",
    '<div class="quoted" markdown>\n\n| zeros | 0.1135 |\n\n</div>',
    "![He starts ahead and stays ahead](a.svg){ width=97.55% }",
    "---\ntitle: 0.9755\n---\n\n# Title",
    "Section 4.6 of chapter 8, in the 1990s, with 3 points of a curve.",
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_typed_measurement_is_found(text):
    assert prose.typed_measurements(f"# Page\n\n{text}\n")


@pytest.mark.parametrize("text", CLEAN)
def test_a_clean_sentence_passes(text):
    assert prose.typed_measurements(f"{text}\n") == []


def test_a_typed_measurement_is_found_on_its_line():
    page = "# Page\n\n```text\n0.9755\n```\n\n$$\n1.25\n$$\n\n> 0.1135[^a]\n\nIt ends at 0.9755.\n"
    assert prose.typed_measurements(page) == [(13, "0.9755")]


@pytest.mark.parametrize("text, lines", [
    ("> They print 0.9755.\n", [1]), ('\n<div class="quoted" markdown>\n| 0.1 |\n</div>\n', [2]),
    ("> They print 0.9755.[^a]\n", []), ("> See [them](a.md): 0.9755.\n", []), ("> No number.\n", []),
])
def test_a_quotation_without_a_source_is_found(text, lines):
    assert prose.unsourced_quotations(text) == lines


def test_placeholders_are_found_outside_raw_blocks():
    text = "(= a.b =)\n`(= c =)`\n(=% raw %=)(= d =)(=% endraw %=)\n(=# no #=)"
    assert prose.placeholders(text) == [(1, "a.b"), (2, "c")]


@pytest.mark.parametrize("expression, has", [("a.b", True), ("a.c", False), ("x.y.z", False), ("a.", False)])
def test_a_placeholder_without_a_value_is_found(expression, has):
    assert has_value(expression, {"a": {"b": 0}}) is has


def test_images_are_found_outside_fences():
    text = "![A b](c-light.svg#only-light){ loading=lazy }\n```markdown\n![x](y)\n```\n<img src='a' src=\"b.png\">"
    assert prose.images(text) == [(1, "A b", "c-light.svg#only-light"), (5, "", "b.png")]


@pytest.mark.parametrize("text, good", [
    ("---\ntitle: x\n---\n\n# T\n\n*He starts ahead,\nat (= a.b =).*\n\nMore. Text.", True),
    ("# T\n\n*(= claims.he =)*\n", True), ("# T\n\nPlain text.\n", False), ("# T\n\n*Two. Sentences.*\n", False),
    ("# T\n\n*No stop*\n", False), ("# T\n\n## Next\n", False),
])
def test_a_summary_is_one_italic_sentence(text, good):
    assert prose.is_one_italic_sentence(prose.summary(text)) is good
