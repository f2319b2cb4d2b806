"""Learning curves of small vision transformers from nine starts, in two panels."""

from evidence.readings import rates

SIZE = (6.8, 3.9)
ALT = "Test accuracy over steps"
PANELS = {
    "Before the branches (pre-LN)": {"fixed": "0.02", "width": "0.55/√d", "width_scaled": "0.55/√d, scaled", "width_zero": "0.55/√d, zero", "glorot": "Glorot", "glorot_scaled": "Glorot, scaled"},
    "Behind the branches (post-LN)": {"post": "Glorot", "post_warm": "Glorot, warm-up", "deepnorm": "DeepNorm"},
}  # fmt: skip


def draw(fig, runs, palette):
    """Panels: place of the normalization; x: steps; y: test accuracy in per cent, mean over seeds, each start at its best rate."""
    arms, family = runs["transformer_training"], palette.family
    (blocks,) = arms.protocol["blocks"]
    colors = {"fixed": "fixed", "width": "he", "width_scaled": "he", "width_zero": "he", "post": "fixed", "post_warm": "fixed", "deepnorm": "lecun"}
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (title, labels) in zip(axes, PANELS.items(), strict=True):
        for arm, label in labels.items():
            curve = 100 * rates.best(arms, f"{arm}_{blocks}")["test_accuracy"]
            dash = "--" if arm.endswith(("scaled", "warm")) else ":" if arm.endswith("zero") else "-"
            style = {"color": family[colors.get(arm, "glorot")], "linestyle": dash}
            ax.plot(arms.protocol["steps"], curve.T, **style, linewidth=0.6, alpha=0.4)
            ax.plot(arms.protocol["steps"], curve.mean(0), **style, linewidth=2.2, label=label)
        ax.set(title=title, ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {arms.protocol['batch_size']} images")
        ax.set_xticks([0, *arms.protocol["steps"]])
        ax.grid(axis="y")
        ax.legend(loc="upper left", fontsize=8)
    axes[0].set_ylabel("Test accuracy (%)")
