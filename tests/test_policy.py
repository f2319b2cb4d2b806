"""What the pages of the site may load and run: their policy names it, and the browser refuses the rest."""

import base64
import hashlib
import re
import shutil

import pytest

from tests.browser import Site, browser, folder, site  # noqa: F401

pytestmark = pytest.mark.browser

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
INLINE = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>(.*?)</script>", re.S)


def policies(folder):  # noqa: F811
    """Each page's policy, and what stands below it."""
    for path in sorted(folder.rglob("*.html")):
        _, policy, below = POLICY.split(path.read_text())
        yield str(path.relative_to(folder)), policy, below


def test_the_policy_names_each_inline_script_and_no_other(folder):  # noqa: F811
    named, found = set(), {}
    for path, policy, below in policies(folder):
        named |= set(re.findall(r"'sha256-([^']+)'", policy))
        for script in INLINE.findall(below):
            found[base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()] = f"{path}: {script[:80]}"
    missing = [f"{digest} of {found[digest]}" for digest in found.keys() - named]
    assert not missing, f"Name in docs/theme/overrides/main.html: {missing}"
    assert not named - found.keys(), "docs/theme/overrides/main.html names a script that no page has"


def test_webassembly_is_allowed_on_one_page(folder):  # noqa: F811
    assert [path for path, policy, _ in policies(folder) if "wasm" in policy] == ["laboratory/index.html"]
    assert all(policy.startswith("default-src 'none';") and "'unsafe-eval'" not in policy for _, policy, _ in policies(folder))


@pytest.mark.parametrize("planted", ["<script>window.planted = 1</script>", '<img src="https://example.org/x.png" alt="x" onerror="planted = 1">',
                                     '<script src="https://example.org/x.js"></script>', "<style>p { color: red }</style>"])
def test_the_browser_refuses_what_the_policy_does_not_name(folder, browser, tmp_path, planted):  # noqa: F811
    copy = shutil.copytree(folder, tmp_path / "site", ignore=shutil.ignore_patterns("generated"))
    page = copy / "he/index.html"
    page.write_text(page.read_text().replace("</article>", planted + "</article>"))
    context = (site := Site(copy, browser)).context()
    opened = context.new_page()
    opened.goto(f"{site.base}he/")
    assert any("Content Security Policy" in fault for fault in context.faults)
    assert not any("another host" in fault for fault in context.faults)
    assert opened.evaluate("window.planted") is None
    context.close()
