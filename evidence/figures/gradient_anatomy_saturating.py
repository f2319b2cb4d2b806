"""The same three quantities for tanh and sigmoid, whose units can saturate."""

from evidence.figures.gradient_anatomy import PANELS, hidden, label, line, look

SIZE = (6.4, 5.4)
ALT = (
    "Two rows of three panels. Tanh under N(0, 1): activations level at one, error signals and weight gradients rise by "
    "more than ten powers of ten towards the input; under He and Glorot all nearly level. Sigmoid: activations level; "
    "under Glorot and He error signals and weight gradients fall by more than ten powers of ten towards the input; under "
    "N(0, 1) they rise slightly"
)
STARTS = {"unit_normal": "N(0, 1)", "he_normal": "He", "glorot_uniform": "Glorot"}
ACTIVATIONS = {"tanh": 1.3, "sigmoid": 1.7}  # and the gap of the labels in powers of ten


def draw(fig, runs, palette):
    """Two rows of three panels, a scale for each row; x: hidden layer, from the second; y: root mean square."""
    grid = fig.subplots(2, 3, sharex=True, sharey="row")
    for axes, (activation, gap) in zip(grid, ACTIVATIONS.items(), strict=True):
        for ax, quantity in zip(axes, PANELS, strict=True):
            for start in STARTS:
                line(ax, runs["gradient_anatomy"][f"{activation}_{start}"][quantity], look(start, palette))
            ax.set(xticks=[2, 10, 20, hidden(runs)], yscale="log")
            ax.grid(axis="y")
        axes[0].set_ylabel(f"{activation}: root mean square")
        label(axes[2], runs, activation, STARTS, palette, gap)
    for ax, title in zip(grid[0], PANELS.values(), strict=True):
        ax.set_title(title)
    grid[1, 1].set_xlabel("Layer")
