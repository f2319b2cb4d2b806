"""The site builds without a warning, the same each time, small, whole, and asks nothing of other hosts."""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest

from tests import nav, small_book

ROOT = Path(__file__).resolve().parents[1]
BUDGET = 100_000  # bytes of HTML, CSS and JavaScript that a page loads, compressed
HEAVY = ["init_model/index.html", "residual/index.html"]  # hundreds of lines of code, in colour, to be read before they are copied
SOURCES = ("mkdocs.yml", "docs", "snippets")  # what the site is built from
HOST = re.compile(r"^(?:[a-z+]+:)?//", re.I)
LOADING = {"src", "srcset", "poster", "data", "action", "xlink:href"}  # attributes that make a browser fetch
LINKS = {"canonical", "prev", "next", "alternate", "license", "author"}  # <link rel=…> that do not


def mkdocs(site, root=ROOT):
    """Run a strict build of `root` into the folder `site`: (exit code, everything printed)."""
    published = {"SITE_URL": "https://example.org/step-zero/", "SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1"}
    run = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(run, cwd=root, env=os.environ | published, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Page(HTMLParser):
    """What the tests need of a page: tags with their attributes, title, formulas."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.title, self.inside = [], "", ""
        self.text = path.read_text()
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "title" and not self.title:
            self.title = data.strip()

    def description(self):
        return next((a["content"] for tag, a in self.tags if tag == "meta" and a.get("name") == "description"), "")

    def loads(self):
        """Addresses that a browser fetches to show the page; plain links are not among them."""
        for tag, attributes in self.tags:
            for name, value in attributes.items():
                if name in LOADING or (name == "href" and tag in ("use", "image")):
                    yield from (part.split()[0] for part in (value or "").split(",") if part.strip())
                if tag == "link" and name == "href" and not LINKS & set(attributes["rel"].split()):
                    yield value
            yield from styled(attributes.get("style") or "")


def styled(css):
    """Addresses that a style sheet fetches."""
    return re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", css)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the built site and what the build printed."""
    if not (ROOT / "docs/generated/numbers.json").exists():
        pytest.fail("docs/generated is missing: run make test, or python -m evidence draw first")
    site = tmp_path_factory.mktemp("built")
    code, printed = mkdocs(site)
    assert code == 0, printed[-3000:]
    return site, printed


@pytest.fixture(scope="session")
def pages(built):
    """Every page of the site by its path, without the page for wrong addresses."""
    found = {str(path.relative_to(built[0])): Page(path) for path in sorted(built[0].rglob("*.html"))}
    return {path: page for path, page in found.items() if path != "404.html"}


@pytest.fixture
def book(tmp_path):
    """A copy of what the site is built from, without docs/generated."""
    (root := tmp_path / "book").mkdir()
    for name in SOURCES:
        source, left_out = ROOT / name, shutil.ignore_patterns("generated")
        shutil.copytree(source, root / name, ignore=left_out) if source.is_dir() else shutil.copy(source, root / name)
    return root


def broken(book, *faults):
    """What a build of the small book prints where each fault is a paragraph of a page; the build must fail."""
    shutil.copytree(ROOT / "docs/generated", book / "docs/generated")
    small_book.cut(book)
    with (book / f"docs/{small_book.PAGES[-1]}.md").open("a") as page:
        page.writelines(f"\n\n{fault}\n" for fault in faults)
    code, printed = mkdocs(book / "site", book)
    assert code != 0
    return printed.splitlines()


def test_the_strict_build_warns_of_nothing(built):
    assert "WARNING" not in built[1]


def test_each_broken_link_is_a_warning_and_the_build_fails(book):
    links = ["nowhere.md", "experiment.md#nowhere", "/claims/"]
    warnings = [line for line in broken(book, *(f"[x]({link})" for link in links)) if "WARNING" in line]
    assert len(warnings) == len(links)
    assert [sum(f"link '{link}'" in line for line in warnings) for link in links] == [1, 1, 1]


@pytest.mark.parametrize(
    "fault, told", {'--8<-- "snippets/nowhere.py"': "snippets/nowhere.py", "(= nothing.here =)": "'nothing'"}.items()
)
def test_what_cannot_be_filled_in_fails_the_build(book, fault, told):
    assert told in "\n".join(broken(book, fault))


def test_a_checkout_without_figures_says_what_to_run(book):
    code, printed = mkdocs(book / "site", book)
    assert code != 0
    assert len(printed.strip().splitlines()) == 1 and "make serve" in printed


def test_a_build_that_misses_the_template_of_the_notebooks_says_what_to_set(book, monkeypatch):
    shutil.copytree(ROOT / "docs/generated", book / "docs/generated")
    small_book.cut(book)
    config = (book / "mkdocs.yml").read_text()
    (book / "mkdocs.yml").write_text(config.replace("  /notebooks/\n", ""))
    monkeypatch.delenv("JUPYTER_PATH")
    code, printed = mkdocs(book / "site", book)
    assert code != 0 and "Set JUPYTER_PATH=docs/theme" in printed.splitlines()[-1]


def test_two_builds_give_the_same_bytes(built, tmp_path):
    mkdocs(tmp_path)
    one, two = ({p.relative_to(s): p.read_bytes() for p in s.rglob("*") if p.is_file()} for s in (built[0], tmp_path))
    assert one.keys() == two.keys() and not [str(path) for path in one if one[path] != two[path]]


def test_every_page_of_the_book_is_on_the_site(pages):
    names = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert {"index.html", *(f"{name}/index.html" for name in names)} <= pages.keys()


def test_a_page_links_to_the_one_before_it_and_the_one_after_it_in_the_navigation(pages):
    order = [nav.address(file) for file in nav.pages()]
    for before, here, after in zip([None, *order], order, [*order[1:], None]):
        links = {kind: a["href"] for tag, a in pages[f"{here}index.html"].tags for kind in ("prev", "next")
                 if tag == "a" and f"md-footer__link--{kind}" in a.get("class", "")}
        assert {kind: os.path.normpath(f"{here}{link}") for kind, link in links.items()} == {
            kind: os.path.normpath(target) for kind, target in {"prev": before, "next": after}.items() if target is not None
        }, here


# Where pages were before the book had parts. A page that moves from here leaves docs/<address>/index.html behind, which leads on.
PUBLISHED = """answer start experiment symmetry random vanishing nan variance glorot edge he activations fans biases normalization
dropout transfer choosing checklist shootout programs audit lsuv delta_orthogonal fixup rezero residual_scale prior_bias stacked
notebooks/four_initializers notebooks/diagnose notebooks/exercises questions faq errata claims data glossary references contributing"""


def test_every_address_that_was_published_is_served(pages):
    assert [] == [name for name in PUBLISHED.split() if f"{name}/index.html" not in pages]


def test_an_address_whose_page_moved_leads_to_the_section_that_took_its_place(built, pages):
    moved = {path: found[1] for path, page in pages.items() if (found := nav.MOVED.search(page.text))}
    assert moved.keys() == {str(path.relative_to(ROOT / "docs")) for path in ROOT.glob("docs/*/index.html")} != set()
    for path, target in moved.items():
        folder, anchor = target.split("#")
        page = pages[os.path.normpath(f"{path}/../{folder}index.html")]
        assert any(a.get("id") == anchor for tag, a in page.tags if tag == "h2"), f"{path}: no section {target}"
        assert ("a", {"href": target}) in pages[path].tags  # where the browser does not go by itself
        assert f'"{path.removesuffix("index.html")}' not in (built[0] / "search/search_index.json").read_text()


def test_nothing_is_loaded_from_another_host(built, pages):
    loaded = {path: list(page.loads()) for path, page in pages.items()}
    loaded |= {str(p): styled(p.read_text()) for p in built[0].rglob("*.css")}
    loaded |= {str(p): list(Page(p).loads()) for p in built[0].rglob("*.svg")}
    assert any(loaded.values())
    assert not [(path, url) for path, urls in loaded.items() for url in urls if HOST.match(url)]


# The theme's script holds two addresses of other hosts. What would make it fetch from them must be on no page.
def test_nothing_makes_the_theme_ask_another_host(pages):
    for path, page in pages.items():
        assert "mermaid" not in page.text, f"{path}: the theme would fetch Mermaid from unpkg.com"
        assert 'data-md-component="source"' not in page.text, f"{path}: the theme would ask api.github.com for stars"


def test_loading_attributes_are_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<img src="//a.org/1"><img srcset="x 1x, https://a.org/2 2x"><link rel="stylesheet" href="http://a.org/3">'
        '<p style="background: url(https://a.org/4)"><a href="https://a.org/cited">'
        '<link rel="canonical" href="https://a.org">'
    )
    assert [url for url in Page(page).loads() if HOST.match(url)] == [
        "//a.org/1", "https://a.org/2", "http://a.org/3", "https://a.org/4"
    ]
    assert styled('@import "https://a.org/5";') == ["https://a.org/5"]


