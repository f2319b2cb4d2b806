"""Share of the images that the busiest expert of an untrained router gets, by how alike its inputs are."""

import numpy as np

from evidence.theory import routing

SIZE = (6.0, 3.4)
ALT = (
    "Share of the images with the busiest of eight experts against the mean cosine of two inputs. A line rises from an eighth at zero to all at one. Points lie on it "
    "or little above: pixels below a half, inputs behind more and more ReLU layers further right and higher, with layer normalization a little less, with the mean taken away near zero"
)
MARKS = {"plain": ("o", "he_normal", "as they are"), "layer_norm": ("s", "lecun_normal", "layer-normalized"), "centred": ("^", "random_normal", "less the mean over images")}


def draw(fig, runs, palette):
    """x: mean cosine of two inputs; y: share in per cent, mean over routers and seeds; line: the formula."""
    ax, arms = fig.subplots(), runs["mixture_load"]
    protocol = arms.protocol
    cosines = 0.99 * np.sin(np.linspace(0, np.pi / 2, 30)) ** 2  # closer where the line is steep
    ax.plot(cosines, [100 * routing.largest_share(c, protocol["experts"]) for c in cosines], color=palette.muted, linewidth=1.5)
    for how in protocol["treatments"]:
        marker, rule, label = MARKS[how]
        points = np.array([[arms[f"{how}_{depth}"]["cosine"].mean(), 100 * busiest(arms, how, depth)] for depth in protocol["depths"]])
        ax.plot(*points.T, marker, color=palette[rule], markersize=7, label=label)
        if how == "plain":
            for depth, point in zip(protocol["depths"], points):
                ax.annotate("pixels" if depth == 0 else f"{depth} layer{'s' * (depth > 1)}", point, (6, -11), textcoords="offset points", color=palette[rule])
    ax.set(xlabel="Mean cosine of two inputs of the router", ylabel="With the busiest expert (%)", xlim=(-0.02, 1), ylim=(0, 100))
    ax.grid(axis="y")
    ax.legend(loc="upper left")


def busiest(arms, how, depth):
    """The share, mean over seeds, at the scale of fan_in."""
    return arms[f"{how}_{depth}"]["largest_share"][:, 1].mean()
