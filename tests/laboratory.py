"""The laboratory's page, opened in a browser profile of its own and used as a reader does: what its tests share."""

import csv
import io
from pathlib import Path
from urllib.parse import urlencode

from tests.browser import SIZES, until

SMALL = {"depth": 3, "width": 16, "batch": 8}
# nothing is computed, and the charts, which are drawn frame by frame after the numbers have come, show it
IDLE = """!document.getElementById('train').disabled && document.getElementById('train').textContent !== 'Pause'
    && !document.querySelector('.lab-panels[aria-busy=true]')"""


class Laboratory:
    """The page in a browser profile of its own, opened by a link with these settings."""

    def __init__(self, site, scheme="light", screen=1280, routes=(), script="", ready=True, **settings):
        self.context = site.context(scheme)
        self.context.add_init_script(script)
        for pattern, answer in routes:
            self.context.route(pattern, answer)
        self.page, self.asked = self.context.new_page(), []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.set_viewport_size({"width": screen, "height": SIZES[screen]})
        self.page.goto(f"{site.base}laboratory/?{urlencode(settings)}")
        if ready:
            until(self.page, IDLE)

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        faults = self.context.faults
        self.context.close()
        assert failed[0] or not faults, faults

    def words(self, name):
        return self.page.inner_text(f"#{name}")

    def message(self, pattern):
        """Wait until the page says something of this pattern, and return it all."""
        until(self.page, "text => new RegExp(text).test(document.getElementById('message').textContent)", arg=pattern)
        return self.words("message")

    def guess(self, value="none"):
        self.page.check(f"input[name=guess][value={value}]")

    def train(self, button="train"):
        """Press a button that trains, and wait until the worker has stopped."""
        self.page.click(f"#{button}")
        until(self.page, f"{IDLE} && document.getElementById('outcome').textContent")

    def step(self):
        return int(self.words("clock").removeprefix("step ") or 0)

    def table(self):
        """The run that the page offers for download: {(network, quantity): [(step, layer, value)]}."""
        with self.page.expect_download() as waiting:
            self.page.click("#csv")
        found = {}
        for row in csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())):
            found.setdefault((row["network"], row["quantity"]), []).append((int(row["step"]), row["layer"], float(row["value"])))
        return found

    def chart(self, name):
        return self.page.get_attribute(f"#{name} > svg", "aria-label")
