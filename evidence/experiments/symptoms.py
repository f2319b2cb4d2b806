"""One fault at a time, planted in a small network, and the fingerprint it leaves before and after training."""

import functools

import keras
import numpy as np
import tensorflow as tf

from evidence import mnist
from evidence.networks import dense
from snippets.tools import stacked

STEPS = 160
RATES = [0.1, 0.2, 0.5, 1.0]  # above the sound one
PROTOCOL = {
    "question": "Which fingerprint does each fault leave in a network, before training and after?",
    "widths": [784] + [64] * 10 + [10],
    "optimizer": "sgd",
    "learning_rate": 0.03,
    "other_rates": RATES,
    "climbing_rate": {"from": 0.01, "factor": 1.05},  # of every step on the one before
    "small_std": 0.01,
    "saturated_std": 1.0,
    "doubled": 2,  # times He's standard deviation
    "silent_bias": -1.0,  # of every hidden unit
    "raw_pixel": 255.0,  # the largest
    "batch_size": 64,
    "steps": STEPS,
    "signal_images": 512,
    "saturated": 0.99,  # |h| above which a unit is
    "seeds": list(range(5)),
}
SOUND = {"start": "he_normal", "bias": 0.0, "activation": "relu", "rate": PROTOCOL["learning_rate"], "pixel": 1.0}
CLIMB = PROTOCOL["climbing_rate"]
FAULTS = {  # in what each network differs from the sound one
    "sound": {},
    "zeros": {"start": "zeros"},
    "small": {"start": keras.initializers.RandomNormal(stddev=PROTOCOL["small_std"])},
    "silent": {"bias": PROTOCOL["silent_bias"]},
    "copied": {"copied": True},  # one kernel for all hidden layers of one shape
    "shuffled": {"shuffled": True},  # labels that belong to other images
    "tanh": {"activation": "tanh", "start": "glorot_uniform"},
    "saturated": {"activation": "tanh", "start": keras.initializers.RandomNormal(stddev=PROTOCOL["saturated_std"])},
    # what becomes of these, NaN or a dead layer, is left to chance
    "doubled": {"start": keras.initializers.VarianceScaling(2.0 * PROTOCOL["doubled"] ** 2), "wild": True},
    "raw_pixels": {"pixel": PROTOCOL["raw_pixel"], "wild": True},
    "climbing": {"rate": CLIMB["from"] * CLIMB["factor"] ** np.arange(STEPS), "wild": True},
    **{f"rate_{rate}": {"rate": rate, "wild": True} for rate in RATES},
}


def measure(seed):
    """{fault: quantities} of one seed; all networks see the same batches.

    Before training: "square" (layers,), mean squares of activations, of the logits last; "gradient" (layers,), root mean
    squares of the kernels' gradients; "dead_share" and "saturated_share" (hidden layers,), units that are positive for no
    image, activations beyond the mark; "equal_share" (1,), inner kernels equal to the one below. While training: "first_loss"
    of a batch and, where the rate climbs, "lowest_loss" (1,). After it: "lost" (1,), 1 if any weight is NaN; "test_accuracy" (1,) and
    "dead_after" (hidden layers,); and "test_loss" (1,) where chance does not decide between NaN and a number. A lost network
    has the accuracy NaN and counts as dead: what it answers depends on what the processor's ReLU makes of NaN.
    """
    (x, y), (x_test, y_test) = mnist.pixels()
    order = stacked.batch_order(seed, 0, len(x))
    signal, training = order[-PROTOCOL["signal_images"] :], order[: STEPS * PROTOCOL["batch_size"]]
    batches = np.arange(len(training)).reshape(STEPS, -1)
    wrong = np.random.default_rng(seed).permutation(y)
    runs = {}
    for name, fault in FAULTS.items():
        plan = SOUND | fault
        labels, pixel = wrong if "shuffled" in plan else y, np.float32(plan["pixel"])
        look = program(plan["activation"])
        weights = drawn(plan, seed)
        before = described(*look(weights, x[signal] * pixel, labels[signal]))
        stack, rates = dense.stack([weights]), np.broadcast_to(plan["rate"], STEPS)[:, None]
        losses = dense.train(stack, x[training] * pixel, labels[training], batches, rates, activation=plan["activation"])[:, 0]
        (trained,) = dense.unstack(stack)
        after = described(*look(trained, x_test * pixel, y_test))
        lost, hidden = any(np.isnan(w).any() for w in trained), len(after["dead_share"])
        runs[name] = {key: before[key] for key in ("square", "gradient", "dead_share", "saturated_share")} | {
            "equal_share": [np.mean([np.array_equal(a, b) for a, b in zip(weights[2:-4:2], weights[4:-2:2])])],
            "first_loss": [losses[0]], "lost": [lost],
            "test_accuracy": [np.nan] if lost else after["accuracy"], "dead_after": np.ones(hidden) if lost else after["dead_share"],
        }  # fmt: skip
        if name == "climbing":  # elsewhere the lowest can be what a lost network reports
            runs[name]["lowest_loss"] = [np.nanmin(losses)]
        if "wild" not in plan:
            runs[name]["test_loss"] = after["loss"]
    return runs


def drawn(plan, seed):
    """Kernel, bias, kernel, … of a network before training."""
    kernels = stacked.initial_kernels(plan["start"], PROTOCOL["widths"], seed)
    if "copied" in plan:
        kernels[2:-1] = [kernels[1]] * len(kernels[2:-1])
    biases = [np.full(kernel.shape[1], plan["bias"], "float32") for kernel in kernels]
    biases[-1] *= 0
    return [tf.constant(part) for pair in zip(kernels, biases) for part in pair]


@functools.cache
def program(activation):
    """A TensorFlow function of (weights, x, y): what one batch shows."""
    activation = keras.activations.get(activation)

    @tf.function
    def look(weights, x, y):
        h, hidden = x, []
        with tf.GradientTape() as tape:
            tape.watch(weights)
            for kernel, bias in zip(weights[0:-2:2], weights[1:-2:2]):
                h = activation(h @ kernel + bias)
                hidden.append(h)
            z = h @ weights[-2] + weights[-1]
            loss, hits = (tf.reduce_mean(part) for part in stacked.loss_and_hits(z[None], y, None))
        return hidden + [z], loss, hits, tape.gradient(loss, weights)

    return look


def described(outputs, loss, accuracy, gradients):
    """What `look` returned, layer by layer, as numbers."""
    hidden = [h.numpy() for h in outputs[:-1]]
    return {
        "square": [np.mean(np.square(h.numpy(), dtype="float64")) for h in outputs],
        "gradient": [np.sqrt(np.mean(np.square(g.numpy(), dtype="float64"))) for g in gradients[::2]],
        "dead_share": [np.mean(~(h > 0).any(axis=0)) for h in hidden],
        "saturated_share": [np.mean(np.abs(h) > PROTOCOL["saturated"]) for h in hidden],
        "loss": [float(loss)],
        "accuracy": [float(accuracy)],
    }
