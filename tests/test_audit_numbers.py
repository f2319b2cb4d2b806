"""The numbers in the table of snippets/tools/audit.py are those of the formulas, computed here in another way."""
import numpy as np
import pytest
from keras import layers

from snippets.tools.audit import audit, fans
from tests.audited import X, Y, hidden, softmax, stack


def test_the_numbers_of_a_row_are_those_of_the_formulas():
    model, *_ = stack(layers.Flatten(), hidden(64, "tanh", "glorot_uniform"), softmax(), x=X)
    first, out = audit(model, X, Y).rows
    w, c, v, d = model.get_weights()
    x, h = X.reshape(64, -1), np.tanh(X.reshape(64, -1) @ w + c)
    p = np.exp(h @ v + d) / np.exp(h @ v + d).sum(axis=1, keepdims=True)
    delta_out = p - np.eye(10)[Y]
    delta = delta_out @ v.T * (1 - h**2)

    def rms(array):
        return np.sqrt(np.mean(array**2))

    found = [first.mean, first.std, first.delta, first.gradient, first.weight_std, first.saturated, out.delta, out.gradient]
    expected = [h.mean(), h.std(), rms(delta), rms(x.T @ delta / 64), w.std(), np.mean(abs(h) > 0.99), rms(delta_out), rms(h.T @ delta_out / 64)]
    assert found == pytest.approx(expected, rel=1e-4)
    ratios = first.ratios["He"], first.ratios["LeCun"]
    assert ratios == pytest.approx((rms(w) / np.sqrt(2 / 144), rms(w) / np.sqrt(1 / 144)), rel=1e-4)


@pytest.mark.parametrize("layer, size", [
    (layers.Dense(7), (1, 5)), (layers.Conv2D(6, 3), (2, 12, 12, 4)), (layers.Conv2D(6, 3, groups=2), (2, 12, 12, 4)),
    (layers.Conv2D(6, 4, strides=2), (2, 24, 24, 4)), (layers.DepthwiseConv2D(3, depth_multiplier=2), (2, 12, 12, 4)),
    (layers.Conv2DTranspose(6, 4, strides=2), (2, 12, 12, 3)), (layers.Conv1D(6, 5), (2, 24, 3)),
    (layers.EinsumDense("abc,cde->abde", (None, 3, 4)), (2, 6, 5)), (layers.EinsumDense("abcd,cde->abe", (None, 7)), (2, 6, 3, 4)),
], ids=lambda value: value.__class__.__name__ if isinstance(value, layers.Layer) else "")  # fmt: skip
def test_fans_are_what_ones_add_up_to(layer, size):
    """With every weight and input at one, a unit puts out its fan-in, and an input gets its fan-out as gradient."""
    import tensorflow as tf

    x = tf.ones(size)
    layer.build(size)
    layer.kernel.assign(tf.ones(layer.kernel.shape))
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = layer(x)
    inner = (slice(None), *[slice(4, -4)] * (len(size) - 2), slice(None)) if "Conv" in type(layer).__name__ else ...
    found = np.mean(z.numpy()[inner]), np.mean(tape.gradient(z, x).numpy()[inner])
    assert fans(layer, "kernel", layer.kernel.shape) == pytest.approx(found)
