"""What a few steps reach at each depth and learning rate, with SGD and with Adam, from Glorot and from He."""

import numpy as np

SIZE = (6.6, 4.8)
ALT = (
    "Six panels of test loss against learning rate: SGD above, Adam below, with five, fifteen and thirty hidden layers. "
    "With SGD and thirty layers the Glorot points lie on the horizontal line of ten equal guesses at every rate while He "
    "is well below it at small rates; with Adam Glorot gets below the line too"
)
OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}
LABELS = {"glorot_normal": "Glorot normal", "he_normal": "He normal"}
CEILING = 2.75  # where runs that diverged are marked


def draw(fig, runs, palette):
    """Panels: optimizers down, hidden layers across; x: learning rate; y: test loss, a dot per seed, lines through medians."""
    protocol = runs["rectifier_depth"].protocol
    depths, grids = protocol["hidden_layers"], protocol["learning_rates"]
    axes = fig.subplots(len(OPTIMIZERS), len(depths), sharex="row", sharey=True)
    for row, (optimizer, name) in zip(axes, OPTIMIZERS.items(), strict=True):
        rates = grids[optimizer]
        for ax, depth in zip(row, depths, strict=True):
            ax.axhline(np.log(10), color=palette.faint, linewidth=1)
            for k, arm in enumerate(LABELS):
                loss = np.array([runs["rectifier_depth"][f"{arm}_{optimizer}_{depth}_{rate}"]["test_loss"][:, -1] for rate in rates])
                x = np.array(rates) * (0.93, 1.07)[k]
                shown = np.where(np.isnan(loss), CEILING, np.minimum(loss, CEILING))
                ax.plot(x, np.median(shown, axis=1), color=palette[arm], linewidth=1.6)
                for rate, values in zip(x, shown, strict=True):
                    far = values >= CEILING
                    ax.plot(np.full(sum(~far), rate), values[~far], "o", color=palette[arm], markersize=3, alpha=0.8)
                    ax.plot(np.full(sum(far), rate), values[far], "x", color=palette[arm], markersize=6)
            ax.set(xscale="log", ylim=(0, CEILING + 0.15), yticks=[0, 0.5, 1, 1.5, 2])
            decades = [rate for rate in rates if np.log10(rate).round(6) % 1 == 0]
            ax.set_xticks(decades, [f"{rate:g}" for rate in decades])
            ax.minorticks_off()
            ax.grid(axis="y")
            ax.set_axisbelow(True)
        row[0].set_ylabel(f"{name}: test loss (nats)")
        row[1].set_xlabel("Learning rate")
    for ax, depth in zip(axes[0], depths, strict=True):
        ax.set_title(f"{depth} hidden layers")
    fig.legend(
        handles=[axes[0, 0].plot([], [], color=palette[arm], marker="o", markersize=4, label=label)[0] for arm, label in LABELS.items()],
        loc="outside lower center", ncols=2, fontsize=9.5,
    )  # fmt: skip
