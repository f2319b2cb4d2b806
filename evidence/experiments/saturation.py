"""What saturated tanh units do to the error signal, when kernels saturate them and when biases do."""

import numpy as np

from evidence import mnist

PROTOCOL = {
    "question": "Do gradients vanish or explode in a deep tanh network whose units are saturated?",
    "arms": {  # standard deviations of the kernels (null: 1 / sqrt(fan_in)) and of the biases
        "kernels": {"std": 1.0, "bias_std": 0.0},
        "biases": {"std": None, "bias_std": 10.0},
        "lecun": {"std": None, "bias_std": 0.0},
        "small": {"std": 0.01, "bias_std": 0.0},
    },
    "widths": [784] + [200] * 20 + [10],
    "activation": "tanh",
    "images": 200,
    "saturated": 0.99,  # |h| above which tanh'(z) is below 0.02
    "seeds": list(range(10)),
}


def measure(seed):
    """Signals of one seed at initialization: {arm: quantities}, on the same images and normal draws for every arm.

    Per hidden layer, first to last: "square" (mean of h²), "saturated_share" (units with |h| above "saturated"), "delta"
    (root mean square of dJ/dz for one image, log10), "gradient" (norm of the kernel's gradient for the batch,
    log10). And "first_z" (1,), the standard deviation of the first layer's pre-activations within an image.
    """
    (x, y), _ = mnist.pixels()
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(x), PROTOCOL["images"], replace=False)
    widths = PROTOCOL["widths"]
    draws = [rng.standard_normal(shape, "float32") for shape in zip(widths, widths[1:])]
    shifts = [rng.standard_normal(width, "float32") for width in widths[1:]]
    runs = {}
    for arm, drawn in PROTOCOL["arms"].items():
        kernels = [draw * np.float32(drawn["std"] or len(draw) ** -0.5) for draw in draws]
        biases = [np.float32(drawn["bias_std"]) * shift for shift in shifts]
        biases[-1] = 0 * biases[-1]  # the logits: no arm is about them
        runs[arm] = describe(kernels, biases, x[chosen], y[chosen])
    return runs


def describe(kernels, biases, x, y):
    """One forward and one backward pass through a tanh network with softmax and cross-entropy.

    kernels: list of (fan_in, fan_out) float32; biases: list of (fan_out,); x: (images, fan_in); y: (images,) labels.
    """
    h, z = [x], []
    for kernel, bias in zip(kernels, biases, strict=True):
        z.append(h[-1] @ kernel + bias)
        h.append(np.tanh(z[-1]))
    hidden = np.stack(h[1:-1])
    deltas, gradients = [softmax(z[-1]) - np.eye(10, dtype="float32")[y]], []
    for layer in range(len(kernels) - 1, 0, -1):
        deltas.insert(0, deltas[0] @ kernels[layer].T * (1 - h[layer] ** 2))
    gradients = [before.T @ delta / len(x) for before, delta in zip(h, deltas[:-1])]
    return {
        "square": (hidden**2).mean((1, 2)),
        "saturated_share": (np.abs(hidden) > PROTOCOL["saturated"]).mean((1, 2)),
        "delta": [np.log10(np.sqrt((delta.astype(float) ** 2).mean())) for delta in deltas[:-1]],
        "gradient": [np.log10(np.linalg.norm(gradient.astype(float))) for gradient in gradients],
        "first_z": [z[0].std(axis=1).mean()],
    }


def softmax(z):
    """Probabilities along the last axis of logits."""
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
