"""Delta-orthogonal kernels: a convolution that starts as a rotation of the channels, pixel by pixel.

Xiao, Bahri, Sohl-Dickstein, Schoenholz and Pennington 2018, arXiv:1806.05393, algorithm 2.
"""
import keras


@keras.saving.register_keras_serializable(package="step_zero")
class DeltaOrthogonal(keras.initializers.Orthogonal):
    """A random orthogonal matrix at the centre of the window, zeros at every other tap.

    For the kernels of Conv1D, Conv2D and Conv3D with groups=1: (*window, c_in, c_out), with c_in <= c_out. With
    stride 1 and padding="same" the convolution then multiplies the Euclidean norm of every input by `gain`,
    exactly, at any depth. The matrix is drawn by keras.initializers.Orthogonal, uniformly (Haar).

    gain: factor on the norm; 1 for linear and tanh layers, sqrt(2) for ReLU.
    seed: as in every Keras initializer. With an integer or None, one instance draws the same kernel each time it
    is called; give each layer an instance of its own, or share a keras.random.SeedGenerator.
    Raises ValueError, when the layer is built, for a kernel that cannot preserve norms.
    """

    def __call__(self, shape, dtype=None):
        """shape: (*window, c_in, c_out). Returns a kernel of that shape."""
        *window, c_in, c_out = shape
        if not window:
            raise ValueError(f"DeltaOrthogonal is for convolutions, and {tuple(shape)} has no window: use 'orthogonal'.")
        if c_in > c_out:
            raise ValueError(
                f"A convolution from {c_in} to {c_out} channels cannot preserve norms: give it at least {c_in} filters.")
        matrix = super().__call__((c_in, c_out), dtype=dtype)
        centre = keras.ops.reshape(matrix, [1] * len(window) + [c_in, c_out])
        # of an even window, the left of the two middle taps: padding="same" puts it over the pixel itself
        around = [((size - 1) // 2, size // 2) for size in window]
        return keras.ops.pad(centre, [*around, (0, 0), (0, 0)])
