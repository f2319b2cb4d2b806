"""Signal and error signal through a linear network whose widths alternate, beside what the variance rule predicts."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks.signal import layer_statistics
from evidence.theory.variance import WIDTHS
from snippets.tools import stacked

RULES = {  # variance 1 / fan_in twice, 1 / fan_out, 2 / (fan_in + fan_out)
    "fan_in": keras.initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal"),
    "fan_in_uniform": keras.initializers.VarianceScaling(1.0, "fan_in", "uniform"),
    "fan_out": keras.initializers.VarianceScaling(1.0, "fan_out", "untruncated_normal"),
    "fan_avg": keras.initializers.VarianceScaling(1.0, "fan_avg", "untruncated_normal"),
    "standard": keras.initializers.RandomNormal(stddev=1.0),  # for contrast: no rule at all
}
PROTOCOL = {
    "question": "Does the variance rule predict how large signal and error signal are in every layer?",
    "widths": WIDTHS,
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
    for name, rule in RULES.items():
        kernels = stacked.initial_kernels(rule, WIDTHS, seed)
        many = layer_statistics(kernels, x, y, "linear")
        one = layer_statistics(kernels, x[:1], y[:1], "linear")
        inputs = np.append(np.mean(x[:1].astype("float64") ** 2), one["activation"][:-1])
        runs[name] = {
            "forward": many["activation"],
            "backward": many["delta"] ** 2,
            "input": [np.mean(x.astype("float64") ** 2)],
            "gradient": one["gradient"] ** 2,
            "product": inputs * one["delta"] ** 2,
        }
    return runs
