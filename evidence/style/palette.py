"""One colour per family of initializers and one dash per distribution, on light pages and on dark ones.

The colours keep 3.4 : 1 contrast on white and 4.8 : 1 on the dark page, and stay apart under the three kinds of
colour blindness.
"""

import re
from dataclasses import dataclass

from evidence.problem import Problem

FAMILY = {
    "zeros": "constant", "ones": "constant", "constant": "constant", "identity": "constant",
    "random_normal": "fixed", "random_uniform": "fixed", "truncated_normal": "fixed",
    "lecun_normal": "lecun", "lecun_uniform": "lecun",
    "glorot_normal": "glorot", "glorot_uniform": "glorot",
    "he_normal": "he", "he_uniform": "he",
    "orthogonal": "orthogonal",
}  # fmt: skip
COLOUR = re.compile(r"(?<=: )#[0-9a-f]{6}\b")  # as Matplotlib writes one into an SVG's styles
DASH = {"normal": "-", "uniform": (0, (5, 2)), "constant": (0, (1, 1.5))}


@dataclass(frozen=True)
class Palette:
    """Colours by family of initializers, and for what stands back."""

    family: dict
    muted: str
    faint: str

    def __getitem__(self, initializer):
        """The colour of an initializer. Raises Problem if it has no family."""
        return self.family[family(initializer)]


PALETTE = Palette(
    {"constant": "#8a8a8a", "fixed": "#e06a00", "lecun": "#2288cc", "glorot": "#117733", "he": "#882255", "orthogonal": "#221155"},
    muted="#5f6368",
    faint="#d0d3d8",
)
# What each colour becomes on a dark page. The last two stand in figure.mplstyle: text, and grids.
DARK = {
    "#8a8a8a": "#909090", "#e06a00": "#ee7733", "#2288cc": "#55bbee", "#117733": "#2e9e6b", "#882255": "#ff88bb", "#221155": "#ddccff",
    "#5f6368": "#a9afba", "#d0d3d8": "#454b58",
    "#202124": "#e6e8ec", "#e3e5e8": "#3a3f4a",
}  # fmt: skip


def darkened(svg):
    """A figure's SVG text with the colours for a dark page. Raises Problem for a colour that has none."""
    if unknown := set(COLOUR.findall(svg)) - DARK.keys():
        raise Problem(f"A figure has {min(unknown)}, which has no counterpart for dark pages; name it in evidence/style/palette.py.")
    return COLOUR.sub(lambda found: DARK[found[0]], svg)


def family(initializer):
    """The family of an initializer. Raises Problem if it has none."""
    if initializer not in FAMILY:
        raise Problem(f"{initializer} has no family, so no colour; give it one in evidence/style/palette.py.")
    return FAMILY[initializer]


def dash(initializer):
    """The line style of an initializer: solid for normal, dashed for uniform, dotted for constant ones."""
    if family(initializer) == "constant":
        return DASH["constant"]
    return DASH["uniform" if initializer.endswith("uniform") else "normal"]
