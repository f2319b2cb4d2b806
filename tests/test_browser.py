"""The built site in a real browser: part of `make verify`, since it needs Chromium.

    python -m pytest tests/test_browser.py --site site
"""

import atexit
import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests import nav

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
SIZES = {1280: 800, 1920: 1080, 360: 740}  # width: height, in px
AXE = (360, 1280)  # the two layouts; 1920 px shows the second one, larger
SCHEMES = ("light", "dark")
INSTALL = "No Chromium found. Debian: apt-get install chromium. Elsewhere: python -m playwright install chromium"
RAW = ("--8<--", "(=", "=)", "///", "$$", "{:", "\\frac", "klzzwxh")  # markup that a reader must never see


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a site under the path it was built for, as its host will: /step-zero/, or / without a SITE_URL."""

    def __init__(self, *args, path, **options):
        self.path_of_site = path
        super().__init__(*args, **options)

    def translate_path(self, path):
        inside = path.startswith(self.path_of_site)
        return super().translate_path(path.removeprefix(self.path_of_site) if inside else "/outside the site")

    def log_message(self, *_):
        pass


def chromium():
    """Path of a Chromium: $CHROMIUM, else one on the PATH, else Playwright's own (None)."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found:
        return found
    with sync_playwright() as play:
        if Path(play.chromium.executable_path).exists():
            return None
    pytest.fail(INSTALL)


@pytest.fixture(scope="session")
def folder(request, tmp_path_factory):
    """The built site: --site, else built now."""
    if given := request.config.getoption("--site", None):
        return Path(given).resolve()
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, f"The site does not build; run make test first.\n{built.stderr[-2000:]}"
    return site


