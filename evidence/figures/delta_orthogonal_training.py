"""Learning curves of thirty tanh convolutions from three starts."""

from evidence.readings import rates
from evidence.style.curves import by_seed

SIZE = (5.8, 3.2)
ALT = (
    "Test accuracy by steps for thirty tanh convolutions. The line of delta-orthogonal kernels rises first; those of orthogonal and Glorot "
    "uniform follow well below it"
)
STARTS = {"delta_orthogonal": ("delta-orthogonal", "orthogonal", "-"), "orthogonal": ("orthogonal", "orthogonal", (0, (1, 1.5))),
          "glorot_uniform": ("Glorot uniform", "glorot_uniform", (0, (5, 2)))}  # fmt: skip


def draw(fig, runs, palette):
    """x: steps; y: test accuracy in per cent, each seed thin and the mean thick, each start at its best rate."""
    ax, arms = fig.subplots(), runs["delta_orthogonal_training"]
    protocol = arms.protocol
    for start, (label, color, dash) in STARTS.items():
        curve = 100 * rates.best(arms, start)["test_accuracy"]
        by_seed(ax, protocol["steps"], curve, label, color=palette[color], linestyle=dash)
    ax.set(ylim=(0, 100), xlim=(0, None), ylabel="Test accuracy (%)", xlabel=f"Steps of {protocol['batch_size']} images")
    ax.set_xticks([0, *protocol["steps"][1:]])
    ax.grid(axis="y")
    ax.legend(loc="upper left")
