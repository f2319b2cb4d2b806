"""What the laboratory says of impossible links and settings, of a browser that lacks something, and of files that did not arrive."""

import html
import re
from pathlib import Path

import pytest

from test_laboratory_engine import CODE as LOAD
from tests.browser import browser, folder, site, until  # noqa: F401
from tests.laboratory import IDLE, SMALL, Laboratory

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[1] / "docs/laboratory"
IMPOSSIBLE = {
    "depth=500": "depth=500, but “Hidden layers” takes a whole number from 1 to 50", "depth=2.5": "depth=2.5, but", "depth=": "depth=, but",
    "width=63": "“Units a layer” takes one of 16, 32", "activation=<b>x</b>": "“Activation” takes one of relu",
    "a=nobody": "“Initializer of A” takes one of he_normal", "rate=abc": "“Learning rate” takes a number from",
    "rate=Infinity": "rate=Infinity, but “Learning rate”", "batch=7": "“Images a step” takes one of 8",
    "seed=-1": "“Seed” takes a whole number", "b_scale=0": "“c of B” takes a number",
}
TOGETHER = {"depth=50&width=512": "50 layers of 512 units are"}


def test_each_impossible_part_of_a_link_is_named_and_replaced(site):  # noqa: F811
    with Laboratory(site) as laboratory:
        defaults = laboratory.page.evaluate("Object.fromEntries(new FormData(document.getElementById('settings')))")
        for links in (IMPOSSIBLE, TOGETHER):
            laboratory.page.goto(f"{site.base}laboratory/?{'&'.join(links)}&utm_source=elsewhere")
            said = laboratory.message("Taken instead.*Before training")
            assert not [told for told in links.values() if told not in said]
            taken = laboratory.page.evaluate("Object.fromEntries(new FormData(document.getElementById('settings')))")
            assert taken == defaults


TAKEN = f"""async ({{base, links}}) => {{{LOAD}
const {{RANGES, read}} = await load('settings')
return links.map(link => [read(link, name => name).complaints, [...new URLSearchParams(link).keys()].filter(name => !RANGES[name])])
}}"""


def test_the_laboratory_takes_all_that_the_books_links_say(site):  # noqa: F811
    found = [link for path in site.folder.rglob("*.html") for link in re.findall(r'href="[^"]*?(\?[^"#]*depth=[^"#]*)"', path.read_text())]
    links = sorted({html.unescape(link) for link in found})
    with Laboratory(site, **SMALL) as laboratory:
        refused = laboratory.page.evaluate(TAKEN, {"base": site.base, "links": links})
    assert len(links) > 10 and refused == [[[], []]] * len(links)


@pytest.mark.parametrize("link", ["depth=5&depth=abc", "depth=abc&depth=7&depth=5"])
def test_the_page_says_truly_what_it_takes_of_a_link_that_says_a_thing_twice(site, link):  # noqa: F811
    with Laboratory(site) as laboratory:
        laboratory.page.goto(f"{site.base}laboratory/?{link}")
        laboratory.message("depth=abc, but .* Taken instead: 5.*in layer 5:")
        assert laboratory.page.input_value("input[name=depth]") == "5"


def test_a_history_that_takes_no_more_addresses_stops_no_slider(site):  # noqa: F811
    full = "history.replaceState = () => { throw new DOMException('too many', 'SecurityError') }"  # as Safari after a hundred
    with Laboratory(site, script=full, **SMALL, a="variance_scaling") as laboratory:
        laboratory.page.evaluate("""() => { const slider = document.querySelector('[data-for=a_scale]')
            slider.value = 1; slider.dispatchEvent(new Event('input', {bubbles: true})) }""")
        laboratory.message(re.escape("variance_scaling(10)"))
        until(laboratory.page, IDLE)


def test_what_is_half_typed_stays_while_the_worker_catches_up(site):  # noqa: F811
    with Laboratory(site, depth=40) as laboratory:
        laboratory.page.evaluate("""() => { for (const value of ['tanh', 'selu']) {
            const select = document.querySelector('[name=activation]')
            select.value = value; select.dispatchEvent(new Event('change', {bubbles: true})) }
            document.querySelector('[name=seed]').value = 12 }""")
        until(laboratory.page, IDLE)
        assert laboratory.page.input_value("input[name=seed]") == "12" and "activation=selu" in laboratory.page.url


def test_a_slider_ends_at_the_last_value_it_was_given(site):  # noqa: F811
    with Laboratory(site, a="variance_scaling", b="variance_scaling") as laboratory:
        laboratory.page.evaluate("""() => { const slider = document.querySelector('[data-for=a_scale]')
            for (const value of [-1, -0.5, 0, 0.5, 1, 0.3]) { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})) } }""")
        until(laboratory.page, IDLE)
        assert "a_scale=2&" in laboratory.page.url and "b_scale=2&" in laboratory.page.url
        found = laboratory.table()
        assert found["a", "activation"] == found["b", "activation"]  # the same c, the same seed, the same weights


def test_too_large_a_network_is_refused_where_it_is_set(site):  # noqa: F811
    with Laboratory(site, depth=50) as laboratory:
        laboratory.page.select_option("select[name=width]", "512")
        laboratory.message("takes 4: take fewer layers or units")


CUT = (FOLDER / "digits.pack").read_bytes()[:200_000]
LACKING = {  # what is missing: the file that is served instead, and what the page says
    "DecompressionStream": ("digits.js", "delete self.DecompressionStream\n" + (FOLDER / "digits.js").read_text(), "lacks DecompressionStream"),
    "a part of the pack": ("digits.pack", CUT, "did not arrive whole"),
    "the pack": ("digits.pack", b"", "did not arrive whole"),
    "the right pack": ("digits.pack", b"\x03\x00", "did not arrive whole"),
    "a part of the program": ("run.js", "export const", "did not load whole"),
}


def instead(body):
    kind = "text/javascript" if isinstance(body, str) else "application/octet-stream"
    return lambda route: route.fulfill(status=200, body=body, content_type=kind)


@pytest.mark.parametrize("lacking", LACKING)
def test_what_did_not_arrive_is_said(site, lacking):  # noqa: F811
    file, body, told = LACKING[lacking]
    laboratory = Laboratory(site, ready=False, routes=[(f"**/{file}", instead(body))])
    laboratory.message(told)
    assert laboratory.page.is_disabled("#train")
    faults = laboratory.context.faults
    laboratory.context.close()
    assert not faults or file == "run.js"  # a program that is cut is a fault of its own


@pytest.mark.parametrize("script", ["delete window.Worker", "window.Worker = class { constructor() { throw new Error('refused') } }"], ids=["none", "refused"])
def test_a_browser_without_workers_is_told_so(site, script):  # noqa: F811
    with Laboratory(site, ready=False, script=script) as laboratory:
        laboratory.message("no workers")
        assert laboratory.page.is_disabled("#train")


def test_a_page_whose_own_program_did_not_come_says_what_to_do(site):  # noqa: F811
    laboratory = Laboratory(site, ready=False, routes=[("**/pictures.js", lambda route: route.abort())])
    laboratory.message("If this line stays, reload the page")
    laboratory.context.close()


def test_without_vectors_the_same_is_computed_more_slowly(site):  # noqa: F811
    losses = []
    for routes in ((), [("**/product.wasm", instead(b"no module"))]):
        with Laboratory(site, routes=routes, **SMALL) as laboratory:
            assert ("several times as long" in laboratory.words("message")) == bool(routes)
            laboratory.guess()
            laboratory.train()
            losses.append([value for *_, value in laboratory.table()["b", "batch_loss"]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
