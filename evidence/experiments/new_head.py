"""A network trained on the digits 0 to 4 learns 5 to 9 from few images, with a new head that starts from zeros or random."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks import dense
from evidence.networks.subset import accuracy, hidden, watched
from snippets.tools import stacked

PROTOCOL = {
    "question": "What should a new head start from, and does a random head spoil the features below it?",
    "heads": ["zeros", "glorot_uniform", "he_normal", "large"],
    "large": 10,  # times He's standard deviation
    "widths": [784, 128, 64, 5],
    "activation": "relu",
    "pretraining": {  # on the digits 0 to 4
        "images": 10_000, "epochs": 2, "batch_size": 128, "optimizer": "adam", "learning_rate": 0.001, "initializer": "he_normal",
    },
    "images": 320,  # of the digits 5 to 9
    "batch_size": 32,
    "epochs": 30,
    "learning_rates": {"adam": 0.001, "sgd": 0.1},
    "frozen_learning_rate": 0.01,  # with Adam
    "scratch_learning_rate": 0.001,  # with Adam
    "seeds": list(range(20)),
}  # fmt: skip
WIDTHS = PROTOCOL["widths"]
LARGE = keras.initializers.VarianceScaling(2.0 * PROTOCOL["large"] ** 2)
HEADS = {name: LARGE if name == "large" else name for name in PROTOCOL["heads"]}


def measure(seed):
    """What one pretrained body makes of the new digits under each head, and what two bodies of random weights make of them.

    {"pretrained": {"old_accuracy"}, "frozen_<head>" and "frozen_random": {"test_accuracy": (1,)}, "scratch": {"test_accuracy"}, and
    "<optimizer>_<head>": {"first_loss" nats, "test_accuracy", "old_accuracy" on 0 to 4 with the old head put back,
    "first_move", "move": (1,)}}. A move is the norm of the change of the body's first kernel over the norm of that
    kernel, after one step and after the last. The head "probed" has been trained on the frozen body, from zeros.
    """
    train, test = mnist.pixels()
    (x_old, y_old), old_test = (five_digits(*part, 0) for part in (train, test))
    (x, y), new_test = (five_digits(*part, 5) for part in (train, test))
    before, size, epochs = PROTOCOL["pretraining"], PROTOCOL["batch_size"], PROTOCOL["epochs"]
    rng = np.random.default_rng(seed)
    first, few = rng.permutation(len(y_old))[: before["images"]], rng.permutation(len(y))[: PROTOCOL["images"]]
    # seeds of its own: the new head must not be the one that the body was trained under
    _, (body,) = stacked.train(
        [(before["initializer"], 1000 + seed)], x_old[first], y_old[first], watched(old_test), widths=WIDTHS, verbose=False,
        **{name: before[name] for name in ("optimizer", "learning_rate", "batch_size", "epochs")},
    )  # fmt: skip
    x, y = x[few], y[few]
    runs, probed = _frozen(body, x, y, new_test, seed)
    _, (scratch,) = stacked.train(
        [("he_normal", seed)], x, y, watched(new_test), widths=WIDTHS, batch_size=size, epochs=epochs,
        learning_rate=PROTOCOL["scratch_learning_rate"], verbose=False,
    )  # fmt: skip
    runs["pretrained"] = {"old_accuracy": [accuracy(body, *old_test)]}
    runs["scratch"] = {"test_accuracy": [accuracy(scratch, *new_test)]}
    starts = {head: body[:4] + [new_kernel(head, seed), np.zeros(5, "float32")] for head in HEADS} | {"probed": body[:4] + probed}
    batches = np.concatenate([stacked.batch_order(seed, epoch, len(x)) for epoch in range(epochs)]).reshape(-1, size)
    for optimizer, rate in PROTOCOL["learning_rates"].items():
        losses, once = fine_tuned(list(starts.values()), x, y, batches[:1], optimizer, rate)
        _, last = fine_tuned(list(starts.values()), x, y, batches, optimizer, rate)
        for k, head in enumerate(starts):
            runs[f"{optimizer}_{head}"] = {
                "first_loss": [losses[k]],
                "first_move": [moved(body, once[k])],
                "move": [moved(body, last[k])],
                "test_accuracy": [accuracy(last[k], *new_test)],
                "old_accuracy": [accuracy(last[k][:4] + body[4:], *old_test)],
            }
    return runs


def _frozen(body, x, y, new_test, seed):
    """Heads alone, trained on what the body makes of the images; and the one trained from zeros."""
    untrained = stacked.initial_kernels("he_normal", WIDTHS, seed)
    random = [part for kernel in untrained for part in (kernel, np.zeros(kernel.shape[1], "float32"))]
    setting = {"widths": WIDTHS[-2:], "learning_rate": PROTOCOL["frozen_learning_rate"]}
    setting |= {name: PROTOCOL[name] for name in ("batch_size", "epochs")}
    runs = {}
    for features, heads in ((body, HEADS), (random, {"random": "zeros"})):
        seen, unseen = hidden(features, x), hidden(features, new_test[0])
        networks = [(head, seed) for head in heads.values()]
        _, weights = stacked.train(networks, seen, y, watched((unseen, new_test[1])), **setting, verbose=False)
        for head, trained in zip(heads, weights, strict=True):
            runs[f"frozen_{head}"] = {"test_accuracy": [accuracy(trained, unseen, new_test[1])]}
            if head == "zeros":
                probed = trained
    return runs, probed


def fine_tuned(starts, x, y, batches, optimizer, rate):
    """Train networks from the weights in `starts`, each [kernel, bias, …]; batches: (steps, size) indices of images.

    Returns the loss of each on the last batch before its step, (networks,), and their weights in the form of `starts`.
    """
    weights = dense.stack(starts)
    losses = dense.train(weights, x, y, batches, [rate] * len(starts), optimizer)
    return losses[-1], dense.unstack(weights)


def new_kernel(head, seed):
    """The kernel of a new head, (64, 5) float32: the one that the network from scratch would have from this rule."""
    return stacked.initial_kernels(["zeros", "zeros", HEADS[head]], WIDTHS, seed)[-1]


def moved(body, weights):
    """How far the first kernel has moved, in units of its norm."""
    return np.linalg.norm(weights[0] - body[0]) / np.linalg.norm(body[0])


def five_digits(x, y, lowest):
    """The images of the five digits from `lowest` on, with labels from 0 to 4."""
    kept = (y >= lowest) & (y < lowest + 5)
    return x[kept], y[kept] - lowest
