"""What the census could not build, and why."""

from html import escape

from evidence.readings.census import missing


def table(runs):
    """A Markdown table of architectures and reasons, in the library's words where it refuses."""
    rows = [f"| `{name}` | {escape(reason)} |" for name, reason in sorted(missing(runs).items())]
    return "\n".join(["| architecture | why not |", "|---|---|", *rows]) + "\n"
