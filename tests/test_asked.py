"""What people type, in docs/asked: each list belongs to a section of the book, and what is written wrongly is said in a sentence."""

import json
from collections import Counter

import pytest

from evidence.book import asked
from evidence.problem import Problem

PHRASES = json.loads(asked.phrases())


def test_each_phrase_stands_once_and_at_most_a_heading_long():
    counted = Counter(phrase.lower() for phrases in PHRASES.values() for phrase in phrases.split("; "))
    assert [phrase for phrase, times in counted.items() if times > 1 or len(phrase) > 90] == []


def test_the_file_of_a_page_names_its_sections(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/a.yml").write_text('page: [loss is nan]\n"#b": ["loss: nan", why nan]\n')
    (tmp_path / "index.yml").write_text('page: [step zero]\n"#c": [what is this]\n')
    assert json.loads(asked.phrases(tmp_path)) == {
        "": "step zero", "#c": "what is this", "notebooks/a/": "loss is nan", "notebooks/a/#b": "loss: nan; why nan"}


@pytest.mark.parametrize("text", ["", "loss is nan\n", "- loss is nan\n", "page: loss is nan\n", "page: []\n", "a: [loss is nan]\n", '"#": [nan]\n',
                                  "page: [1]\n", "page: [loss: nan]\n", "page: [nan\n", "1: [nan]\n", "page:\n", "page: ['']\n",
                                  "page: [nan]\npage: [loss]\n"])
def test_a_file_that_says_something_else_is_named_in_one_sentence(tmp_path, text):
    (tmp_path / "nan.yml").write_text(text)
    with pytest.raises(Problem, match="^nan.yml in docs/asked [^\n]*$"):
        asked.phrases(tmp_path)
