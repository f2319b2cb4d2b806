"""Which learning rates get a shallow and a deep network going, from a small fixed spread and from He."""

from evidence.intervals import interval

SIZE = (6.4, 3.4)
PANELS = {2: "2 layers", 30: "30 layers"}
STARTS = {"he_normal": "He", "small_normal": "N(0, 0.01²)"}


def draw(fig, runs, palette):
    """Two panels, one per depth; x: learning rate; y: test accuracy in per cent after 200 steps, one line per start."""
    arms = runs["depth_start"]
    rates = arms["grid"]["learning_rate"][0]
    styles = {"he_normal": (palette["he_normal"], "-"), "small_normal": (palette["random_normal"], "-")}
    axes = fig.subplots(1, 2, sharey=True)
    fig.get_layout_engine().set(wspace=0.06)
    for ax, (layers, title) in zip(axes, PANELS.items(), strict=True):
        for start, (color, dash) in styles.items():
            mean = interval(100 * arms[f"{start}_{layers}"]["test_accuracy"])
            ax.errorbar(rates, mean.mean, yerr=mean.half, color=color, linestyle=dash, marker="o", markersize=4, elinewidth=1.4, label=STARTS[start])
        ax.set(title=title, xscale="log", xlabel="Learning rate", ylim=(0, 100))
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    axes[1].legend(loc="upper left")
