"""The pages as a reader sees them, for a second opinion: rendered with the site's own extensions, then read back.

Shares no code with tests/pages.py, which decides what pytest runs.
"""
import functools
import html.parser
import itertools
from pathlib import Path
from typing import NamedTuple

import markdown
from mkdocs.config import load_config
from mkdocs.utils.meta import get_data
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

ROOT = Path(__file__).parent.parent
EXPECTED, CONTINUED = "pytest-codeblocks:expected-output", "pytest-codeblocks:cont"


class Fence(NamedTuple):
    language: str
    title: str
    code: str

    def __str__(self):
        return f"the {self.language} fence that starts {self.code.strip().splitlines()[:1]}"


class Comment(NamedTuple):
    text: str


def shown(path, root=ROOT):
    """The fences and HTML comments of a page, in order."""
    text, _ = get_data(path.read_text("utf-8"))
    return _shown(text, root)


@functools.cache
def _shown(text, root):
    reader = _Reader()
    reader.feed(_site_markdown(root).reset().convert(text))
    reader.close()
    return reader.seen


@functools.cache
def _site_markdown(root):
    """Python-Markdown as mkdocs.yml sets it up, with includes from `root` and the language as a class."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    options = {**config.mdx_configs}
    options["pymdownx.snippets"] = {**options.get("pymdownx.snippets", {}), "base_path": [str(root), str(ROOT)]}
    options["pymdownx.highlight"] = {**options.get("pymdownx.highlight", {}), "pygments_lang_class": True}
    return markdown.Markdown(extensions=config.markdown_extensions, extension_configs=options)


class _Reader(html.parser.HTMLParser):
    """Collects what pymdownx.highlight renders: div.highlight with a .filename for the title, and code."""

    def __init__(self):
        super().__init__()
        self.seen, self.fence, self.part = [], None, None

    def handle_starttag(self, tag, attributes):
        classes = (dict(attributes).get("class") or "").split()
        if tag == "div" and "highlight" in classes:
            language = next(name for name in classes if name.startswith("language-"))
            self.fence = {"language": language.removeprefix("language-").lower(), "title": "", "code": ""}
        elif self.fence and (tag == "code" or tag == "span" and "filename" in classes):
            self.part = "code" if tag == "code" else "title"

    def handle_endtag(self, tag):
        if self.part == "title" and tag == "span":
            self.part = None
        elif self.part == "code" and tag == "code":
            self.seen.append(Fence(**self.fence))
            self.fence = self.part = None

    def handle_data(self, data):
        if self.part:
            self.fence[self.part] += data

    def handle_comment(self, data):
        self.seen.append(Comment(data.strip("- \n")))


def problems(path, collected, root=ROOT):
    """What is wrong with the fences of a page, each in a sentence; `collected` is the Python code that pytest runs."""
    seen = shown(path, root)
    fences = [item for item in seen if isinstance(item, Fence)]
    return [*_wrong_language(fences), *_wrong_directives(seen), *_wrong_titles(fences, path, root),
            *_not_run([fence for fence in fences if fence.language == "python"], collected,
                      continued=seen.count(Comment(CONTINUED)))]


def _wrong_language(fences):
    for fence in fences:
        name = _lexer(fence.language)
        if name == "Bash":
            yield f"{fence}: nothing in a book should look as if it ran; write ```console"
        elif fence.language != "python" and ("Python" in name or name == "NumPy"):
            yield f"{fence}: write ```python, which pytest runs"
        if "(=" in fence.code and "=)" in fence.code:
            yield f"{fence}: a placeholder inside a fence; the code must be what the reader runs"


def _lexer(language):
    try:
        return get_lexer_by_name(language).name
    except ClassNotFound:
        return ""


def _wrong_directives(seen):
    for before, comment, after in zip([None, *seen], seen, [*seen[1:], None]):
        if not isinstance(comment, Comment) or "pytest" not in comment.text:
            continue
        if comment.text not in (EXPECTED, CONTINUED):
            yield f"<!--{comment.text}-->: every block runs; only {EXPECTED} and {CONTINUED} may stand here"
        elif not isinstance(before, Fence) or before.language != "python" and comment.text == EXPECTED:
            yield f"<!--{comment.text}-->: it must follow a python fence"
        elif not isinstance(after, Fence) or after.language != {EXPECTED: "text", CONTINUED: "python"}[comment.text]:
            yield f"<!--{comment.text}-->: the next fence must be ```{'text' if comment.text == EXPECTED else 'python'}"


def _wrong_titles(fences, path, root):
    source = path.read_text("utf-8")
    for fence in fences:
        if "/" not in fence.title or " " in fence.title:
            continue
        if not (root / fence.title).is_file():
            yield f"{fence}: its title names {fence.title}, which does not exist"
        elif f'--8<-- "{fence.title}"' not in source:
            yield f'{fence}: include the file of the title: --8<-- "{fence.title}"'
        elif fence.code.strip() != (root / fence.title).read_text("utf-8").strip():
            yield f"{fence}: it must show {fence.title} whole and nothing else"


def _not_run(fences, collected, continued):
    if len(fences) != len(collected) + continued:
        yield f"the page shows {len(fences)} python fences and pytest runs {len(collected) + continued}"
    pairs = itertools.zip_longest(_lines(fence.code for fence in fences), _lines(collected))
    for read, run in pairs:
        if read != run:
            yield f"the reader sees {read!r} where pytest runs {run!r}"
            break


def _lines(codes):
    return [line.rstrip() for code in codes for line in code.split("\n") if line.strip()]
