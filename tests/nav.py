"""The navigation in mkdocs.yml: its parts, and its pages in the order of reading; and addresses whose page has moved."""

import re
from pathlib import Path

from mkdocs.config import load_config

ROOT = Path(__file__).parent.parent
MOVED = re.compile(r'<meta http-equiv="refresh" content="0; url=(.*?)">')  # in the page of an address that leads on to a section


def parts():
    """{title of a part: [files below docs/, in order]}."""
    nav = load_config(str(ROOT / "mkdocs.yml"))["nav"]
    return {title: _files(entries) for part in nav for title, entries in part.items()}


def pages():
    """All files of the navigation below docs/, in the order of reading."""
    return [file for files in parts().values() for file in files]


def address(file):
    """Where a file below docs/ is on the site: he.md at he/, index.md at the root."""
    return "" if file == "index.md" else f"{Path(file).with_suffix('')}/"


def _files(entries):
    if isinstance(entries, str):
        return [entries]
    return [file for entry in entries for target in entry.values() for file in _files(target)]
