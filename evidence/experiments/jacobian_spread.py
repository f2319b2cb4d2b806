"""How many directions a deep random network still tells apart: Gaussian and orthogonal kernels, by depth."""

import numpy as np
from scipy.stats import ortho_group

PROTOCOL = {
    "question": "How evenly does a stack of Gaussian or of orthogonal kernels pass on its directions, by depth and activation?",
    "width": 64,
    "layers": 30,
    "networks": 40,  # of each seed, over which the mean is taken
    "input_mean_square": 0.2,  # about what Glorot's first layer makes of an image of MNIST
    "kernels": ["gaussian", "orthogonal"],
    "activations": ["linear", "tanh", "relu"],
    "gain": {"linear": 1.0, "tanh": 1.0, "relu": 2**0.5},
    "seeds": list(range(5)),
}
SLOPES = {"linear": np.ones_like, "tanh": lambda z: 1 - np.tanh(z) ** 2, "relu": lambda z: (z > 0).astype(float)}
FUNCTIONS = {"linear": lambda z: z, "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


def measure(seed):
    """{"<activation>_<kernel>": {"spread": (layers,)}} of one seed.

    The mean of σ⁴ over the squared mean of σ², σ the singular values of the Jacobian from the input to z of each layer, one
    input for each network: 1 where all are equal, and the width where one stands alone. Means over the networks.
    """
    return {
        f"{activation}_{kernel}": {"spread": np.mean([spreads(activation, kernel, [seed, network]) for network in range(PROTOCOL["networks"])], axis=0)}
        for activation in PROTOCOL["activations"]
        for kernel in PROTOCOL["kernels"]
    }


def spreads(activation, kernel, key):
    """The spread after each layer of one network, (layers,)."""
    rng, width = np.random.default_rng(key), PROTOCOL["width"]
    h = rng.normal(0, PROTOCOL["input_mean_square"] ** 0.5, width)
    jacobian, found = np.eye(width), []
    for _ in range(PROTOCOL["layers"]):
        w = PROTOCOL["gain"][activation] * draw(kernel, width, rng)
        z = h @ w
        jacobian = jacobian @ w
        squares = jacobian @ jacobian.T
        found.append(width * np.sum(squares**2) / np.trace(squares) ** 2)
        h, jacobian = FUNCTIONS[activation](z), jacobian * SLOPES[activation](z)
    return found


def draw(kernel, width, rng):
    """A square kernel whose singular values have a mean square of 1."""
    return ortho_group.rvs(width, random_state=rng) if kernel == "orthogonal" else rng.normal(0, width**-0.5, (width, width))
