"""ReZero and SkipInit: one trainable number at the end of a residual branch, which starts at zero.

    y = x + alpha F(x),   alpha = 0 before the first step

Every block then passes its input on unchanged, so a network of any depth starts as if it had no blocks, and each
block takes part as soon as its own alpha has left zero. SkipInit allows small values as well, up to 1 / sqrt(blocks).

Bachlechner et al. 2021, arXiv:2003.04887, equation 1 (ReZero); De & Smith 2020, arXiv:2002.10444 (SkipInit).
"""
import math
import numbers

import keras


@keras.saving.register_keras_serializable("step_zero")
class ReZero(keras.layers.Layer):
    """Multiplies a residual branch by one trainable scalar, alpha: use it as `x + ReZero()(branch)`.

    initial: alpha before the first step. ReZero has 0; SkipInit has 0 or at most 1 / sqrt(number of blocks).
    Input and output: tensors of any one shape and dtype. Give every branch a layer of its own.
    Raises ValueError for an initial value that is not a finite number.
    """

    def __init__(self, initial=0.0, **options):
        super().__init__(**options)
        if not isinstance(initial, numbers.Real) or not math.isfinite(initial):
            raise ValueError(f"initial is the number that alpha starts from, such as 0 or 0.1, not {initial!r}.")
        self.initial = float(initial)
        self.supports_masking = True

    def build(self, input_shape):
        self.alpha = self.add_weight(name="alpha", shape=(), initializer=keras.initializers.Constant(self.initial))

    def call(self, branch):
        return self.alpha * branch

    def get_config(self):
        return {**super().get_config(), "initial": self.initial}
