"""Every work is cited from docs/references.bib, and footnotes, list and file agree."""
import re

import pytest
from mkdocs.utils import yaml_load
from pybtex.database import parse_string

from evidence.book import bibliography
from evidence.problem import Problem
from tests import prose
from tests.pages import ROOT, paths

PAGES = {path.name: path.read_text("utf-8") for path in paths() if path.name != "README.md"}
TEXT = bibliography.BIB.read_text("utf-8")
ENTRIES = bibliography.read(TEXT)
CITED = {key for text in PAGES.values() for key in bibliography.CITATION.findall(text)}
FOOTNOTE = re.compile(r"(?m)^ *\[\^[^\]]+\]:.*(?:\n(?: {4}.*)?$)*")
BY_HAND = re.compile(r"arxiv|doi\.org|et al\.|(?:\b[A-Z]\. ?-?)+[A-Z][\w'’-]+, ", re.I)
GOOD = "@misc{ba2016,\n  author = {Ba, Jimmy},\n  title = {Layers},\n  year = {2016},\n  url = {https://a.org/b},\n}\n"


def by_hand(text):
    """The footnotes of a page that spell out a work instead of naming its key."""
    return [note for note in FOOTNOTE.findall(text) if BY_HAND.search(re.sub(prose.PLACEHOLDER, "", note))]


def test_every_cited_work_is_in_the_bibliography():
    assert CITED - ENTRIES.keys() == set(), "add the entry to docs/references.bib"


def test_every_work_of_the_bibliography_is_cited():
    assert ENTRIES.keys() - CITED == set(), "cite it in a footnote or delete it"


@pytest.mark.parametrize("name", PAGES)
def test_no_footnote_spells_out_a_work(name):
    notes = by_hand(PAGES[name])
    assert not notes, f"write [^he2015]: (= references.he2015 =), section 2.2. instead of {notes}"


@pytest.fixture(scope="module")
def references():
    return bibliography.references(ENTRIES)


@pytest.mark.parametrize("key", ENTRIES)
def test_every_work_has_a_key_of_first_author_and_year_and_a_link(key, references):
    assert re.fullmatch(rf"[a-z]+{ENTRIES[key].fields['year']}[a-z]*", key)
    assert re.search(r", \[[^\]]+\]\(https?://\S+\)$", references[key])


def test_the_bibliography_is_in_the_order_of_its_keys():
    assert list(ENTRIES) == sorted(ENTRIES)


def test_a_reference_reads_as_a_footnote_begins():
    text = """@inproceedings{he2015,
      author = {He, Kaiming and M{\\"u}ller, Klaus-Robert}, title = {Rectifiers on {ImageNet}},
      booktitle = {ICCV}, series = {PMLR}, volume = {9}, pages = {1--7}, year = {2015}, eprint = {1502.01852}}"""
    assert bibliography.references(bibliography.read(text))["he2015"].replace("\N{NO-BREAK SPACE}", " ") == (
        'K. He, K.-R. Müller, "Rectifiers on ImageNet", ICCV 2015, PMLR 9, 1–7, '
        "[arXiv:1502.01852](https://arxiv.org/abs/1502.01852)"
    )


def test_the_list_is_sorted_by_author_and_names_the_citing_pages():
    entries = bibliography.read(GOOD.replace("ba2016", "z2016").replace("Ba,", "Zhou,") + GOOD)
    pages = {"he.md": "# He\n\n[^a]: (= references.ba2016 =), page 3.", "x.md": "# X\n\n(= references.z2016 =)"}
    first, second = bibliography.page(entries, pages).strip().split("\n\n")
    assert "Ba" in first and first.endswith("Cited in: [He](he.md).\n{: #ba2016 }")
    assert "Zhou" in second and second.endswith("Cited in: [X](x.md).\n{: #z2016 }")


@pytest.mark.parametrize("fault, told", {
    GOOD.replace("2016},", "2016,"): "line",  # a brace is missing
    GOOD.replace("{2016}", "soon"): "soon",
    GOOD.replace("  title = {Layers},\n", ""): "missing title",
    GOOD.replace("  url = {https://a.org/b},\n", ""): "missing url",
    GOOD.replace("Ba, Jimmy", "Ba, J, J, J, J"): "commas",
    GOOD.replace("@misc", "@phdthesis"): "@phdthesis",
    GOOD + GOOD: "twice",
}.items())
def test_a_fault_is_told_in_one_sentence_that_names_the_entry(fault, told):
    with pytest.raises(Problem) as problem:
        bibliography.references(bibliography.read(GOOD.replace("ba2016", "first2016") + fault))
    said = str(problem.value)
    assert "entry ba2016: " in said and told in said and "\n" not in said


@pytest.mark.parametrize("note, found", [
    ('[^he2015]: K. He, X. Zhang, "Delving deep", ICCV 2015.', True), ("[^a]: He et al. 2015.", True),
    ("[^a]: See [arXiv:1502.01852](https://arxiv.org/abs/1502.01852).", True), ("[^a]: One.\n    K.-R. Müller, 1998.", True),
    ("[^a]: (= references.he2015 =), section 2.2.", False), ("[^a]: [Keras issue 11773](https://github.com/k/k/issues/1).", False),
    ("[^a]: Source note 003 of the five behind this book, on fans.", False),
])  # fmt: skip
def test_a_work_spelled_out_by_hand_is_found(note, found):
    assert bool(by_hand(f"Text.[^a]\n\n{note}\n\nK. He, text.\n")) is found


def test_how_to_cite_agrees_with_the_citation_file():
    wanted = yaml_load((ROOT / "CITATION.cff").read_text("utf-8"))
    fence = re.search(r"```bibtex\n(.*?)```", PAGES["references.md"], re.S)[1]
    (entry,) = parse_string(fence, "bibtex").entries.values()
    assert entry.fields["title"] == wanted["title"]
    assert [" ".join(person.last_names).strip("{}") for person in entry.persons["author"]] == [
        author["name"] for author in wanted["authors"]
    ]
