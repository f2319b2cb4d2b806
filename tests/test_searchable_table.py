"""The census's long table on a phone: searched and sorted with scripts, plain without, its names in sight. Part of `make verify`."""

import pytest

from tests.browser import browser, folder, site, until  # noqa: F401: fixtures

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
NAMES = ".searchable tbody tr:not([hidden]) td:first-child"


@pytest.fixture
def phone(site):
    context = site.context()
    page = context.new_page()
    page.set_viewport_size(PHONE)
    page.goto(site.base + "census/")
    page.locator(".searchable input").wait_for()
    yield page
    context.close()


def test_words_leave_the_rows_that_hold_them_all(phone):
    phone.locator(".searchable input").fill("gpt causal")
    shown = phone.locator(".searchable tbody tr:not([hidden])").all_inner_texts()
    assert shown and all("gpt" in row and "causal" in row for row in shown)
    assert phone.locator(".searchable output").inner_text().startswith(f"{len(shown)} of ")


def test_a_head_sorts_up_then_down_and_leaves_the_empty_last(phone):
    head = phone.locator(".searchable thead th").last
    for direction in (1, -1):
        head.locator("button").click()
        texts = [text.replace("−", "-") for text in phone.locator(".searchable tbody tr td:last-child").all_text_contents()]
        losses = [float(text) for text in texts if text]
        assert losses == sorted(losses)[::direction] and not any(texts[len(losses) :])
    assert head.get_attribute("aria-sort") == "descending"


def test_the_names_stay_in_sight_where_a_row_is_scrolled(phone):
    wrap = phone.locator(".searchable .md-typeset__scrollwrap")
    name = phone.locator(NAMES).first
    wrap.evaluate("wrap => wrap.scrollLeft = 400")
    until(phone, "document.querySelector('.searchable .md-typeset__scrollwrap').scrollLeft > 300")
    assert 0 <= name.bounding_box()["x"] < 20


def test_without_scripts_the_table_is_whole_and_scrolls_in_its_own_frame(site):
    context = site.browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(site.base + "census/")
    table = page.locator(".searchable table")
    assert table.locator("tbody tr").count() >= 150 and not page.locator(".searchable input").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert table.evaluate("table => table.scrollWidth > table.clientWidth && getComputedStyle(table).overflowX == 'auto'")
    context.close()
