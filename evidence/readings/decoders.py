"""What decoders of embedding_training and attention_training reach, and in how many steps."""

from evidence.readings import rates


def reached(runs, experiment, stem, rate=None):
    """Test loss after the last step in nats per token, (seeds,): at the best rate, or at the one given."""
    arms = runs[experiment]
    quantities = rates.best(arms, stem) if rate is None else rates.grid(arms, stem)[rate]
    return quantities["test_loss"][:, -1]


def budget(runs, experiment="embedding_training"):
    """What the sentences say of the training."""
    protocol = runs[experiment].protocol
    return {"steps": protocol["steps"][-1], "batch": protocol["batch_size"]}
