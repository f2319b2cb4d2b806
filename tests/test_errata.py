"""The errata settle all 86 statements of the sources, and the questions answer all 24 of theirs and 8 of readers."""

import re
from collections import Counter
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
ERRATA, QUESTIONS, FAQ = (DOCS / f"{name}.md" for name in ("errata", "questions", "faq"))
VERDICTS = ("Wrong", "Misleading", "Unsupported", "Slip")
SOURCES = [f"q{number}" for number in range(1, 25)]
READERS = ["glorot-default", "fan-in-or-fan-out", "normal-or-uniform", "sqrt-5", "same-weights-twice", "zero-rows",
           "zero-hidden-layer", "zero-softmax-regression"]  # fmt: skip
LINK = re.compile(r"\]\((?:[\w-]+\.md)?#(?!e\d)[\w-]+\)")  # to a section; another entry settles nothing
THREAD = re.compile(r"Asked\s+in\s+\[[^\]]+\]\(https://github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/\d+\)")
LONGEST = 3  # sentences in an answer, without those that say where it was asked and where the evidence is


def entries(page):
    """{number: text} of the errata. Raises ValueError where a number and its anchor differ."""
    found = re.findall(r"^\*\*(\d+)\.\*\* ([\s\S]*?)\n(?:\{: #e(\d+) \}|\n)", page, re.MULTILINE)
    if wrong := [number for number, _, anchor in found if number != anchor]:
        raise ValueError(f"entries {wrong} lack their anchor")
    return {int(number): text for number, text, _ in found} if len({n for n, *_ in found}) == len(found) else {}


def verdicts(text):
    return re.findall(rf"\*\*({'|'.join(VERDICTS)}),?\.?\*\*", text)


def answers(page):
    """{anchor: answer} of the questions that stand as headings with an anchor of their own."""
    return dict(re.findall(r"^### .+\? \{ #([\w-]+) \}\n\n([\s\S]+?)(?=\n#|\Z)", page, re.MULTILINE))


def sentences(answer):
    """How many sentences an answer has; a placeholder of a claim is one."""
    own = re.split(r"\bEvidence:", answer)[0]
    own = re.sub(r"Asked\s+in\s[\s\S]*?\)[^.]*\.", "", re.sub(r"\(= claims\..*?=\)", "One.", own))
    return len(re.findall(r"[.?!](?=\s|$)", own))


def faults_of_the_errata(page):
    found = entries(page)
    if sorted(found) != list(range(1, 87)):
        yield f"entries missing, twice or beyond 86: {sorted(found)}"
    for number, text in found.items():
        if len(verdicts(text)) != 1:
            yield f"{number}: verdicts {verdicts(text)}, of {VERDICTS} one must stand"
        if not LINK.search(text):
            yield f"{number}: no link to a section that settles it"
        yield from (f"{number}: quotes more than 12 words" for said in re.findall(r'"([^"]*)"', text) if len(said.split()) > 12)
    counts = Counter(verdict for text in found.values() for verdict in verdicts(text))
    told = re.search(r"(\d+) are wrong, (\d+) misleading, (\d+) unsupported and (\d+) slips", " ".join(page.split()))
    if not told or [int(count) for count in told.groups()] != [counts[verdict] for verdict in VERDICTS]:
        yield f"the summary must count {dict(counts)}"


def faults_of_the_questions(page):
    found = answers(page)
    yield from (f"{anchor} is not answered" for anchor in SOURCES + READERS if anchor not in found)
    for anchor, answer in found.items():
        if not LINK.search(answer.partition("Evidence:")[2]):
            yield f"{anchor}: no evidence with a link to a section"
        if not 1 <= sentences(answer) <= LONGEST:
            yield f"{anchor}: {sentences(answer)} sentences"
        if anchor in READERS and not THREAD.search(answer):
            yield f"{anchor}: no thread in which it was asked"


def faults_of_the_faq(page):
    for question, answer in re.findall(r"^### (.+?)(?: \{ #\S+ \})?\n\n([\s\S]+?)(?=\n#|\nNext:)", page, re.MULTILINE):
        if not question.endswith("?") or not LINK.search(answer):
            yield f"{question}: a question and a link to a section"
        if not 1 <= sentences(re.sub(r"(?:^|\s)See \[[\s\S]*", "", answer)) <= LONGEST:
            yield f"{question}: too long"


@pytest.mark.parametrize("path, faults", [(ERRATA, faults_of_the_errata), (QUESTIONS, faults_of_the_questions),
                                          (FAQ, faults_of_the_faq)], ids=lambda value: getattr(value, "stem", ""))  # fmt: skip
def test_the_page_is_complete(path, faults):
    assert not list(faults(path.read_text("utf-8")))


PLANTED = {
    "an entry is gone": (ERRATA, faults_of_the_errata, r"^\*\*50\.\*\*[\s\S]*?\{: #e50 \}", ""),
    "an entry stands twice": (ERRATA, faults_of_the_errata, r"^\*\*50\.\*\*([\s\S]*?)\{: #e50 \}", r"**49.**\1{: #e49 }"),
    "an entry has no verdict": (ERRATA, faults_of_the_errata, r"(^\*\*19\.\*\* [^*]*)\*\*Wrong\.\*\*", r"\1Wrong."),
    "a verdict of another kind": (ERRATA, faults_of_the_errata, r"(^\*\*19\.\*\* [^*]*)\*\*Wrong\.\*\*", r"\1**Funny.**"),
    "a link without an anchor": (ERRATA, faults_of_the_errata, r"\(fans\.md#five-rules-and-their-variances\)", "(fans.md)"),
    "a link to another entry": (ERRATA, faults_of_the_errata, r"\(glorot\.md#tanh-fades-slowly\)", "(#e7)"),
    "a summary that miscounts": (ERRATA, faults_of_the_errata, r"\d+ misleading", "99 misleading"),
    "a long quotation": (ERRATA, faults_of_the_errata, r'"Glorat"', '"a b c d e f g h i j k l m"'),
    "a question is gone": (QUESTIONS, faults_of_the_questions, r"\{ #q7 \}", ""),
    "a reader's question is gone": (QUESTIONS, faults_of_the_questions, r"\{ #sqrt-5 \}", ""),
    "an answer without evidence": (QUESTIONS, faults_of_the_questions, r"Evidence: \[counting fans\]", "See"),
    "a thread that is not named": (QUESTIONS, faults_of_the_questions, r"https://github.com/pytorch/pytorch/issues/34592", "x"),
    "a long answer": (QUESTIONS, faults_of_the_questions, r"No\. (?=\(= claims)", "No. No. No. No. "),
    "a long answer to a searcher": (FAQ, faults_of_the_faq, r"Yes, to repeat a run;", "Yes. Yes. Yes. Yes. But:"),
    "no link for a searcher": (FAQ, faults_of_the_faq, r"\(fans\.md#kerass-defaults-read-from-keras\)", "(fans.md)"),
}


@pytest.mark.parametrize("path, faults, old, new", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(path, faults, old, new):
    page, planted = re.subn(old.replace(" ", r"\s+"), new, path.read_text("utf-8"), flags=re.MULTILINE)
    assert planted, "nothing to plant the fault in"
    assert list(faults(page))


def test_an_entry_without_its_anchor_is_found():
    with pytest.raises(ValueError):
        entries(ERRATA.read_text("utf-8").replace("{: #e33 }", "{: #e34 }"))
