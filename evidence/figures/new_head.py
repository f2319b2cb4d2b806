"""What each new head reaches on the new digits, and what is left of the old ones, frozen and fine-tuned."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.readings.numbers import word

SIZE = (6.6, 4.0)
HEADS = {  # the initializer that lends its colour, and the label
    "zeros": ("zeros", "zeros"),
    "glorot_uniform": ("glorot_uniform", "Glorot uniform"),
    "he_normal": ("he_normal", "He normal"),
    "large": ("he_normal", "{large} times He"),
    "probed": ("zeros", "zeros, trained\nbefore the body"),
}
MARKS = {"adam": ("Adam", "o", 0.13), "sgd": ("SGD", "^", -0.13), "frozen": ("", "s", 0)}
PANELS = [  # ways of training, quantity, reference, label, range
    (["frozen"], "test_accuracy", None, "Body frozen:\nnew digits (%)", (53, 86)),
    (["adam", "sgd"], "test_accuracy", "scratch", "Fine-tuned:\nnew digits (%)", (86.8, 92.4)),
    (["adam", "sgd"], "old_accuracy", "pretrained", "Fine-tuned:\nold digits (%)", (27, 103)),
]


def alt(runs):
    """What is seen, with the accuracy at which three heads on a frozen body lie together."""
    together = np.mean([runs["new_head"][f"frozen_{head}"]["test_accuracy"][:, -1] for head in ("zeros", "glorot_uniform", "he_normal")])
    return (
        "Three panels with a row per head: zeros, Glorot uniform, He normal, ten times He, and zeros trained before the body. With a "
        f"frozen body three heads lie together near {100 * together:.0f} and ten times He far to their left. Fine-tuned, on new digits "
        "all lie around the band of training from scratch but ten times He, which lies below; on old digits Adam with zeros and SGD "
        "with ten times He lie far left, and Adam with the head trained first lies next to the line of the pretrained network"
    )


def draw(fig, runs, palette):
    """One row per head, a mark with its interval per way of training; x: test accuracy; bands: what to compare with."""
    arms, names = runs["new_head"], list(HEADS)[::-1]
    axes = fig.subplots(1, len(PANELS), sharey=True, width_ratios=[0.8, 1.1, 1])
    for ax, (ways, quantity, reference, label, limits) in zip(axes, PANELS, strict=True):
        if reference:
            line = interval(100 * arms[reference][quantity][:, -1])
            ax.axvspan(line.low, line.high, color=palette.muted, alpha=0.35, linewidth=1.5)
        for way in ways:
            _, marker, shift = MARKS[way]
            for head in (head for head in names if f"{way}_{head}" in arms):
                mean = interval(100 * arms[f"{way}_{head}"][quantity][:, -1])
                row = names.index(head) + shift
                ax.errorbar(mean.mean, row, xerr=mean.half, color=palette[HEADS[head][0]], marker=marker, markersize=6, elinewidth=2)
        ax.set(xlabel=label, xlim=limits, ylim=(-0.6, len(names) - 0.4))
        ax.grid(axis="x")
        ax.set_axisbelow(True)
    axes[0].set_yticks(range(len(names)), [HEADS[head][1].format(large=word(arms.protocol["large"])) for head in names])
    for ax in axes[1:]:
        ax.tick_params(left=False)
    marks = [axes[0].plot([], [], marker, color=palette.muted, label=label)[0] for label, marker, _ in MARKS.values() if label]
    fig.legend(handles=marks, loc="outside upper right", ncols=2, fontsize=9.5)
