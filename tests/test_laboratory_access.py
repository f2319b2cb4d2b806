"""The laboratory by keyboard, for screen readers, on a phone, on paper; and it never freezes."""

import io
import itertools
import json

import matplotlib.image
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import SCHEMES, browser, folder, site, until  # noqa: F401
from tests.laboratory import IDLE, SMALL, Laboratory

pytestmark = pytest.mark.browser


def test_all_can_be_done_by_keyboard(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        page = laboratory.page
        reached, unseen = {}, []
        page.focus("#presets button")
        for _ in range(60):
            name, visible = page.evaluate("""() => { const e = document.activeElement, s = getComputedStyle(e)
                return [e.id || e.name || e.textContent, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0] }""")
            if not visible:
                unseen.append(name)
            reached[name] = True
            if name == "guess":
                page.keyboard.press("Space")
            if name == "train":
                break
            page.keyboard.press("Tab")
        assert not unseen
        assert {"depth", "width", "activation", "a", "b", "optimizer", "rate", "batch", "seed", "guess", "train"} <= reached.keys()
        page.keyboard.press("Enter")
        until(page, f"{IDLE} && document.getElementById('outcome').textContent")
        assert "You guessed A for step 160" in laboratory.words("outcome")
        for button in ("step", "rewind", "reseed"):  # each is disabled while the worker is busy
            page.focus(f"#{button}")
            page.keyboard.press("Enter")
            until(page, f"{IDLE} && document.activeElement.id === '{button}'")
        page.focus("#layer")
        page.keyboard.press("ArrowLeft")
        until(page, "document.getElementById('spread-a').getAttribute('aria-label').includes('layer 2')")


@pytest.mark.parametrize("scheme, screen", [*itertools.product(SCHEMES, (360, 1280))])
def test_a_trained_laboratory_is_accessible(site, scheme, screen):  # noqa: F811
    with Laboratory(site, scheme, screen, **SMALL, a="variance_scaling") as laboratory:
        laboratory.guess()
        laboratory.train()
        for summary in laboratory.page.locator("#laboratory summary").all():
            summary.click()
        until(laboratory.page, "document.querySelectorAll('#loss tr').length > 40")
        large = {"rules": {"target-size": {"enabled": True}}}  # for fingers
        assert not [rule["id"] for rule in Axe().run(laboratory.page, options=large).response["violations"]]
        assert laboratory.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_digits_print_dark_on_white_from_a_dark_page(site):  # noqa: F811
    still = "window.ResizeObserver = class { observe() {} }"  # paper: nothing is drawn anew for it
    with Laboratory(site, "dark", script=still, **SMALL) as laboratory:
        digit = laboratory.page.locator("#passed canvas").first
        until(laboratory.page, "document.querySelector('#passed canvas')")
        laboratory.page.emulate_media(media="print")
        levels = matplotlib.image.imread(io.BytesIO(digit.screenshot()))[4:-4, 4:-4, :3]  # without its frame
        assert levels.max() > 0.99 and levels.min() < 0.3


def test_a_chart_and_the_table_behind_it_say_the_same(site):  # noqa: F811
    with Laboratory(site, **SMALL) as laboratory:
        laboratory.page.click("#delta summary")
        cells = laboratory.page.locator("#delta tr").nth(1).locator("td").all_inner_texts()
        assert f"{cells[0]} in layer 1" in laboratory.chart("delta") and f"{cells[1]} in layer 1" in laboratory.chart("delta")
        assert len(cells) == 4


def main_thread(trace):
    """CPU milliseconds of the tasks of the page's main thread in a trace of Chromium: other processes' time does not count."""
    events = json.loads(trace)["traceEvents"]
    names = {(event["pid"], event["tid"]): event["args"]["name"] for event in events if event.get("name") == "thread_name"}
    return [event["tdur"] / 1000 for event in events
            if event.get("name", "").endswith("RunTask") and names.get((event["pid"], event["tid"])) == "CrRendererMain" and "tdur" in event]


def longest_task(site):  # noqa: F811
    """CPU milliseconds of the longest of the main thread's tasks while a new laboratory trains and takes another activation."""
    with Laboratory(site, screen=360) as laboratory:
        laboratory.guess()
        site.browser.start_tracing(page=laboratory.page, categories=["toplevel", "__metadata"])
        laboratory.train()
        laboratory.page.select_option("select[name=activation]", "selu")
        until(laboratory.page, IDLE)
        tasks = main_thread(site.browser.stop_tracing())
    assert len(tasks) > 100
    return max(tasks)


def test_the_page_never_freezes(site):  # noqa: F811
    tries = (longest_task(site) for _ in range(3))
    assert any(longest < 50 for longest in tries)  # what freezes the page does so each time, a busy machine now and then
