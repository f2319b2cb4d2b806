"""Who types what he sees into the search box finds the section about it first.

The built site's own worker answers, in Chromium, from the site's own index, and the search box shows what it says: part of `make verify`.

    python -m pytest tests/test_search.py --site site
"""

import json
import re

import pytest

from tests.browser import browser, folder, page_with, site  # noqa: F401
from tests.phrases import FIRST

pytestmark = pytest.mark.browser

ASK = """async phrases => {
  const config = JSON.parse(document.getElementById('__config').textContent)
  const {config: settings, docs} = await (await fetch(new URL('search/search_index.json', new URL(config.base, location)))).json()
  const worker = new Worker(new URL(config.search, new URL(config.base, location)))
  const ask = message => new Promise(done => { worker.onmessage = event => done(event.data); worker.postMessage(message) })
  await ask({type: 0, data: {config: settings, docs, options: {suggest: false}}})
  const hits = {}
  for (const phrase of phrases) {
    const {data} = await ask({type: 2, data: phrase})
    hits[phrase] = data.items.map(page => page[0].location)
  }
  return hits
}"""


def asked(site, phrases):  # noqa: F811
    """{phrase: the addresses that the search gives, best first}."""
    context = site.context()
    page = context.new_page()
    page.goto(site.base)
    found = page.evaluate(ASK, phrases)
    context.close()
    return found


@pytest.fixture(scope="module")
def hits(site):  # noqa: F811
    """{phrase: the addresses that the search gives, best first, the best section of each page, above which the box puts the page}."""
    return asked(site, [*FIRST])


@pytest.mark.parametrize("phrase", FIRST)
def test_the_search_puts_the_section_first_that_helps(hits, phrase):
    first = hits[phrase][0] if "#" in FIRST[phrase] else hits[phrase][0].split("#")[0]
    assert first == FIRST[phrase], f"the search gives {hits[phrase][:4]}"


def test_each_list_of_what_people_type_belongs_to_a_section_that_the_search_knows(folder):  # noqa: F811
    known = {doc["location"] for doc in json.loads((folder / "search/search_index.json").read_text())["docs"]}
    assert sorted({*json.loads((folder / "generated/asked.json").read_text())} - known) == []


def test_what_someone_is_known_to_have_typed_leads_to_its_section(site, folder):  # noqa: F811
    known = json.loads((folder / "generated/asked.json").read_text())
    section = {phrase: address for address, phrases in known.items() for phrase in phrases.split("; ")}
    missed = [phrase for phrase, found in asked(site, [*section]).items() if found[:1] != [section[phrase]]]
    assert len(missed) < len(section) / 100, missed  # two sections may be asked for in the same words


@pytest.mark.parametrize("query", ["dying -relu", "dying: relu", "dying relu^-1", "dying~y relu"])
def test_a_sign_in_a_query_is_no_operator(site, query):  # noqa: F811
    assert asked(site, [query])[query][0] == "checklist/#dying-relu"


@pytest.mark.parametrize("answered", [True, False], ids=["refused", "never answered"])
def test_the_search_works_without_what_people_type(site, answered):  # noqa: F811
    context, waiting = site.context(), []
    context.route("**/asked.json", lambda route: route.abort() if answered else waiting.append(route))
    page = context.new_page()
    page.goto(site.base)
    asked = f"phrases => Promise.race([({ASK})(phrases), new Promise(done => setTimeout(done, 20_000, {{}}))])"
    assert page.evaluate(asked, ["dying relu"]).get("dying relu", ["no answer"])[0] == "checklist/#dying-relu"
    for route in waiting:
        route.abort()
    context.close()


def test_the_search_finds_he_and_opens_the_page(site):  # noqa: F811
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


TYPED = {  # what people type, and the page that must come first; with an anchor, the section that must be its first
    "dying relu": "checklist/#dying-relu",
    "xavier": "glorot/",
    "kaiming": "he/",
    "symmetry": "symmetry/",
    "nan loss": "nan/",
    "exploding gradient": "vanishing/",
}


@pytest.mark.parametrize("phrase", TYPED)
def test_the_search_puts_the_right_section_first(site, phrase):  # noqa: F811
    page = page_with(site, "h1")
    page.keyboard.press("/")
    page.locator("[data-md-component=search-query]").press_sequentially(phrase)
    page.locator(".md-search-result__link").first.wait_for()
    page.wait_for_timeout(500)  # results arrive letter by letter
    links = [link.get_attribute("href").removeprefix(site.base) for link in page.locator(".md-search-result__link").all()[:2]]
    found, section = (re.sub(r"\?[^#]*", "", link) for link in links)
    page.context.close()
    assert found == TYPED[phrase].partition("#")[0]
    assert "#" not in TYPED[phrase] or section == TYPED[phrase]
