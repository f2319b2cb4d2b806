"""Small convolutional networks learn the digits 0 to 4; on their frozen bodies new heads learn 5 to 9, from zeros or random."""

import functools
import itertools

import keras
import numpy as np

from evidence.networks import built, convolutions
from evidence.networks.trials import trials

PROTOCOL = {
    "question": "What should a new head on a frozen convolutional body start from, where it reads every pixel and where it reads their mean?",
    "heads": ["zeros", "glorot_uniform", "he_normal"],
    "bodies": ["pixels", "mean"],  # what heads read of the last map: every pixel of each channel, or the mean of each channel
    "channels": [16, 16, 32, 32],  # of convolutions of 3 by 3 with ReLU, the third with stride 2
    "pixels": 14,  # along each side, and 7 from the third convolution on
    "pretraining": {"steps": 300, "batch_size": 32, "optimizer": "adam", "learning_rate": 0.003},  # on 0 to 4
    "images": 20_000,  # of all digits, of which the body sees the lower five
    "few": 320,  # of the upper five, which the heads see
    "validation_images": 2000,  # of all digits, as are those of the test
    "test_images": 2000,
    "batch_size": 32,
    "epochs": 30,
    "optimizer": "adam",
    "learning_rates": {"pixels": [0.0003, 0.001, 0.003, 0.01, 0.03], "mean": [0.003, 0.01, 0.03, 0.1, 0.3]},
    "seeds": list(range(5)),
}  # fmt: skip
CLASSES = 5


def measure(seed):
    """{"<body>_<head>_<rate>": quantities} of one seed, as `trials` gives them, and "<body>": {"test_accuracy": (1,)} on 0 to 4."""
    parts, runs = convolutions.split(seed, PROTOCOL), {}
    old, new = ([five_digits(*part, lowest) for part in parts] for lowest in (0, CLASSES))
    new[0] = tuple(array[: PROTOCOL["few"]] for array in new[0])
    before, setting = PROTOCOL["pretraining"], {name: PROTOCOL[name] for name in ("batch_size", "epochs", "optimizer")}
    for body in PROTOCOL["bodies"]:
        trained = trainer(body)
        # seeds of its own: the new head must not be the one that the body was trained under
        trained.begin(built.start(functools.partial(network, body), 1000 + seed), before["learning_rate"])
        trained.train(*old[0], built.batches(seed, len(old[0][1]), before["batch_size"], before["steps"]))
        runs[body] = {"test_accuracy": [trained.score(*old[2])[1]]}
        read = [(features(trained.model, x), y) for x, y in new]
        arms = list(itertools.product(PROTOCOL["heads"], PROTOCOL["learning_rates"][body]))
        rates, widths = [rate for _, rate in arms], (read[0][0].shape[1], CLASSES)
        found = trials([(head, seed) for head, _ in arms], *read, learning_rate=rates, widths=widths, **setting)
        runs |= {f"{body}_{head}_{rate}": quantities for (head, rate), quantities in zip(arms, found, strict=True)}
    return runs


def network(body):
    """Convolutions from He normal, all pixels of the last map or the mean of each channel, and a dense layer, which gives logits."""
    convolved = [
        keras.layers.Conv2D(channels, 3, 2 if layer == 2 else 1, "same", activation="relu", kernel_initializer="he_normal")
        for layer, channels in enumerate(PROTOCOL["channels"])
    ]
    reading = keras.layers.GlobalAveragePooling2D() if body == "mean" else keras.layers.Flatten()
    return keras.Sequential([keras.Input((PROTOCOL["pixels"], PROTOCOL["pixels"], 1)), *convolved, reading, keras.layers.Dense(CLASSES)])


@functools.cache
def trainer(body):
    """A trainer that all seeds of a process share: to trace it takes as long as to train a network."""
    return built.Trainer(network(body), PROTOCOL["pretraining"]["optimizer"])


def features(model, images):
    """What the last layer of a network reads: (n, features) float32."""
    read = keras.Sequential(model.layers[:-1])
    return np.concatenate([read(images[k : k + built.ASKED]) for k in range(0, len(images), built.ASKED)])


def five_digits(x, y, lowest):
    """The images of the five digits from `lowest` on, with labels from 0 to 4."""
    kept = (y >= lowest) & (y < lowest + CLASSES)
    return x[kept], y[kept] - np.int32(lowest)
