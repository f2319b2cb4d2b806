"""Ten layers of five relatives of ReLU, from Keras's default and from the variance that keeps their signal, until they have settled."""

import itertools

import keras

from evidence import mnist
from evidence.networks.trials import trials
from evidence.theory.activations import preserving

SMALL, LARGE = [0.0001, 0.0003, 0.001, 0.003], [0.0003, 0.001, 0.003, 0.01]
STEEP = [0.03, 0.1, 0.3, 1.0]
PROTOCOL = {
    "question": "Does the variance that keeps the signal of leaky ReLU, ELU, GELU, SiLU or SELU gain anything over Keras's default once the runs have settled?",
    "widths": [784, *[64] * 10, 10],
    "starts": ["glorot_uniform", "own"],
    "learning_rates": {  # by optimizer and activation
        "adam": {"leaky_relu": LARGE, "elu": SMALL, "gelu": LARGE, "silu": LARGE, "selu": SMALL},
        "sgd": {"gelu": STEEP, "silu": STEEP},  # whose default does not move in the 120 steps of activation_matrix
    },
    "images": 27_200,  # 425 whole batches
    "validation_images": 5000,
    "test_images": 5000,
    "batch_size": 64,
    "epochs": {"adam": 3, "sgd": 6},
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<activation>_<start>_<optimizer>_<rate>": quantities} of one seed, those of `trials`, after each epoch.

    The start "own" is the variance that keeps a mean square of 1 under the activation, truncated normal as Keras's rules are.
    """
    images = mnist.split(seed, *(PROTOCOL[name] for name in ("images", "validation_images", "test_images")))
    runs = {}
    for optimizer, grids in PROTOCOL["learning_rates"].items():
        for activation, rates in grids.items():
            own = keras.initializers.VarianceScaling(preserving(activation), "fan_in", "truncated_normal")
            arms = list(itertools.product(PROTOCOL["starts"], rates))
            found = trials(
                [(own if start == "own" else start, seed) for start, _ in arms], *images, widths=PROTOCOL["widths"], activation=activation,
                optimizer=optimizer, learning_rate=[rate for _, rate in arms], batch_size=PROTOCOL["batch_size"], epochs=PROTOCOL["epochs"][optimizer],
            )  # fmt: skip
            runs |= {f"{activation}_{start}_{optimizer}_{rate}": one for (start, rate), one in zip(arms, found, strict=True)}
    return runs
