"""Test loss of a decoder by learning rate, from attention scores of several spreads, and with normalized queries and keys."""

from evidence.figures.embedding_training import by_rate

SIZE = (5.8, 3.2)
LINES = {
    "scores_0.1": ("glorot", "spread 0.1"), "scores_1": ("lecun", "spread 1"), "scores_8": ("fixed", "spread 8"), "scores_64": ("constant", "spread 64"),
    "normalized": ("he", "normalized"),
}  # fmt: skip
ALT = (
    "Test loss by learning rate. Up to a rate of 0.03 the lines of five starts lie close together, scores of large spread a little higher. At 0.1 all rise "
    "steeply but the one with normalized queries and keys"
)


def draw(fig, runs, palette):
    """x: rate, logarithmic; y: test loss in nats a token after the last step, mean and interval of the seeds."""
    ax = fig.subplots()
    for arm, (color, label) in LINES.items():
        by_rate(ax, runs["attention_training"], arm, color=palette.family[color], label=label)
    ax.set(xlabel="Learning rate of Adam", ylabel="Test loss (nats a token)")
    ax.grid(axis="y")
    fig.legend(loc="outside right center")
