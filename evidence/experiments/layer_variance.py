"""Signal and error signal through a linear network whose widths alternate, beside what the variance rule predicts."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks.signal import layer_statistics
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does the variance rule predict how large signal and error signal are in every layer?",
    "widths": [784, 256, 64, 256, 64, 256, 64, 10],
    "rules": {  # variance 1 / fan_in twice, 1 / fan_out, 2 / (fan_in + fan_out)
        "fan_in": {"mode": "fan_in", "distribution": "untruncated_normal"},
        "fan_in_uniform": {"mode": "fan_in", "distribution": "uniform"},
        "fan_out": {"mode": "fan_out", "distribution": "untruncated_normal"},
        "fan_avg": {"mode": "fan_avg", "distribution": "untruncated_normal"},
    },
    "standard_deviation": 1.0,  # of the weights of the arm "standard", for contrast: no rule at all
    "activation": "linear",
    "images": 1000,
    "seeds": list(range(60)),
}


def measure(seed):
    """{rule: quantities} of one seed, per layer: "forward" and "backward" (mean squares of z and of δ over units and
    images), "input" (mean square of a pixel, one number), and for one image "gradient" (mean square of the kernel's
    gradient) and "product" (mean square of the layer's input times mean square of its δ).
    """
    (x, y), _ = mnist.pixels()
    chosen = np.random.default_rng(seed).choice(len(x), PROTOCOL["images"], replace=False)
    x, y, runs = x[chosen], y[chosen], {}
    rules = {name: keras.initializers.VarianceScaling(1.0, **rule) for name, rule in PROTOCOL["rules"].items()}
    rules["standard"] = keras.initializers.RandomNormal(stddev=PROTOCOL["standard_deviation"])
    for name, rule in rules.items():
        kernels = stacked.initial_kernels(rule, PROTOCOL["widths"], seed)
        many = layer_statistics(kernels, x, y, PROTOCOL["activation"])
        one = layer_statistics(kernels, x[:1], y[:1], PROTOCOL["activation"])
        inputs = np.append(np.mean(x[:1].astype("float64") ** 2), one["activation"][:-1])
        runs[name] = {
            "forward": many["activation"],
            "backward": many["delta"] ** 2,
            "input": [np.mean(x.astype("float64") ** 2)],
            "gradient": one["gradient"] ** 2,
            "product": inputs * one["delta"] ** 2,
        }
    return runs
