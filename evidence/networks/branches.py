"""Deep dense residual networks without normalization, side by side, from several starts of their branches.

A block is x + relu(relu(x) @ first) @ second; a kernel from the pixels stands before the blocks, and one to the classes behind them.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from snippets.tools.residual_scale import ResidualScale


def drawn(seed, width, blocks):
    """The kernel from the pixels, (784, width), and per block its first kernel and a function of (start, blocks) that gives its second."""
    numbers = iter(np.random.SeedSequence(seed).generate_state(2 * blocks + 1).tolist())

    def last(number):
        plain = keras.initializers.HeNormal(seed=number)
        values = np.array(plain((width, width)))
        scaled = functools.cache(lambda blocks: np.array(ResidualScale(plain, blocks)((width, width))))

        def second(start, blocks):
            return scaled(blocks) if start == "residual_scale" else values * (start != "zero_last")

        return second

    stem = np.array(keras.initializers.LecunNormal(seed=next(numbers))((784, width)))
    draw = keras.initializers.HeNormal
    return stem, [(np.array(draw(seed=next(numbers))((width, width))), last(next(numbers))) for _ in range(blocks)]


def initial(seed, starts, width, blocks):
    """Weights of K networks of one seed, which share their random numbers, as `forward` wants them.

    starts: K of "he_normal"; "residual_scale", whose second kernels are divided by √blocks; "zero_last", whose second kernels are zero;
    "rezero", whose branches have a trained factor of zero. Returns kernels from the pixels (K, 784, width), first and second of the branches
    (blocks, K, width, width), their factors (blocks, K, 1, 1), kernels to the classes (K, width, 10), all variables, and
    whether the factor is trained (K, 1, 1), which is not.
    """
    stem, kernels = drawn(seed, width, blocks)
    classes = keras.initializers.GlorotUniform(seed=seed)((width, 10))
    parts = [
        [stem for _ in starts],
        [[one for _ in starts] for one, _ in kernels],
        [[two(start, blocks) for start in starts] for _, two in kernels],
        np.zeros((blocks, len(starts), 1, 1)),
        [classes for _ in starts],
    ]
    free = tf.Variable(np.reshape([start == "rezero" for start in starts], (-1, 1, 1)), trainable=False, dtype="float32")
    return [*(tf.Variable(np.array(part), dtype="float32") for part in parts), free]


def forward(weights, images, step=None):
    """Logits of all networks, (networks, images, 10), the same at every step. images: (n, 784)."""
    stem, first, second, factors, classes, free = weights
    h = tf.einsum("bi,kij->kbj", images, stem)
    for one, two, factor in zip(*(tf.unstack(each) for each in (first, second, factors))):
        h += (1 - free + free * factor) * (tf.nn.relu(tf.nn.relu(h) @ one) @ two)  # 1 for good where it is not trained
    return h @ classes
