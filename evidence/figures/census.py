"""The standard deviation of what reads and what writes the residual stream, at two widths, an architecture a line."""

from evidence.readings.census import tables

SIZE = (6.6, 3.8)
KINDS = {"query": "Queries", "feed_forward_in": "Feed-forward, in", "feed_forward_out": "Feed-forward, out"}
RULES = {"0.02": ("fixed", lambda width: 0.02), r"$1/\sqrt{d}$": ("lecun", lambda width: width**-0.5), r"He, $\sqrt{2/d}$": ("he", lambda width: (2 / width) ** 0.5)}


def alt(runs):
    """What is seen, with the count of lines."""
    return (
        "Three panels, queries and the feed-forward layers: standard deviation at two widths on logarithmic axes, a thin line for each of "
        f"{len(tables(runs))} architectures. Nearly all lie on the level line of 0.02; a bundle falls along one over the root of the width"
    )


def draw(fig, runs, palette):
    """x: width; y: standard deviation, both logarithmic; thin: each architecture; thick: three rules."""
    protocol = runs["census"].protocol
    (narrow, _), (wide, _), _ = protocol["sizes"]
    first = protocol["columns"].index(f"std_{narrow}_{protocol['sizes'][0][1]}")
    axes = fig.subplots(1, 3, sharey=True)
    for ax, (kind, title) in zip(axes, KINDS.items(), strict=True):
        held = [q[kind].mean(0)[first : first + 2] for arm, q in runs["census"].items() if kind in q]
        ax.plot([narrow, wide], [values for values in zip(*held)], color=palette.muted, alpha=0.35, linewidth=0.8)
        for label, (family, rule) in RULES.items():
            ax.plot([narrow, wide], [rule(narrow), rule(wide)], color=palette.family[family], linewidth=2, label=label)
        ax.set(xscale="log", yscale="log", xlabel="Width $d$", title=f"{title}: {len(held)}", ylim=(0.003, 1.5))
        ax.set_xticks([narrow, wide], [str(narrow), str(wide)], minor=False)
        ax.set_xticks([], minor=True)
        ax.grid(axis="y")
    axes[0].set_ylabel("Standard deviation")
    axes[0].set_yticks([0.01, 0.02, 0.1, 1], ["0.01", "0.02", "0.1", "1"])
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9.5)