def test_every_page_is_light(built, pages, capsys):
    site = built[0]

    def weight(*files):
        return sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in files)

    searching = [*site.glob("assets/javascripts/workers/search.*.js")]
    weights = {}
    for path, page in pages.items():
        urls = [url for url in page.loads() if url.split("?")[0].endswith((".css", ".js"))]
        weights[path] = weight(site / path, *searching, *{(site / path).parent / url for url in urls})
    fonts, index = sum(f.stat().st_size for f in site.rglob("*.woff2")), weight(site / "search/search_index.json")
    with capsys.disabled():
        print("\ncompressed bytes of HTML, CSS and JavaScript:")
        print(*(f"{n:7,} {path}" for path, n in weights.items()), sep="\n")
        print(f"{fonts:7,} math font, where it is not installed\n{index:7,} search index")
    allowed = {path: BUDGET * (1.06 if path in HEAVY else 1) for path in weights}
    assert searching and not [path for path in weights if weights[path] > allowed[path]]


def test_every_page_has_a_title_a_description_and_one_heading(pages):
    for path, page in pages.items():
        assert page.title, path
        assert 50 <= len(page.description()) <= 200, f"{path}: description of {len(page.description())} characters"
        assert [tag for tag, _ in page.tags].count("h1") == 1, path
    for told in ({p.title for p in pages.values()}, {p.description() for p in pages.values()}):
        assert len(told) == len(pages), "two pages share a title or a description"


