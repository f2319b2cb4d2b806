"""How large signal and gradient are, layer by layer, in a softmax classifier that has not been trained yet."""

import keras
import numpy as np
import tensorflow as tf


def layer_statistics(kernels, x, y, activation):
    """Sizes of what runs forward and of what runs back, per layer, first to last, on one batch.

    kernels: list of L (fan_in, fan_out) float32; x: (n, fan_in of the first) float32; y: (n,) integer labels;
    activation: of the hidden layers, a Keras name or a function of a tensor. Biases are zero; the output is softmax,
    the loss the mean cross-entropy over the batch. Computed in float32 as in practice, summed up in float64.
    Returns (L,) float64 arrays: "activation", the mean square of h (of the logits for the last layer); "delta", the
    root mean square over units and images of δ = ∂J/∂z of one image; "gradient" and "bias_gradient", the root mean
    squares of the gradients of kernel and bias for the batch's mean loss. Raises ValueError for an unknown activation.
    """
    function = keras.activations.get(activation)
    kernels = [tf.constant(kernel, "float32") for kernel in kernels]
    biases = [tf.zeros(kernel.shape[1]) for kernel in kernels]
    h, pre_activations, outputs = tf.constant(x, "float32"), [], []
    with tf.GradientTape() as tape:
        tape.watch(kernels + biases)
        for layer, (kernel, bias) in enumerate(zip(kernels, biases, strict=True), 1):
            z = tf.matmul(h, kernel) + bias
            h = z if layer == len(kernels) else function(z)
            pre_activations.append(z)
            outputs.append(h)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(y, "int32"), z))
    delta, gradient, bias_gradient = tape.gradient(loss, (pre_activations, kernels, biases))
    return {
        "activation": _root_mean_squares(outputs) ** 2,
        "delta": _root_mean_squares(delta),
        "gradient": _root_mean_squares(gradient) / len(x),
        "bias_gradient": _root_mean_squares(bias_gradient) / len(x),
    }


def _root_mean_squares(tensors):
    # in float64: the square of 1e-20 is no float32
    return np.array([np.sqrt(np.mean(np.square(tensor.numpy().astype("float64")))) for tensor in tensors])
