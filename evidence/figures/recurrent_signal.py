"""What one recurrent kernel, used at every step, leaves of a vector's length and of its directions."""

import numpy as np

SIZE = (6.6, 3.5)
ALT = (
    "Two panels by steps. Left, length on a logarithmic axis: with orthogonal kernels flat at one; with one Glorot kernel most seeds rise, some by many "
    "powers of ten, while Glorot kernels drawn anew stay close to one; PyTorch's falls steeply. Right, directions: orthogonal stays at 64, the others "
    "fall to a few within twenty steps"
)
ARMS = {  # start: (colour, label)
    "orthogonal": ("orthogonal", "orthogonal"),
    "glorot_uniform": ("glorot_uniform", "Glorot uniform"),
    "torch": ("random_uniform", "PyTorch's uniform"),
}


def draw(fig, runs, palette):
    """x: steps; left y: log10 of the length that a vector of length 1 has left; right y: directions; each seed thin, the median thick; dotted: drawn anew."""
    arms = runs["recurrent_signal"]
    length, directions = fig.subplots(1, 2)
    steps = np.arange(1, arms.protocol["steps"] + 1)
    for start, (color, label) in ARMS.items():
        shared, fresh = arms[f"{start}_shared"], arms[f"{start}_fresh"]
        for ax, quantity in ((length, "norm"), (directions, "directions")):
            ax.plot(steps, shared[quantity].T, color=palette[color], linewidth=0.5, alpha=0.4)
            ax.plot(steps, np.median(shared[quantity], axis=0), color=palette[color], linewidth=2.2, label=label)
        if start == "glorot_uniform":
            length.plot(steps, np.median(fresh["norm"], axis=0), color=palette[color], linestyle=(0, (1, 1.5)), label=f"{label}, drawn anew each step")
    length.set(xlabel="Steps", ylabel="Length left", ylim=(-12, 14))
    powers = [-12, -8, -4, 0, 4, 8, 12]
    length.set_yticks(powers, ["1" if power == 0 else f"$10^{{{power}}}$" for power in powers])
    directions.set(xlabel="Steps", ylabel="Directions left", yscale="log", xlim=(0, 60), ylim=(0.9, 80))
    directions.set_yticks([1, 2, 4, 8, 16, 32, 64], ["1", "2", "4", "8", "16", "32", "64"])
    directions.minorticks_off()
    for ax in (length, directions):
        ax.grid(axis="y")
    fig.legend(*length.get_legend_handles_labels(), loc="outside upper center", ncols=2)
