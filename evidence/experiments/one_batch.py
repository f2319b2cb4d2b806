"""The test that people are told to make first, overfitting a single batch: which planted faults it finds, and which it cannot."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks import dense
from snippets.tools import stacked

PROTOCOL = {
    "question": "Which faults keep a network from learning a single batch by heart, and which do not?",
    "widths": [784] + [64] * 10 + [10],
    "learning_rates": {"sgd": 0.03, "adam": 0.001},  # of experiment symptoms, and Keras's default
    "small_std": 0.01,
    "saturated_std": 1.0,
    "doubled": 2,  # times He's standard deviation
    "silent_bias": -1.0,  # of every hidden unit
    "raw_pixel": 255.0,  # the largest
    "images": 64,
    "steps": 400,
    "asked": [0, 50, 100, 200, 399],  # numbers of steps after which the loss of the batch is kept
    "seeds": list(range(5)),
}
SOUND = {"start": "he_normal", "bias": 0.0, "activation": "relu", "pixel": 1.0, "shuffled": False}
FAULTS = {  # in what each network differs from the sound one
    "sound": {},
    "glorot": {"start": "glorot_uniform"},
    "zeros": {"start": "zeros"},
    "small": {"start": keras.initializers.RandomNormal(stddev=PROTOCOL["small_std"])},
    "silent": {"bias": PROTOCOL["silent_bias"]},
    "tanh": {"activation": "tanh", "start": "glorot_uniform"},
    "saturated": {"activation": "tanh", "start": keras.initializers.RandomNormal(stddev=PROTOCOL["saturated_std"])},
    "doubled": {"start": keras.initializers.VarianceScaling(2.0 * PROTOCOL["doubled"] ** 2)},
    "raw_pixels": {"pixel": PROTOCOL["raw_pixel"]},
    "shuffled": {"shuffled": True},  # labels that belong to other images
}


def measure(seed):
    """{"<fault>_<optimizer>": quantities} of one seed, from the same batch.

    "batch_loss" (points,): in nats, of the batch after the steps that are asked. "batch_accuracy" and "test_accuracy" (1,): after the
    last step, of the batch and of all test images. A network of which a weight is not finite at the end has an accuracy of 0 and
    losses of NaN, also those before it broke: what it answers depends on what the processor's ReLU makes of NaN. "first_loss" (1,):
    in nats, before training, of lost networks too.
    """
    (x, y), test = mnist.pixels()
    batch = stacked.batch_order(seed, 0, len(x))[: PROTOCOL["images"]]
    wrong = np.random.default_rng(seed).permutation(y[batch])
    runs = {}
    for name, fault in FAULTS.items():
        plan = SOUND | fault
        factor, labels = np.float32(plan["pixel"]), wrong if plan["shuffled"] else y[batch]
        for optimizer, rate in PROTOCOL["learning_rates"].items():
            runs[f"{name}_{optimizer}"] = trained(plan, optimizer, rate, x[batch] * factor, labels, test[0] * factor, test[1], seed)
    return runs


def trained(plan, optimizer, rate, x, y, x_test, y_test, seed):
    """What one network makes of one batch, the same in each step: quantities as `measure` gives them.

    plan: SOUND with a fault. x, x_test: (images, 784) float32; y, y_test: (images,) integers.
    """
    kernels = stacked.initial_kernels(plan["start"], PROTOCOL["widths"], seed)
    weights = dense.start([kernel[None] for kernel in kernels])
    for _, bias in weights[:-1]:
        bias.assign_add(np.full(bias.shape, plan["bias"], "float32"))
    order = np.tile(np.arange(len(y), dtype="int32"), (PROTOCOL["steps"], 1))
    losses = dense.train(weights, x, y, order, [rate], optimizer, plan["activation"])[:, 0]
    if not all(np.isfinite(part.numpy()).all() for layer in weights for part in layer):
        lost = {"batch_loss": np.full(len(PROTOCOL["asked"]), np.nan), "batch_accuracy": [0.0], "test_accuracy": [0.0]}
        return lost | {"first_loss": losses[:1]}
    accuracy = {name: dense.accuracy(weights, *data, plan["activation"]) for name, data in {"batch": (x, y), "test": (x_test, y_test)}.items()}
    return {"batch_loss": losses[PROTOCOL["asked"]], "first_loss": losses[:1]} | {f"{name}_accuracy": found for name, found in accuracy.items()}
