"""How much gradient reaches the earlier cell states of an untrained LSTM, over few steps and over many, for four biases."""

from evidence.readings.intervals import interval

SIZE = (6.6, 3.9)
ALT = (
    "Two panels, 50 and 400 steps: gradient of the cell state by steps back on a logarithmic axis. With forget biases of "
    "zero and one it falls off the panels; with both biases spread it sinks by less than a power of ten in either; with "
    "the forget biases spread alone it stays level over 50 steps and climbs by about two powers over 400, though its "
    "dashed line, along the cell alone, sinks"
)
ARMS = {  # colour family, label
    "chrono": ("lecun", "spread $b_f$, $b_i$ = −$b_f$"),
    "spread": ("fixed", "spread $b_f$, $b_i$ = 0"),
    "one": ("he", "$b_f$ = 1, Keras's default"),
    "zero": ("constant", "$b_f$ = 0"),
}


def draw(fig, runs, palette):
    """A panel for each number of steps; x: lag; y: log10 of the gradient, mean and interval; solid by all paths, dashed along the cell alone."""
    axes = fig.subplots(1, 2, sharey=True)
    for ax, steps in zip(axes, runs["forget_gate"].protocol["steps"], strict=True):
        for arm, (family, label) in ARMS.items():
            values, color = runs["forget_gate"][f"{arm}_{steps}"], palette.family[family]
            lags = values["lag"][0]
            curve = interval(values["all"])
            ax.fill_between(lags, curve.low, curve.high, color=color, alpha=0.25, linewidth=0)
            ax.plot(lags, curve.mean, color=color, label=label)
            ax.plot(lags, values["cell"].mean(0), color=color, linestyle=(0, (3, 2)))
        ax.set(xlabel="Steps back", title=f"{steps} steps", xticks=[1, *range(steps // 5, steps + 1, steps // 5)], ylim=(-9, 3))
        ax.grid(axis="y")
    powers = [3, 0, -3, -6, -9]
    axes[0].set_yticks(powers, ["1" if power == 0 else f"$10^{{{power}}}$" for power in powers])
    axes[0].set_ylabel("Gradient of the cell state")
    axes[0].plot([], [], color=palette.muted, linestyle=(0, (3, 2)), label="along the cell alone")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9.5)
