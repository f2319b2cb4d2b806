"""The laboratory without a network, after a first visit."""

import pytest

from tests.browser import Site, browser, folder, until  # noqa: F401
from tests.laboratory import IDLE

pytestmark = pytest.mark.browser


def test_the_laboratory_works_without_network_after_a_visit(folder, browser):  # noqa: F811
    site = Site(folder, browser)
    context = site.context(service_workers="allow")
    page = context.new_page()
    page.goto(f"{site.base}laboratory/")
    until(page, IDLE)
    until(page, "navigator.serviceWorker.controller !== null")
    site.server.shutdown()
    site.server.server_close()
    page.goto(f"{site.base}laboratory/?depth=3&width=16&batch=8")
    until(page, IDLE)
    page.check("input[name=guess][value=none]")
    page.click("#step")
    until(page, "document.getElementById('clock').textContent === 'step 1'")
    assert page.evaluate("getComputedStyle(document.querySelector('.lab-panels')).display") == "grid"
    context.close()


def test_other_pages_are_not_kept(folder, browser):  # noqa: F811
    site = Site(folder, browser)
    context = site.context(service_workers="allow")
    page = context.new_page()
    page.goto(f"{site.base}laboratory/")
    until(page, "navigator.serviceWorker.controller !== null")
    page.goto(f"{site.base}he/")
    assert page.evaluate("navigator.serviceWorker.controller === null")
    context.close()
    site.server.shutdown()
