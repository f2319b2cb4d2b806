"""What people type who look for a section, from docs/asked, for the search: it goes by words, and theirs are seldom the book's."""

import json
import re

import yaml

from evidence.engine.freshness import ROOT
from evidence.problem import Problem

ASKED = ROOT / "docs/asked"


def phrases(folder=ASKED):
    """JSON of {address of a section, as the search has it: its phrases}.

    A file for each page, as docs/asked/nan.yml, maps "page" (its first lines) and the anchors of its sections to lists of phrases.
    Raises Problem if a file says anything else.
    """
    found = {}
    for path in sorted(folder.rglob("*.yml")):
        page = path.relative_to(folder).with_suffix("").as_posix()
        place = "" if page == "index" else f"{page}/"
        found |= {place + anchor.removeprefix("page"): "; ".join(phrases) for anchor, phrases in _read(path).items()}
    return json.dumps(found, indent=0, ensure_ascii=False)


class _Once(yaml.SafeLoader):
    """YAML in which no key stands twice: the later one would replace the earlier without a word."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, value in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.YAMLError(f"{twice[0]} stands twice")
        return super().construct_mapping(node, deep)


def _read(path):
    try:
        sections = yaml.load(path.read_text("utf-8"), _Once)
    except yaml.YAMLError as error:
        raise Problem(f"{path.name} in docs/asked cannot be read: {' '.join(str(error).split())}") from None
    sound = isinstance(sections, dict) and all(
        re.fullmatch("page|#.+", str(anchor)) and isinstance(phrases, list) and phrases
        and all(isinstance(phrase, str) and phrase.strip() for phrase in phrases)
        for anchor, phrases in sections.items())
    if not sound:
        raise Problem(f'{path.name} in docs/asked must map "page" or "#an-anchor" to lists of phrases; put those with a colon in quotes')
    return sections
