"""Networks with a mixture of experts, stacked: an embedding, one block in which a router sends each image to one expert, a head.

The block is a Switch Transformer's, with an image where that has a token: x + p_i E_i(RMS-normalized x), with the expert i of the largest
probability p_i. Fedus et al. 2022, arXiv:2101.03961, equations 1 to 6.
"""

import numpy as np
import tensorflow as tf

EPSILON = 1e-6  # of the normalization
KERNELS = ("embedding", "router", "first", "second", "head")


def shapes(protocol):
    """{kernel: (fan_in, fan_out)}. The experts of a layer stand side by side in one kernel, each with `hidden` units of its own."""
    inputs, width, experts = (protocol[name] for name in ("inputs", "width", "experts"))
    units = experts * protocol["hidden"]
    return dict(zip(KERNELS, [(inputs, width), (width, experts), (width, units), (units, width), (width, 10)], strict=True))


def draws(seed, protocol):
    """{kernel: standard normal numbers, (fan_in, fan_out) float32} that all starts of a seed share up to a factor."""
    rngs = (np.random.default_rng([seed, k]) for k, _ in enumerate(KERNELS))
    return {name: rng.normal(size=shape).astype("float32") for rng, (name, shape) in zip(rngs, shapes(protocol).items(), strict=True)}


def fans(name, protocol):
    """The fan_in of a unit; one of an expert's second layer is fed by its own hidden units."""
    return protocol["hidden"] if name == "second" else shapes(protocol)[name][0]


def start(networks, balance):
    """Variables of K networks. networks: of each {kernel: array} and "shift", the router's bias, (experts,); balance: α of each, (K,).

    In the order that `forward` reads them; the last is not trained. Biases but the router's start at zero; embedding and second layers have none.
    """
    embedding, router, first, second, head, shift = (np.stack([network[name] for network in networks]) for name in (*KERNELS, "shift"))
    zeros = [np.zeros((len(networks), 1, kernel.shape[2])) for kernel in (first, head)]
    trained = [embedding, router, shift[:, None], first, zeros[0], second, head, zeros[1]]
    weights = [tf.Variable(part, dtype="float32") for part in trained]
    return [*weights, tf.Variable(np.reshape(balance, (-1, 1, 1)), dtype="float32", trainable=False)]


def forward(weights, x):
    """Logits (K, images, classes). x: (images, inputs). The gradient of what is trained includes that of the balance loss."""
    first, first_bias, second, head, head_bias, balance = weights[3:]
    stream, h, probabilities = routed(weights, x)
    choice = chosen(probabilities)
    gates = choice * balanced(probabilities, choice, balance)
    hidden = tf.nn.relu(tf.matmul(h, first) + first_bias)
    hidden *= tf.repeat(gates, hidden.shape[-1] // gates.shape[-1], axis=-1)
    return tf.matmul(stream + tf.matmul(hidden, second), head) + head_bias


def routed(weights, x):
    """What enters the block and its normalized form, (K, images, width), and the router's probabilities, (K, images, experts)."""
    embedding, router, shift = weights[:3]
    stream = tf.matmul(x, embedding)
    h = normalized(stream)
    return stream, h, tf.nn.softmax(tf.matmul(h, router) + shift)


def normalized(x):
    """Rows with a mean square of one."""
    return x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), -1, keepdims=True) + EPSILON)


def chosen(probabilities):
    """One for the expert of the largest probability, of equals the first; else zero."""
    return tf.one_hot(tf.argmax(probabilities, -1), probabilities.shape[-1])


@tf.custom_gradient
def balanced(probabilities, choice, balance):
    """The probabilities as they are, with the gradient of α N Σ f_i P_i added to theirs: α N f_i for each image, over their number.

    f: the experts' shares of the images, which have no gradient; P: the means of the probabilities. Fedus et al. 2022, equations 4 to 6.
    """
    experts, images = choice.shape[-1], tf.cast(tf.shape(choice)[-2], "float32")

    def gradient(above):
        return above + balance * experts * tf.reduce_mean(choice, -2, keepdims=True) / images, None, None

    return tf.identity(probabilities), gradient


def loads(weights, x):
    """Shares of the images that each expert gets, (K, experts), and the mean of the largest probability, (K,)."""
    probabilities = routed(weights, tf.constant(x))[2]
    return tf.reduce_mean(chosen(probabilities), 1).numpy(), tf.reduce_mean(tf.reduce_max(probabilities, -1), 1).numpy()


def in_use(shares):
    """How many experts are in use, counted by the entropy of their shares: N if all get the same, 1 if one gets all. shares: (…, N)."""
    shares = np.asarray(shares, float)
    return np.exp(-np.sum(shares * np.log(np.where(shares > 0, shares, 1)), axis=-1))
