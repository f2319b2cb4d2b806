"""What the branches of an untrained transformer block put out, and what the residual stream becomes, in wide layers."""

from evidence.theory import activations


def feed_forward(width, first, second):
    """Mean square of the feed-forward branch with GELU and 4 width hidden units, for normalized inputs of mean square 1.

    first, second: standard deviations of its kernels, (width, 4 width) and (4 width, width). Derived in docs/transformers.md.
    """
    return 4 * width * second**2 * activations.mean_square("gelu", width * first**2)


def attention(width, value, out, patches):
    """The least and the greatest mean square that the attention branch can put out in expectation, for the same inputs.

    value, out: standard deviations of its last two kernels, each (width, width). Attention averages over the patches: the mean
    of n vectors of mean square 1 has between 1 / n, where they are independent and weighted alike, and 1, where they are equal.
    """
    most = width**2 * value**2 * out**2
    return most / patches, most


def added(width, spread, patches, residual=1.0):
    """The least and the greatest mean square that a block with normalization before its branches adds to the stream.

    spread: standard deviation of all kernels; residual: what those are multiplied by that write into the stream.
    """
    own = feed_forward(width, spread, residual * spread)
    return tuple(own + one for one in attention(width, spread, residual * spread, patches))
