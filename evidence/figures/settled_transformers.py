"""Small transformers from two starts over one pass of all images."""

from evidence.readings.rates import best
from evidence.readings.transformer_training import PANELS, line
from evidence.style.curves import by_seed

SIZE = (5.2, 3.6)
ALT = (
    "Test accuracy over the steps of one pass, two starts. Glorot's variance is ahead after the first hundred steps; from a quarter of the pass on "
    "the curves lie close together, and both end above ninety per cent"
)


def draw(fig, runs, palette):
    """x: steps; y: test accuracy in per cent at each start's best rate, each seed thin and the mean thick."""
    arms, ax = runs["settled_transformers"], fig.subplots()
    (blocks,) = arms.protocol["blocks"]
    for arm in arms.protocol["arms"]:
        by_seed(ax, arms.protocol["steps"], 100 * best(arms, f"{arm}_{blocks}")["test_accuracy"], PANELS["pre-LN"][arm], **line(arm, palette))
    ax.set(xlabel=f"Steps of {arms.protocol['batch_size']} images", ylabel="Test accuracy (%)", ylim=(0, 100), xlim=(0, None))
    ax.grid(axis="y")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
