"""Learning curves of several starts, side by side in panels."""


def by_start(fig, palette, protocol, starts, titles, accuracy):
    """Panels by title; x: steps; y: test accuracy in per cent, each seed thin and the mean thick.

    starts: {start: (label, the initializer that gives the colour, dash)}; titles: {panel: title}; accuracy: function of a start and
    a panel, (seeds, steps).
    """
    axes = fig.subplots(1, len(titles), sharey=True)
    for ax, (panel, title) in zip(axes, titles.items(), strict=True):
        for start, (label, color, dash) in starts.items():
            curve = 100 * accuracy(start, panel)
            ax.plot(protocol["steps"], curve.T, color=palette[color], linestyle=dash, linewidth=0.7, alpha=0.5)
            ax.plot(protocol["steps"], curve.mean(0), color=palette[color], linestyle=dash, linewidth=2.2, label=label)
        ax.set_title(title)
        ax.set(ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {protocol['batch_size']} images")
        ax.grid(axis="y")
    axes[0].set_ylabel("Test accuracy (%)")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(starts))