def until(page, expression, arg=None, seconds=30):
    """Wait for an expression to be true. Playwright's own waiting evaluates text in the page, which its policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"still not: {expression}"
        page.wait_for_timeout(20)


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    browser = playwright().chromium.launch(executable_path=path, args=["--no-sandbox"])
    yield browser
    browser.close()


@functools.cache
def playwright():
    """The only one there may be, though several files of tests have a browser each."""
    play = sync_playwright().start()
    atexit.register(play.stop)
    return play


class Site:
    """A folder served on a free port, and what a browser thinks of its pages."""

    def __init__(self, folder, browser):
        self.folder, self.browser = folder, browser
        canonical = re.search(r'<link rel="canonical" href="([^"]+)"', (folder / "index.html").read_text())
        path = urlsplit(canonical[1]).path if canonical else "/"
        handler = functools.partial(Handler, directory=folder, path=path)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}{path}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def paths(self):
        """The pages, without the addresses that lead on to another."""
        files = [file for file in sorted(self.folder.rglob("*.html")) if not nav.MOVED.search(file.read_text())]
        return [str(file.relative_to(self.folder)).removesuffix("index.html") for file in files]

    def context(self, scheme="light", service_workers="block"):
        """A fresh browser profile that reaches no other host; faults collect in context.faults."""
        context = self.browser.new_context(color_scheme=scheme, reduced_motion="reduce", service_workers=service_workers)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.faults = []
        context.route(lambda url: not url.startswith(self.base), lambda route: self._refuse(context, route))
        context.on("console", lambda m: context.faults.append(f"console: {m.text}") if m.type == "error" else None)
        context.on("weberror", lambda e: context.faults.append(f"script: {e.error}"))
        context.on("response", lambda r: context.faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        return context

    @staticmethod
    def _refuse(context, route):
        context.faults.append(f"request to another host: {route.request.url}")
        route.abort()

    def faults(self, path, scheme, widths=SIZES):
        """All that is wrong with one page in one palette, at each width, as sentences."""
        context = self.context(scheme)
        page = context.new_page()
        page.goto(self.base + path)
        found = []
        for width in widths:
            page.set_viewport_size({"width": width, "height": SIZES[width]})
            page.evaluate(LOAD_ALL)
            found += [f"{width} px: {fault}" for fault in page.evaluate(LOOK, {"scheme": scheme, "raw": RAW})]
            if width in AXE:
                broken = Axe().run(page).response["violations"]
                found += [f"{width} px: axe {rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in broken]
        context.close()
        return found + context.faults


# long pages fetch figures as they come near: bring all that this palette shows, the fonts, and the search index
LOAD_ALL = """async () => {
  const shown = [...document.images].filter(img => img.checkVisibility())
  for (const img of shown) img.loading = 'eager'
  await Promise.all([document.fonts.ready, ...shown.map(img => img.decode().catch(() => null))])
}"""
LOOK = """({scheme, raw}) => {
  const faults = []
  const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 0
  const over = document.documentElement.scrollWidth - window.innerWidth
  if (over > 0) faults.push(`the page is ${over} px wider than the screen`)
  const tables = innerWidth < 1280 ? [] : document.querySelectorAll('.md-typeset__scrollwrap')  // on a phone they scroll
  for (const table of tables) {
    const hidden = table.scrollWidth - table.clientWidth
    if (seen(table) && hidden > 0) faults.push(`a table hides ${hidden} px: ${table.textContent.trim().slice(0, 60)}`)
  }
  const slate = document.body.dataset.mdColorScheme === 'slate'
  if (slate !== (scheme === 'dark')) faults.push('wrong palette: ' + document.body.dataset.mdColorScheme)
  for (const img of document.images) {
    const want = img.src.endsWith('#only-dark') ? 'dark' : img.src.endsWith('#only-light') ? 'light' : null
    const state = seen(img) ? 'shown' : 'hidden'
    if (want && (state === 'shown') !== (want === scheme)) faults.push(`${img.src} is ${state} in ${scheme}`)
    if (seen(img) && !img.naturalWidth) faults.push(`${img.src} did not load`)
  }
  for (const math of document.querySelectorAll('math')) {
    const box = math.getBoundingClientRect()
    if (math.checkVisibility() && !(box.width > 0 && box.height > 0)) faults.push(`empty formula: ${math.textContent}`)
  }
  const prose = document.querySelector('.md-content').cloneNode(true)
  prose.querySelectorAll('pre, code, script').forEach(e => e.remove())
  for (const mark of raw) if (prose.textContent.includes(mark)) faults.push(`raw markup in the text: ${mark}`)
  return faults
}"""


@pytest.fixture(scope="session")
def site(folder, browser):
    site = Site(folder, browser)
    assert site.paths(), f"no page in {folder}"
    return site


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_is_sound(site, scheme):
    faults = {path or "index": site.faults(path, scheme) for path in site.paths()}
    assert not any(faults.values()), "\n".join(f"{path}: {fault}" for path in faults for fault in faults[path])


PLANTS = {
    "wider than the screen": '<div style="width: 2000px">wide</div>',
    "a table hides": '<table><tr><td><div style="width: 2000px">wide</div></td></tr></table>',
    "request to another host": '<img src="http://example.org/x.png" alt="x">',
    "did not load": '<img src="missing.png" alt="x" width="9" height="9">',
    "console": "<script>console.error('planted')</script>",
    "script": "<script>throw new Error('planted')</script>",
    "is shown in light": '<img src="theme/mark.svg#only-dark" alt="x" style="display: inline !important">',
    "is hidden in light": '<img src="theme/mark.svg#only-light" alt="x" style="display: none">',
    "raw markup": "<p>(= mnist_shootout.zeros =)</p>",
    "empty formula": "<math></math>",
    "axe image-alt": '<img src="theme/mark.svg">',
    "axe color-contrast": '<p style="color: #bbb; background: #fff">pale</p>',
}


@pytest.mark.parametrize("fault", PLANTS)
def test_a_planted_fault_is_found(folder, browser, tmp_path, fault):
    copy = shutil.copytree(folder, tmp_path / "site")
    page = copy / "index.html"
    html = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text())  # which would refuse some of these
    assert "</article>" in html
    page.write_text(html.replace("</article>", PLANTS[fault] + "</article>"))
    assert any(fault in found for found in Site(copy, browser).faults("", "light", [1280]))


def test_a_phone_shows_the_whole_table_of_the_answer(site):
    page = site.context().new_page()
    page.set_viewport_size({"width": 360, "height": SIZES[360]})
    page.goto(site.base + "answer/")
    table = page.locator(".md-typeset__scrollwrap").first
    table.wait_for()
    assert "kernel_initializer=" in table.inner_text()
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
    page.context.close()


def page_with(site, selector):
    """The first page that has what `selector` names."""
    for path in site.paths():
        context = site.context()
        page = context.new_page()
        page.goto(site.base + path)
        if page.locator(selector).count():
            return page
        context.close()
    pytest.fail(f"no page has {selector}")


def test_the_copy_button_copies_the_code(site):
    copied = ".highlight:not(.no-copy):visible"
    page = page_with(site, copied)
    block = page.locator(copied).first
    block.hover()
    block.locator("button.md-code__button").first.click()
    until(page, "navigator.clipboard.readText()")
    assert page.evaluate("navigator.clipboard.readText()").strip() == block.locator("code").first.inner_text().strip()
    page.context.close()


def test_the_search_finds_he_and_opens_the_page(site):
    page = page_with(site, "h1")
    page.keyboard.press("/")
    page.locator("[data-md-component=search-query]").press_sequentially("he_normal")
    hit = page.locator(".md-search-result__link").first
    hit.wait_for()
    address = hit.get_attribute("href").split("?")[0].split("#")[0]
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.split("?")[0].split("#")[0] == address)
    assert "he_normal" in page.locator("article").inner_text()
    page.context.close()


FIRST = {  # what people type, and the page that must come first; with an anchor, the section that must be its first
    "dying relu": "checklist/#dying-relu",
    "xavier": "glorot/",
    "kaiming": "he/",
    "symmetry": "symmetry/",
    "nan loss": "nan/",
    "exploding gradient": "vanishing/",
}


@pytest.mark.parametrize("phrase", FIRST)
def test_the_search_puts_the_right_section_first(site, phrase):
    page = page_with(site, "h1")
    page.keyboard.press("/")
    page.locator("[data-md-component=search-query]").press_sequentially(phrase)
    page.locator(".md-search-result__link").first.wait_for()
    page.wait_for_timeout(500)  # results arrive letter by letter
    links = [link.get_attribute("href").removeprefix(site.base) for link in page.locator(".md-search-result__link").all()[:2]]
    found, section = (re.sub(r"\?[^#]*", "", link) for link in links)
    page.context.close()
    assert found == FIRST[phrase].partition("#")[0]
    assert "#" not in FIRST[phrase] or section == FIRST[phrase]


def test_the_palette_stays_as_chosen(site):
    page = page_with(site, "h1")
    for wanted in ("default", "slate"):
        page.locator("[data-md-component=palette] label:visible").click()
        until(page, "s => document.body.dataset.mdColorScheme === s", arg=wanted)
        page.reload()
        assert page.evaluate("document.body.dataset.mdColorScheme") == wanted
    page.context.close()


def test_a_chosen_framework_is_kept_across_pages_and_visits(site):
    page = site.context().new_page()
    chosen = """() => [...document.querySelectorAll('.tabbed-labels label')].every(
        label => label.innerText !== 'PyTorch' || document.getElementById(label.htmlFor).checked)"""
    page.goto(site.base + "programs/")
    assert page.locator(".tabbed-labels label").first.inner_text() == "Keras" and not page.evaluate(chosen)
    page.wait_for_load_state("networkidle")
    page.locator(".tabbed-labels label", has_text="PyTorch").first.click()
    until(page, chosen)
    page.goto(site.base)
    page.goto(site.base + "programs/")
    until(page, chosen)
    page.context.close()


def test_an_address_whose_page_moved_takes_the_reader_to_the_section(site):
    page, moved = site.context().new_page(), 0
    for file in site.folder.glob("*/index.html"):
        if found := nav.MOVED.search(file.read_text()):
            page.goto(f"{site.base}{file.parent.name}/")
            page.wait_for_url(f"{site.base}{found[1].removeprefix('../')}")
            moved += page.locator(f"h2#{found[1].split('#')[1]}").count()
    assert moved and not page.context.faults
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_keyboard_focus_is_visible(site, scheme):
    context = site.context(scheme=scheme)
    page = context.new_page()
    page.goto(site.base)
    unseen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e)
            return [e.outerHTML.slice(0, 120), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0] }"""
        )
        if not visible and "<body" not in name:
            unseen.append(name)
    context.close()
    assert not unseen
