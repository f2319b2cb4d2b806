"""Makes footnotes and the page References from docs/references.bib, the one list of works that the book cites.

A page writes `[^he2015]: (= references.he2015 =), section 2.2.`; the placeholder becomes authors, title, venue, link.
"""

import re
from functools import cache
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from pybtex.backends import markdown
from pybtex.database.input.bibtex import Parser
from pybtex.exceptions import PybtexError
from pybtex.style.formatting import BaseStyle
from pybtex.style.template import field, href, join, names, optional, tag

from evidence.engine.freshness import ROOT
from evidence.problem import Problem

BIB = ROOT / "docs/references.bib"
CITATION = re.compile(r"\(= references\.(\w+) =\)")


def read(text):
    """The entries of a BibTeX file: {key: pybtex Entry}, in the order of the file.

    Raises Problem with one sentence that names the entry if BibTeX could not read it, or if two share a key.
    """
    entries = {}
    for part in re.finditer(r"(?ms)^@.*?(?=^@|\Z)", text):  # one by one: a missing brace is found where it is missing
        name = re.match(r"@\w*\{?\s*([^\s,]*)", part[0])[1]
        lines_above = "\n" * text.count("\n", 0, part.start())
        try:
            found = Parser().parse_string(lines_above + part[0]).entries
        except PybtexError as error:
            raise _problem(name, error) from None
        if name not in found:
            raise _problem(name, "no BibTeX entry begins so; write @inproceedings{key, …}")
        if name in entries:
            raise _problem(name, "the key is used twice")
        entries[name] = found[name]
    return entries


def references(entries):
    """Each work as a footnote begins, in Markdown without a full stop: {key: "K. He, …, ICCV 2015, …"}.

    Raises Problem if an entry lacks a field that its type needs, or is of a type that the book does not use.
    """
    return {key: _formatted(key, entry) for key, entry in entries.items()}


def page(entries, pages):
    """The list on the page References, in Markdown: by first author and year, with the pages that cite each work.

    pages: {file name: text}, each with a title.
    """
    formatted = references(entries)
    links = {file: f"[{re.search('(?m)^# (.+)', text)[1]}]({file})" for file, text in sorted(pages.items())}
    lines = []
    for key in sorted(entries, key=lambda key: (_sorting(entries[key]), key)):
        citing = ", ".join(link for file, link in links.items() if key in CITATION.findall(pages[file]))
        lines.append(f"- {formatted[key]}. Cited in: {citing}.\n{{: #{key} }}\n")
    return "\n".join(lines)


class _Style(BaseStyle):
    """Authors, "title", venue year, pages, link: a style of pybtex, one template for each type of entry."""

    default_name_style, default_label_style, default_sorting_style = "plain", "number", "none"

    def get_article_template(self, entry):
        number = optional["(", field("number"), ")"]
        volume = join[optional[" ", field("volume")], number]
        return self._work(entry, join[tag("em")[field("journal")], volume], field("year"))

    def get_inproceedings_template(self, entry):
        return self._work(entry, join(sep=" ")[field("booktitle"), field("year")], *_SERIES)

    def get_incollection_template(self, entry):
        return self._work(entry, join["in ", tag("em")[field("booktitle")]], *_SERIES, field("year"))

    def get_misc_template(self, entry):
        return self._work(entry, field("year"))

    @staticmethod
    def _work(entry, *venue):
        title = join['"', field("title"), '"']
        return join(sep=", ")[names("author", sep=", "), title, *venue, optional[field("pages")], _link(entry.fields)]


_SERIES = [optional[join[field("series"), " ", field("volume"), optional["(", field("number"), ")"]]]]


class _Markdown(markdown.Backend):
    symbols = {"ndash": "–", "newblock": " ", "nbsp": "\N{NO-BREAK SPACE}"}

    def format_str(self, text):
        # pybtex escapes every full stop and hyphen too, which hides words from search and from typographic quotes
        return re.sub(r"([\\`*_\[\]])", r"\\\1", escape(text))


def _link(fields):
    if "eprint" in fields:
        return href(f"https://arxiv.org/abs/{fields['eprint']}")[f"arXiv:{fields['eprint']}"]
    if "doi" in fields:
        return href(f"https://doi.org/{fields['doi']}")[f"doi:{fields['doi']}"]
    return href(field("url", raw=True))[urlsplit(fields.get("url", "")).netloc]


def _formatted(key, entry):
    style = _style()
    if not hasattr(style, f"get_{entry.type}_template"):
        raise _problem(key, f"the book has no form for @{entry.type}; use article, inproceedings, incollection or misc")
    try:
        return style.format_entry(key, entry).text.render(_Markdown())
    except PybtexError as error:
        raise _problem(key, error) from None


@cache
def _style():
    return _Style(abbreviate_names=True)  # made once: it looks for its plugins among all installed packages


def _sorting(entry):
    first = entry.persons["author"][0]
    return " ".join(first.last_names).lower(), entry.fields["year"]


def _problem(name, why):
    return Problem(f"docs/references.bib, entry {name or 'without a key'}: {str(why).rstrip('.')}.")
