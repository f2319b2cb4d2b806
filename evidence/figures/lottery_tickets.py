"""Learning curves of a pruned network from four starts, and what masks on an untrained one answer."""

from evidence.readings import rates

SIZE = (6.8, 3.2)
ALT = (
    "Two panels of test accuracy. Left, over steps, of networks of which few weights are left: from the weights it was pruned from, and from new ones with the "
    "old signs, the network climbs first and highest, from new weights later, and under a random mask last; the dense network lies above all. Right, over "
    "the rate of the training that made the masks: the trained network rises to a maximum, the mask of grown weights on the untrained one has its own "
    "maximum at a smaller rate and falls to chance at the largest, other masks lie below it at small rates, and a random mask at chance"
)
LEFT = {
    "dense": ("constant", "-", "dense"), "rewound": ("he", "-", "its own start"), "signed": ("he", (0, (4, 2)), "new, old signs"),
    "redrawn": ("fixed", "-", "new"), "rescaled": ("fixed", (0, (4, 2)), "new, scaled up"), "elsewhere": ("glorot", "-", "random mask"),
}  # fmt: skip
RIGHT = {
    "dense": ("constant", "-", "trained, no mask"), "mask_grown": ("he", "-", "grown"), "mask_same_sign": ("he", (0, (4, 2)), "largest, same sign"),
    "mask_large": ("fixed", "-", "largest"), "mask_random": ("glorot", "-", "random"),
}  # fmt: skip


def draw(fig, runs, palette):
    """Left: x: steps, y: mean test accuracy in per cent, each start at its best rate, the smallest share kept. Right: x: rate; y: the same."""
    arms = runs["lottery_tickets"]
    protocol = arms.protocol
    left, right = fig.subplots(1, 2, sharey=True)
    share = protocol["kept"][-1]
    for start, (family, dash, name) in LEFT.items():
        curve = 100 * rates.best(arms, start if start == "dense" else f"{start}_{share}")["test_accuracy"]
        left.plot(protocol["steps"], curve.mean(0), color=palette.family[family], linestyle=dash, marker="o", markersize=3, label=name)
    for mask, (family, dash, name) in RIGHT.items():
        grid = rates.grid(arms, mask)
        ended = [100 * arm["test_accuracy"][:, -1].mean() for arm in grid.values()]
        right.plot(list(grid), ended, color=palette.family[family], linestyle=dash, marker="o", markersize=3, label=name)
    left.set(title=f"Trained, {100 * share:.0f} % of the weights kept", xlabel=f"Steps of {protocol['batch_size']} images", ylabel="Test accuracy (%)", ylim=(0, 100))
    right.set(title="Untrained, under a mask", xlabel="Rate of the training that made the mask", xscale="log")
    right.set_xticks(list(grid), [f"{rate:g}" for rate in grid])
    right.minorticks_off()
    for ax in (left, right):
        ax.grid(axis="y")
    left.legend(loc="lower right", fontsize=8)
    right.legend(loc="lower left", bbox_to_anchor=(0, 0.14), fontsize=8)
