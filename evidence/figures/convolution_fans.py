"""The fans of a convolution, drawn: what one output sums over, and where one input goes."""

from matplotlib.patches import Rectangle

SIZE = (5.8, 2.6)
SIDE, PANELS = 6, (("reads nine inputs", 2), ("feeds nine outputs", 2), ("reads four", 0))
ALT = (
    "Three grids of six by six pixels with a window of three by three. In the first, nine shaded inputs and one marked output at "
    "their centre; in the second, one marked input and nine shaded outputs; in the third the window hangs over a corner "
    "and five of its nine places lie outside the grid"
)


def draw(fig, runs, palette):
    """Grids: the pixels of a map; shaded: the window; framed: the pixel it belongs to."""
    axes = fig.subplots(1, len(PANELS))
    for ax, (title, place) in zip(axes, PANELS, strict=True):
        for row in range(SIDE):
            for column in range(SIDE):
                ax.add_patch(pixel(column, row, facecolor="none", edgecolor=palette.faint, linewidth=0.7))
        for row in range(place - 1, place + 2):
            for column in range(place - 1, place + 2):
                inside = row >= 0 and column >= 0
                ax.add_patch(pixel(column, row, facecolor=palette["he_normal"], alpha=0.35 if inside else 0.1, linewidth=0))
        ax.add_patch(pixel(place, place, facecolor="none", edgecolor=palette["he_normal"], linewidth=2.5))
        ax.set(xlim=(-1.2, SIDE + 0.2), ylim=(SIDE + 0.2, -1.2), aspect="equal")
        ax.set_title(title, fontsize=9)
        ax.axis("off")


def pixel(column, row, **style):
    """One pixel."""
    return Rectangle((column, row), 1, 1, **style)
