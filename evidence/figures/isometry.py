"""The norm of images through a hundred linear convolutions, from four starts."""

import numpy as np

ALT = (
    "Four lines of the norm of images by layer, relative to the input, on a logarithmic axis up to layer 100: "
    "delta-orthogonal is level at one, orthogonal and Glorot uniform sink together, with bands that widen, and He normal "
    "rises out of the figure"
)
STARTS = {"delta_orthogonal": ("delta-orthogonal", "orthogonal", "-"), "orthogonal": ("orthogonal", "orthogonal", (0, (1, 1.5))),
          "glorot_uniform": ("Glorot uniform", "glorot_uniform", (0, (5, 2))), "he_normal": ("He normal", "he_normal", "-")}  # fmt: skip


def draw(fig, runs, palette):
    """x: layer; y: norm relative to the input's, logarithmic; a line for the geometric mean, a band for all images and seeds; He leaves at the top."""
    ax = fig.subplots()
    for start, (label, color, style) in STARTS.items():
        arm = runs["isometry"][f"linear_{start}"]
        layers = np.arange(arm["norm"].shape[1])
        ax.fill_between(layers, arm["smallest"].min(axis=0), arm["largest"].max(axis=0), color=palette[color], alpha=0.2, linewidth=0)
        mean = np.exp(np.log(arm["norm"]).mean(axis=0))
        ax.plot(layers, mean, color=palette[color], linestyle=style, label=label)
    ax.set(yscale="log", ylim=(1e-3, 1e2), xlim=(0, layers[-1]), xlabel="Layer", ylabel="Norm, relative to the input")
    ax.grid(axis="y")
    ax.legend(loc="upper right")
