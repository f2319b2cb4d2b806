"""Each page of the book has one place, in a part that a reader can see beside the others."""

import re

from tests import nav

DOCS = nav.ROOT / "docs"


def test_there_are_nine_parts_at_most():
    assert 1 < len(nav.parts()) <= 9


def test_every_page_is_in_one_part_and_once():
    written = [path.relative_to(DOCS).as_posix() for path in [*DOCS.glob("*.md"), *DOCS.glob("notebooks/*.ipynb")]]
    assert sorted(nav.pages()) == sorted(written)


def test_the_order_of_reading_is_written_nowhere_else():
    typed = [path.name for path in DOCS.glob("*.md") if re.search(r"(?mi)^(next|previous): ", path.read_text("utf-8"))]
    assert not typed, f"{typed}: mkdocs.yml has the order, and the theme links to the next page"