TITLED = re.compile(r'<span class="filename">(.*?)</span><pre>(.*?)</pre>', re.S)


def test_every_titled_block_of_the_site_is_its_file_to_the_letter(pages):
    shown = {title: unescape(re.sub("<[^>]+>", "", code)) for p in pages.values() for title, code in TITLED.findall(p.text)}
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in ROOT.glob("snippets/**/*.py") if path.name != "audit.py"}
    assert shown == files  # the audits are too long to be shown: tests/test_tools.py asks for links


def test_the_font_is_the_recorded_one():
    for font in (ROOT / "docs/theme/fonts").glob("*.woff2"):
        assert hashlib.sha256(font.read_bytes()).hexdigest() in (font.parent / "README.txt").read_text()


# What the converter to MathML makes of TeX that it does not know, and what to write instead.
MISREAD = {
    r"\\[a-zA-Z]": "an unknown command",
    r"<mi>&amp;</mi>": r"\begin{aligned}: write \begin{align*}",
    r"klzzwxh|\x02": r"a backslash that Markdown took: write \lbrace and \rbrace in a line, \\ only in $$ blocks",
    r"<mo>[a-z]{2,}</mo>": r"\operatorname: write \text{…}",
    r'width="negative': r"\!: leave it out",
    r"<mi>(?:log|ln|exp|tanh|max|min)</mi><(?:mi|mn|msub|msup|mover|mfrac|mrow><mi)": r"no space: write \log\,x",
}


def misread(html):
    """What a reader would stumble over in the formulas of a page, with the remedy."""
    formulas = re.findall(r"<math.*?</math>", html, re.S)
    faults = [(why, formula) for formula in formulas for fault, why in MISREAD.items() if re.search(fault, formula)]
    found = {f"{why}, in: {unescape(re.sub('<.*?>', '', formula))}" for why, formula in faults}
    outside = re.sub(r"<(math|pre|code|script|title)\b.*?</\1>", "", html, flags=re.S)
    return found | ({"a $ that began no formula"} if "$" in outside else set())


def test_every_formula_is_understood(pages):
    found = [f"{path}: {fault}" for path, page in pages.items() for fault in sorted(misread(page.text))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "tex",
    [r"$\unknown$", "$$\n\\begin{aligned} a &= b \\end{aligned}\n$$", r"$\{0, 1\}$", r"$\operatorname{softmax}$",
     r"$f\!(x)$", r"$\log x$", r"$\log p_c$", "costs $5"],
)  # fmt: skip
def test_a_misread_formula_is_found(tex):
    html = markdown.markdown(f"Text {tex}" if tex[1] != "$" else tex, extensions=["l2m4m:LaTeX2MathMLExtension"])
    assert misread(html)
    assert not misread(markdown.markdown(r"$\sigma^2 = \log\,x$ in `$5`", extensions=["l2m4m:LaTeX2MathMLExtension"]))
