"""The built site in a real browser: part of `make verify`, since it needs Chromium.

    python -m pytest tests/test_browser.py --site site
"""

import re
import shutil

import pytest

from tests import nav
from tests.browser import SCHEMES, SIZES, Site, browser, folder, page_with, site, until  # noqa: F401

pytestmark = pytest.mark.browser


PAGES = [nav.address(file) for file in nav.pages()]
SHARES = 6  # of the pages outside the navigation, which no list names before the site is built: workers take a share each


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "index")
def test_every_page_is_sound(site, path, scheme):  # noqa: F811
    faults = site.faults(path, scheme)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_outside_the_navigation_is_sound(site, share, scheme):  # noqa: F811
    outside = [path for path in site.paths() if path not in PAGES]
    faults = {path: site.faults(path, scheme) for path in outside[share::SHARES]}
    assert faults and not any(faults.values()), "\n".join(f"{path}: {fault}" for path in faults for fault in faults[path])


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
def test_a_planted_fault_is_found(folder, browser, tmp_path, fault):  # noqa: F811
    copy = shutil.copytree(folder, tmp_path / "site")
    page = copy / "index.html"
    html = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page.read_text())  # which would refuse some of these
    assert "</article>" in html
    page.write_text(html.replace("</article>", PLANTS[fault] + "</article>"))
    assert any(fault in found for found in Site(copy, browser).faults("", "light", [1280]))


def test_a_phone_shows_the_whole_table_of_the_answer(site):  # noqa: F811
    page = site.context().new_page()
    page.set_viewport_size({"width": 360, "height": SIZES[360]})
    page.goto(site.base + "answer/")
    table = page.locator(".md-typeset__scrollwrap").first
    table.wait_for()
    assert "kernel_initializer=" in table.inner_text()
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
    page.context.close()


def test_the_copy_button_copies_the_code(site):  # noqa: F811
    copied = ".highlight:not(.no-copy):visible"
    page = page_with(site, copied)
    block = page.locator(copied).first
    block.hover()
    block.locator("button.md-code__button").first.click()
    until(page, "navigator.clipboard.readText()")
    assert page.evaluate("navigator.clipboard.readText()").strip() == block.locator("code").first.inner_text().strip()
    page.context.close()


def test_the_palette_stays_as_chosen(site):  # noqa: F811
    page = page_with(site, "h1")
    for wanted in ("default", "slate"):
        page.locator("[data-md-component=palette] label:visible").click()
        until(page, "s => document.body.dataset.mdColorScheme === s", arg=wanted)
        page.reload()
        assert page.evaluate("document.body.dataset.mdColorScheme") == wanted
    page.context.close()


def test_a_chosen_framework_is_kept_across_pages_and_visits(site):  # noqa: F811
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


def test_an_address_whose_page_moved_takes_the_reader_to_the_section(site):  # noqa: F811
    page, moved = site.context().new_page(), 0
    for file in site.folder.glob("*/index.html"):
        if found := nav.MOVED.search(file.read_text()):
            page.goto(f"{site.base}{file.parent.name}/")
            page.wait_for_url(f"{site.base}{found[1].removeprefix('../')}")
            moved += page.locator(f"h2#{found[1].split('#')[1]}").count()
    assert moved and not page.context.faults
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_keyboard_focus_is_visible(site, scheme):  # noqa: F811
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
