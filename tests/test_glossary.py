"""The glossary is in order, links to sections, and is where every tooltip comes from."""
import re

import markdown
import pytest

from evidence.book import glossary
from evidence.problem import Problem
from tests.pages import ROOT, paths

TEXT = (ROOT / "docs/glossary.md").read_text("utf-8")
TERMS = glossary.terms(TEXT)
LINE = re.compile(r"\*\[(.+)\]: (.+)")


def definitions(text):
    """The tooltips that the glossary `text` makes: {word: sentence}."""
    return dict(LINE.fullmatch(line).groups() for line in glossary.abbreviations(text).splitlines())


def test_every_definition_of_the_page_is_read():
    assert len(TERMS) == len(re.findall(r"(?m)^:   ", TEXT)) > 0


def test_terms_are_sorted_and_anchored_by_their_name():
    names = [entry["term"].lower() for entry in TERMS]
    assert names == sorted(set(names))
    assert [entry["anchor"] for entry in TERMS] == [name.replace(" ", "-") for name in names]


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry["anchor"])
def test_every_term_links_to_a_section(entry):
    assert re.search(r"\]\([\w-]+\.md#[\w-]+\)", entry["definition"])


def test_every_tooltip_is_the_first_sentence_of_a_term():
    told = {" ".join(entry["definition"].split()) for entry in TERMS}
    words = definitions(TEXT)
    assert len(words) == TEXT.count(" .tip }") + 2 * TEXT.count(" .tips }") > 0
    for word, sentence in words.items():
        assert any(whole.startswith(sentence) for whole in told), word
        assert word.lower() in {entry["term"].lower() for entry in TERMS} | {f"{entry['term'].lower()}s" for entry in TERMS}


def test_marked_terms_and_no_others_become_tooltips():
    text = "Logit {: #logit .tips }\n:   One number. $z$\n\nSGD {: #sgd .tip }\n:   Steps,\n    and noise. More.\n\nHe {: #he }\n:   A rule.\n"
    assert definitions(text) == {"logit": "One number.", "logits": "One number.", "SGD": "Steps, and noise."}


def test_a_tooltip_with_a_formula_is_refused():
    with pytest.raises(Problem, match="Fan-in"):
        glossary.abbreviations("Fan-in {: #fan-in .tip }\n:   The number $n$ of inputs.\n")


def test_tooltips_leave_code_and_beginnings_of_sentences_alone():
    page = "# Fan-in\n\nFan-in, `fan-in`, fan-in.\n\n    fan-in\n\n" + glossary.abbreviations(TEXT)
    html = markdown.markdown(page, extensions=["abbr"])
    assert html.count("<abbr") == 1 and '<abbr title="The number of inputs that a unit sums over.">fan-in</abbr>.' in html


# Python-Markdown looks for abbreviations inside MathML too.
@pytest.mark.parametrize("page", paths(), ids=lambda path: path.stem)
def test_no_formula_holds_a_word_with_a_tooltip(page):
    words = "|".join(re.escape(word) for word in definitions(TEXT))
    assert not re.findall(rf"\\text\{{[^}}]*\b(?:{words})\b[^}}]*\}}", page.read_text("utf-8"))
