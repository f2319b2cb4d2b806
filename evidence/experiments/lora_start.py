"""A network trained on upright digits is adapted to turned ones by LoRA, whose two factors start in six ways."""

import numpy as np

from evidence import mnist
from evidence.networks import descent, lora
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which of LoRA's two matrices should start at zero, and how large should the other be?",
    # the rules for A's entries and for B's; see `std`
    "starts": {
        "a_random": ["kaiming", "zeros"],  # PEFT's default
        "b_random": ["zeros", "kaiming"],
        "b_small": ["zeros", "as A"],
        "both_random": ["kaiming", "kaiming"],
        "a_keras": ["he_uniform", "zeros"],
        "a_gaussian": ["gaussian", "zeros"],  # PEFT's option of this name
    },
    "widths": [784, 256, 256, 10],
    "rank": 4,
    "body": {"images": 10_000, "epochs": 3, "batch_size": 128, "optimizer": "adam", "learning_rate": 0.001, "initializer": "he_normal"},
    "images": 9600,  # turned by 90 degrees; each is seen once
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": 300,
    "window": 20,  # steps over which recorded training losses are averaged
    "learning_rates": {"adam": [2.0**k for k in range(-12, 0)], "sgd": [2.0**k for k in range(-10, 2)]},
    "seeds": list(range(5)),
}  # fmt: skip


def std(rule, fan_in, rank):
    """Distribution and standard deviation of a factor's entries; fan_in and rank: those of the adapted kernel."""
    return {
        "zeros": (lora.UNIFORM, 0.0),
        "kaiming": (lora.UNIFORM, (3 * fan_in) ** -0.5),  # kaiming_uniform_(a=√5)
        "he_uniform": (lora.UNIFORM, (2 / fan_in) ** 0.5),
        "gaussian": (lora.NORMAL, 1 / rank),
    }[rule]


def measure(seed):
    """{"<start>_<optimizer>_<rate>": quantities} of one seed, and what the body makes of turned digits, "body".

    "loss": (steps / window,), mean training losses (nats), each batch before its step; "first_loss" (1,) on the first batch; "test_loss",
    "test_accuracy" and "val_accuracy": (1,), after the last step, on turned digits; "a_rms" and "b_rms": (1,), the root mean
    square of the first layer's factors then. Of "body": "test_loss", "test_accuracy".
    """
    before, images = PROTOCOL["body"], PROTOCOL["images"]
    (x, y), validation, test = mnist.split(seed, before["images"] + images, PROTOCOL["validation_images"], PROTOCOL["test_images"])
    upright = x[: before["images"]], y[: before["images"]]
    # seeds of its own: the factors must not share draws with the body
    _, (body,) = stacked.train(
        [(before["initializer"], 1000 + seed)], *upright, test, widths=PROTOCOL["widths"], verbose=False,
        **{name: before[name] for name in ("optimizer", "learning_rate", "batch_size", "epochs")},
    )  # fmt: skip
    training = turned(x[before["images"] :]), y[before["images"] :]
    validation, test = ((turned(images), labels) for images, labels in (validation, test))
    order = np.arange(images).reshape(-1, PROTOCOL["batch_size"])[: PROTOCOL["steps"]]  # drawn at random by `mnist.split`
    none = lora.start(body, [factors(seed, "zeros", "zeros")])
    (loss,), (accuracy,) = lora.scores(none, *test)
    runs = {"body": {"test_loss": [loss], "test_accuracy": [accuracy]}}
    for optimizer, rates in PROTOCOL["learning_rates"].items():
        arms = [(name, rate) for name in PROTOCOL["starts"] for rate in rates]
        weights = lora.start(body, [factors(seed, *PROTOCOL["starts"][name]) for name, _ in arms])
        losses = descent.train(lora.logits, weights, *training, order, [rate for _, rate in arms], optimizer)
        found, (_, chosen_by) = lora.scores(weights, *test), lora.scores(weights, *validation)
        windows = losses.reshape(-1, PROTOCOL["window"], len(arms)).mean(1)
        for k, (name, rate) in enumerate(arms):
            runs[f"{name}_{optimizer}_{rate}"] = {
                "first_loss": losses[:1, k], "loss": windows[:, k],
                "test_loss": found[0, k : k + 1], "test_accuracy": found[1, k : k + 1], "val_accuracy": chosen_by[k : k + 1],
                "a_rms": [lora.rms(weights[0][2][k])], "b_rms": [lora.rms(weights[0][3][k])],
            }  # fmt: skip
    return runs


def factors(seed, rule_a, rule_b):
    """A and B for each layer, of shapes (fan_in, rank) and (rank, fan_out). The same random numbers in every start of a seed."""
    rank, pairs = PROTOCOL["rank"], []
    for layer, (fan_in, fan_out) in enumerate(zip(PROTOCOL["widths"], PROTOCOL["widths"][1:])):
        rngs = [np.random.default_rng([seed, layer, which]) for which in range(2)]
        of_b = ("kaiming", fan_in) if rule_b == "as A" else (rule_b, rank)
        pairs.append((
            lora.draw(rngs[0], (fan_in, rank), *std(rule_a, fan_in, rank)),
            lora.draw(rngs[1], (rank, fan_out), *std(*of_b, rank)),
        ))  # fmt: skip
    return pairs


def turned(images):
    """Digits turned by 90 degrees against the clock: (n, 784) float32, the same form."""
    return np.rot90(images.reshape(-1, 28, 28), axes=(1, 2)).reshape(len(images), 784)
