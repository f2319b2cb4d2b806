"""Learning curves of small vision transformers from nine starts, in two panels."""

from evidence.readings import rates
from evidence.readings.transformer_training import PANELS, line, stem

SIZE = (6.8, 4.3)
ALT = (
    "Test accuracy over steps in two panels. With pre-LN the two starts of Glorot's variance rise first, then those of the translated spread, and the "
    "fixed one is lowest. With post-LN DeepNorm rises as high as Glorot with pre-LN; Glorot with and without warm-up stay together, far below"
)


def draw(fig, runs, palette):
    """Panels: place of the normalization; x: steps; y: test accuracy in per cent, seeds thin, means thick, each start at its best rate."""
    arms = runs["transformer_training"]
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (title, labels) in zip(axes, PANELS.items(), strict=True):
        for arm, label in labels.items():
            curve = 100 * rates.best(arms, stem(runs, arm))["test_accuracy"]
            ax.plot(arms.protocol["steps"], curve.T, **line(arm, palette), linewidth=0.5, alpha=0.35)
            ax.plot(arms.protocol["steps"], curve.mean(0), **line(arm, palette), linewidth=2.2, label=label)
        ax.set(title=title, ylim=(0, 100), xlim=(0, None), xlabel=f"Steps of {arms.protocol['batch_size']} images")
        ax.set_xticks([0, *arms.protocol["steps"]])
        ax.grid(axis="y")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    axes[0].set_ylabel("Test accuracy (%)")
