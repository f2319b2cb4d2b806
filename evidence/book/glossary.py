"""Makes the tooltips of the whole book from docs/glossary.md, the one place where words are defined."""

import re

from evidence.problem import Problem

# Logit {: #logit .tips }
# :   One of the numbers that softmax turns into probabilities. …
TERM = re.compile(r"(?m)^(?P<term>\w.*?) \{: #(?P<anchor>[\w-]+)(?: \.(?P<tip>tips?))? \}\n:   (?P<definition>.+(?:\n    .+)*)")
FORMATTED = re.compile(r"[$`*\[\]_\"<>]")


def terms(text):
    """The entries of the glossary in their order: matches with .term, .anchor, .tip and .definition as groups."""
    return list(TERM.finditer(text))


def abbreviations(text):
    """Definitions for Python-Markdown's abbr, a line each, for every term marked .tip, or .tips with its plural.

    A tooltip shows the first sentence. Raises Problem if that holds a formula, a link or other markup.
    """
    lines = []
    for entry in terms(text):
        if not entry["tip"]:
            continue
        sentence = re.match(r".*?\.(?= |$)", " ".join(entry["definition"].split()))[0]
        if FORMATTED.search(sentence):
            raise Problem(f"docs/glossary.md, {entry['term']}: a tooltip shows the first sentence, so write it without markup.")
        # in lower case only, so that headings and beginnings of sentences stay plain
        word = entry["term"] if entry["term"].isupper() else entry["term"].lower()
        forms = [word, f"{word}s"] if entry["tip"] == "tips" else [word]
        lines += [f"*[{form}]: {sentence}" for form in forms]
    return "\n".join(lines) + "\n"
