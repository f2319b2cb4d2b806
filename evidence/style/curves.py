"""Learning curves: of one start in a panel, and of several starts, side by side in panels."""


def by_seed(ax, x, curve, label=None, **style):
    """One start in one panel: each seed thin and their mean thick. x: (points,); curve: (seeds, points); style: Matplotlib's, of both."""
    ax.plot(x, curve.T, **style, linewidth=0.7, alpha=0.5)
    ax.plot(x, curve.mean(0), **style, linewidth=2.2, label=label)


def by_start(fig, palette, protocol, starts, titles, accuracy):
    """Panels by title; x: steps; y: test accuracy in per cent, each seed thin and the mean thick.

    starts: {start: (label, the initializer that gives the colour, dash)}; titles: {panel: title}; accuracy: function of a start and
    a panel, (seeds, steps).
    """
    axes = fig.subplots(1, len(titles), sharey=True)
    for ax, (panel, title) in zip(axes, titles.items(), strict=True):
        for start, (label, color, dash) in starts.items():
            by_seed(ax, protocol["steps"], 100 * accuracy(start, panel), label, color=palette[color], linestyle=dash)
        ax.set_title(title)
        ax.set(ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(starts))
