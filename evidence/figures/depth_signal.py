"""The first signal and the first gradient through 30 ReLU layers, under a bad start and a good one."""

from evidence.figures.gradient_anatomy import PANELS, line

SIZE = (6.4, 3.6)
ALT = (
    "Three panels over thirty layers on a logarithmic scale. Under He, activations, error signals and weight gradients "
    "are level. Under a standard deviation of 0.01 activations fall steeply towards the output, error signals towards the "
    "input, and weight gradients are level, far below those of He"
)


def draw(fig, runs, palette):
    """Three panels on one logarithmic scale; x: hidden layer, from the second; y: root mean square, mean and interval over seeds."""
    axes = fig.subplots(1, 3, sharey=True)
    protocol = runs["depth_start"].protocol
    deep = protocol["hidden_layers"][-1]
    names = {"he_normal": "He", "small_normal": f"N(0, {protocol['small_std']:g}²)"}
    colors = {"he_normal": palette["he_normal"], "small_normal": palette["random_normal"]}
    for ax, (quantity, title) in zip(axes, PANELS.items(), strict=True):
        for start, color in colors.items():
            line(ax, runs["depth_start"][f"{start}_{deep}"][quantity], {"color": color})
        ax.set(title=title, xticks=[2, 10, 20, deep], yscale="log")
        ax.grid(axis="y")
    axes[0].set_ylabel("Root mean square")
    axes[1].set_xlabel("Layer")
    for start, color in colors.items():
        end = runs["depth_start"][f"{start}_{deep}"]["gradient"][:, -2].mean()
        axes[2].annotate(names[start], (deep, end), (5, 0), textcoords="offset points", va="center", color=color, fontsize=9.5, annotation_clip=False)
