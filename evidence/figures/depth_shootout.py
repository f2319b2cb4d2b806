"""Every initializer that draws at random, and identity, at three depths: ReLU above, tanh below, SGD and Adam."""

import itertools

from evidence.readings.depth_shootout import budget, reached
from evidence.readings.intervals import interval
from evidence.theory.variance import FIXED

SIZE = (5.8, 6.8)
ALT = (
    "Six panels of test accuracy by initializer, for ReLU and tanh with two, ten and thirty hidden layers. With two "
    "layers the scaled rules line up near the right. With ten ReLU layers He is far ahead under SGD. With thirty ReLU "
    "layers only He and, under Adam, identity leave the left edge much; with thirty tanh layers orthogonal is furthest "
    "right, and the fixed spreads lie at the left edge"
)
NAMES = {"relu": "ReLU", "tanh": "tanh"}
SHIFT = {"sgd": 0.18, "adam": -0.18}  # of the two markers of one row
MARKER = {"sgd": "o", "adam": "^"}


def draw(fig, runs, palette):
    """Panels: activations down, hidden layers across; x: test accuracy in per cent at the end, mean and interval; best on the whole at the top."""
    protocol, order = runs["depth_shootout"].protocol, _order(runs)
    axes = fig.subplots(len(protocol["activations"]), len(protocol["hidden_layers"]), sharex=True, sharey=True)
    for row, activation in zip(axes, protocol["activations"], strict=True):
        for ax, depth in zip(row, protocol["hidden_layers"], strict=True):
            for height, arm in enumerate(order):
                for optimizer, shift in SHIFT.items():
                    mean = interval(100 * reached(runs, activation, arm, optimizer, depth))
                    _mark(ax, mean, height + shift, palette[arm], MARKER[optimizer])
            ax.set(xlim=(0, 100), xticks=[10, 50, 90])
            ax.set_yticks(range(len(order)), order)
            ax.set_title(f"{NAMES[activation]}, {depth} layers")
            ax.grid(axis="both")
            ax.set_axisbelow(True)
            ax.tick_params(axis="y", length=0)
    axes[-1, 1].set_xlabel(f"Test accuracy after {budget(runs)['steps']} steps (%)")
    handles = [_mark(axes[0, 0], interval([-50, -50]), 0, palette.muted, marker) for marker in MARKER.values()]
    fig.legend(handles, ["SGD, best of its rates", "Adam, best of its rates"], loc="outside lower center", ncols=2)


def _order(runs):
    protocol = runs["depth_shootout"].protocol

    def together(arm):
        panels = itertools.product(protocol["activations"], SHIFT, protocol["hidden_layers"])
        return sum(reached(runs, activation, arm, optimizer, depth).mean() for activation, optimizer, depth in panels)

    return sorted((arm for arm in protocol["initializers"] if arm == "identity" or arm not in FIXED), key=together)


def _mark(ax, mean, height, color, marker):
    return ax.errorbar(mean.mean, height, xerr=mean.half, fmt=marker, color=color, markersize=4.8, elinewidth=1.6, markeredgewidth=0)
