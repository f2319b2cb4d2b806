"""Depthwise separable networks that start from fans counted by Keras and counted right, trained with and without normalization."""

import functools

import keras

from evidence.networks import built, convolutions

PROTOCOL = {
    "question": "What does it cost in training that Keras counts the fans of a depthwise kernel as those of an ordinary one?",
    "starts": ["default", "counted"],
    "networks": ["plain", "normalized"],
    "blocks": 8,  # each a depthwise convolution, linear, and a pointwise one with ReLU
    "channels": 16,
    "window": 3,
    "pixels": 7,  # along each side, in all blocks
    "momentum": 0.9,  # of moving averages: Keras's 0.99 would leave much of their start after the first hundred steps
    "optimizer": "sgd",
    "learning_rates": {
        "plain": [0.01, 0.03, 0.1, 0.3],
        "normalized": [0.03, 0.1, 0.3, 1.0],
    },
    "images": 6400,
    "validation_images": 1000,
    "test_images": 1000,
    "batch_size": 16,
    "steps": [25, 50, 100, 200, 300, 400],  # after which the test images are asked
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<start>_<network>_<rate>": quantities} of one seed, as `built.curve` gives them."""
    parts, runs = convolutions.split(seed, PROTOCOL), {}
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    for kind in PROTOCOL["networks"]:
        trainer = built.Trainer(network("default", kind), PROTOCOL["optimizer"])  # of one shape, whatever their weights
        rates = PROTOCOL["learning_rates"][kind]
        starts = {f"{start}_{kind}": (functools.partial(network, start, kind), rates) for start in PROTOCOL["starts"]}
        runs |= built.curves(trainer, starts, seed, *parts, order, PROTOCOL["steps"])
    return runs


def network(start, kind):
    """A model that gives logits of maps (n, 14, 14, 1).

    start: "default", Keras's Glorot uniform by its own count of the fans, or "counted", variance 1/window² for a kernel of which each
    output sums over the window alone, and no ReLU follows. kind: "plain", or "normalized" with batch normalization behind every convolution.
    """
    layers = [*pointwise(kind, PROTOCOL["window"], 2)]
    for _ in range(PROTOCOL["blocks"]):
        layers.append(keras.layers.DepthwiseConv2D(PROTOCOL["window"], padding="same", depthwise_initializer=rule(start)))
        layers += [normalization()] if kind == "normalized" else []
        layers += pointwise(kind)
    return keras.Sequential([keras.Input((14, 14, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(10)])


def rule(start):
    """A depthwise kernel's initializer."""
    if start == "default":
        return "glorot_uniform"
    return keras.initializers.VarianceScaling(1, "fan_in", "truncated_normal", input_axes=[0, 1], output_axes=[0, 1, 3])


def pointwise(kind, window=1, strides=1):
    """The layers of an ordinary convolution from He normal, and ReLU."""
    convolution = keras.layers.Conv2D(PROTOCOL["channels"], window, strides, "same", kernel_initializer="he_normal")
    return [convolution, *([normalization()] if kind == "normalized" else []), keras.layers.ReLU()]


def normalization():
    return keras.layers.BatchNormalization(momentum=PROTOCOL["momentum"])
