"""Reads a page's prose: what stands in it after code, math, placeholders, links and quotations are taken out."""
import re
from typing import NamedTuple

FRONT_MATTER = r"\A---\n[\s\S]*?\n---\n"
FENCE = r"^[ \t>]*(?P<fence>`{3,}|~{3,}).*\n(?:.*\n)*?[ \t>]*(?P=fence)[`~]*[ \t]*$"
COMMENT = r"<!--[\s\S]*?-->"
RAW = r"\(=%\s*raw\s*%=\)[\s\S]*?\(=%\s*endraw\s*%=\)"
PLACEHOLDER = r"\(=(?![%#])([\s\S]*?)=\)"
QUOTATION = r'^[ \t]*<div[^>]*class="quoted"[^>]*>[\s\S]*?^[ \t]*</div>|(?:^[ \t]*>.*\n?)+'
NOT_PROSE = [
    QUOTATION,
    PLACEHOLDER,
    r"(?P<tick>`+)(?!`)[\s\S]*?(?<!`)(?P=tick)(?!`)",
    r"\$\$[\s\S]*?\$\$",
    r"(?<![\w$])\$(?=\S)[^$\n]+?(?<=\S)\$(?![\w$])",
    r"^[ \t]*\[\^[^\]]+\]:.*\n?(?:(?:[ \t]{4}.*)?\n)*",  # footnotes
    r"\[\^[^\]]+\]",
    r"(?<=\])\([^)\n]*\)|<https?://[^>]*>|https?://\S+",  # targets of links
    r"^[ \t]*\*?\[[^\]]+\]:.*$",  # definitions of links and abbreviations
    r"\{[^{}\n]*\}",  # attribute lists
    r"</?\w[^>]*>",
]
UNIT = r"""(?:\s?(?:%|per\ cent|percent|percentage\ points?\b)
    |\s(?:points?|s|ms|seconds?|milliseconds?|minutes?)\b
    |\s?(?:×|x|times)\s(?:faster|slower|more|less|as|the)\b)"""
NOT_MEASURED = rf"""(?xi)
      \barXiv:\s?\d{{4}}\.\d{{4,5}}
    | \b\d+\.\d+\.\d[\d.]*                                      # a version
    | \b(?:Python|Keras|TensorFlow|NumPy|PyTorch|JAX|MkDocs|Material|CC\ BY|version)\s+v?\d+(?:\.\d+)*
    | (?<![\d.])0\.0*[1-9](?!\d|{UNIT})                          # 0.1, 0.05: one digit that counts, as settings have
    | (?<![\d.])\d*[05]\s?(?:%|per\ cent|percent)                # 95 %: levels and shares are round
    """
MEASURED = rf"(?x)(?<![\w.])(?:\d[\d,]*\.\d{{2,}} | \d+\.\d+{UNIT} | \d+(?!\s?points?){UNIT})"


class Image(NamedTuple):
    line: int
    alt: str
    target: str


def typed_measurements(page):
    """The numbers in the prose of a page (its text) that look measured and were typed in: [(line, number)]."""
    text = _without([FRONT_MATTER, FENCE, COMMENT, *NOT_PROSE], page)
    return [(line, match.group()) for line, match in _find(MEASURED, _without([NOT_MEASURED], text))]


def unsourced_quotations(page):
    """The lines where quotations start that hold digits and name no source by a footnote or a link."""
    return [line for line, match in _find(QUOTATION, _without([FRONT_MATTER, FENCE, COMMENT], page))
            if re.search(r"\d", match.group()) and not re.search(r"\[\^[^\]]+\]|\]\(", match.group())]


def placeholders(page):
    """The placeholders of a page: [(7, "mnist_shootout.he_normal.test_accuracy"), …]."""
    return [(line, match[1].strip()) for line, match in _find(PLACEHOLDER, _without([FRONT_MATTER, RAW], page))]


def images(page):
    """The images of a page, in Markdown or HTML."""
    text = _without([FENCE, COMMENT], page)
    markdown = [Image(line, match[1], match[2]) for line, match in _find(r"!\[([^\]]*)\]\(([^)\s]*)[^)]*\)", text)]
    html = [Image(line, *(_attribute(name, match.group()) for name in ("alt", "src")))
            for line, match in _find(r"<img\b[^>]*>", text)]
    return markdown + html


def summary(page):
    """The first paragraph after the title, on one line, with … for each placeholder."""
    body = re.sub(r"\A\s*# .*\n", "", _without([FRONT_MATTER, COMMENT], page).lstrip())
    return " ".join(re.sub(PLACEHOLDER, "…", body).strip().split("\n\n")[0].split())


def is_one_italic_sentence(paragraph):
    return bool(re.fullmatch(r"\*[^*]*[.…]\*", paragraph)) and not re.search(r"[.!?] +[A-Z]", paragraph)


def _attribute(name, tag):
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return match[1] if match else ""


def _find(pattern, text):
    return [(text.count("\n", 0, match.start()) + 1, match) for match in re.finditer(pattern, text, re.MULTILINE)]


def _without(patterns, text):
    """`text` with spaces in place of every match, so that all else keeps its line."""
    for pattern in patterns:
        text = re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text, flags=re.MULTILINE)
    return text
