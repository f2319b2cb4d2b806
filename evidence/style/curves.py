"""Learning curves: of one start in a panel, of several starts in one, and side by side in panels."""


def by_seed(ax, x, curve, label=None, **style):
    """One start in one panel: each seed thin and their mean thick. x: (points,); curve: (seeds, points); style: Matplotlib's, of both."""
    ax.plot(x, curve.T, **style, linewidth=0.7, alpha=0.5)
    ax.plot(x, curve.mean(0), **style, linewidth=2.2, label=label)


def together(fig, palette, protocol, starts, accuracy):
    """One panel; x: steps; y: test accuracy in per cent, each seed thin and the mean thick.

    starts: {start: (label, the family that gives the colour, dash)}; accuracy: function of a start, (seeds, steps).
    """
    ax = fig.subplots()
    for start, (label, family, dash) in starts.items():
        by_seed(ax, protocol["steps"], 100 * accuracy(start), label, color=palette.family[family], linestyle=dash)
    ax.set(xlabel=f"Steps of {protocol['batch_size']} images", ylabel="Test accuracy (%)", ylim=(0, 100), xlim=(0, None))
    ax.grid(axis="y")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)


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
