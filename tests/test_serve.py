"""make serve answers in the browser, reloads an edited chapter, and says in one sentence what is wrong."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from evidence.engine.freshness import ROOT
from tests import small_book


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(port):
    return [sys.executable, "-m", "evidence", "serve", "--port", str(port)]


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as page:
        return page.read().decode()


def wait_for(url, seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            return fetch(url)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with its figures drawn and two pages, to be edited."""
    place = tmp_path_factory.mktemp("project")
    for folder in ("docs", "evidence", "snippets"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__", ".unfinished"))
    for file in ("mkdocs.yml", "requirements.txt", "requirements-frameworks.txt"):
        shutil.copy(ROOT / file, place)
    small_book.cut(place)
    return place


@pytest.fixture(scope="module")
def served(project):
    """(address, first line of output) of a running server."""
    port = free_port()
    server = subprocess.Popen(command(port), cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/", 60)
        yield f"http://127.0.0.1:{port}/", server.stdout.readline()
    finally:
        server.terminate()
        server.wait(10)


def test_it_says_where_the_site_is(served):
    address, said = served
    assert said.startswith(f"Step Zero is at {address}") or said.startswith("drawing")


def test_it_serves_every_page_of_the_navigation(served):
    address, _ = served
    for page in small_book.PAGES:
        assert "<h1" in fetch(address + ("" if page == "index" else f"{page}/"))


def test_an_edited_chapter_is_served_anew(served, project):
    address, _ = served
    with (project / "docs/experiment.md").open("a") as page:
        page.write("\nA sentence that was not here before.\n")
    end = time.monotonic() + 60
    while "A sentence that was not here before" not in fetch(address + "experiment/"):
        assert time.monotonic() < end, "the page was not built again"
        time.sleep(0.2)


def test_a_taken_port_is_one_sentence(served):
    address, _ = served
    done = subprocess.run(command(address.split(":")[-1].strip("/")), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "is taken; choose another: make serve PORT=" in done.stderr


def test_no_port_is_one_sentence():
    done = subprocess.run(command(70000), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "is not a port" in done.stderr
