"""Chromium and the built site for the tests that look at it: fixtures, and what a browser thinks of a page."""
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

ROOT = Path(__file__).resolve().parents[1]
SIZES = {1280: 800, 1920: 1080, 360: 740}  # width: height, in px
# the two layouts; 1920 px shows the second one, larger. Colours go by the palette, not by the width, and take axe longer
# than all its other rules: it judges them once
AXE = {1280: {}, 360: {"rules": {"color-contrast": {"enabled": False}}}}
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
            page.evaluate(SETTLE)
            found += [f"{width} px: {fault}" for fault in page.evaluate(LOOK, {"scheme": scheme, "raw": RAW})]
            if width in AXE:
                broken = Axe().run(page, options=AXE[width]).response["violations"]
                found += [f"{width} px: axe {rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in broken]
        context.close()
        return found + context.faults


# long pages fetch figures as they come near: bring all that this palette shows, the fonts, and the search index
LOAD_ALL = """async () => {
  const shown = [...document.images].filter(img => img.checkVisibility())
  for (const img of shown) img.loading = 'eager'
  await Promise.all([document.fonts.ready, ...shown.map(img => img.decode().catch(() => null))])
}"""
# the theme gives wide blocks of code to the keyboard once an observer has told it their size, which a busy machine does
# late; five seconds, after which what it has not given is a fault that axe names
SETTLE = """async () => {
  const left = () => [...document.querySelectorAll('pre > code')].some(
    code => code.checkVisibility() && code.scrollWidth > code.clientWidth && code.tabIndex < 0)
  const end = performance.now() + 5000
  while (left() && performance.now() < end) await new Promise(requestAnimationFrame)
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
