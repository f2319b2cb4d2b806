"""GPT-2's start for residual networks: the last kernel of every branch divided by sqrt(N), for N branches.

    variance = (variance of the rule) / N

Each of N branches then adds 1/N of what it would add by the rule alone. Under a rule that keeps the mean square, N
branches multiply it by (1 + 1/N)^N, which is less than e at every depth, where the rule alone gives 2^N.

Radford et al. 2019, Language models are unsupervised multitask learners, section 2.3.
"""
import math
import numbers

import keras


@keras.saving.register_keras_serializable("step_zero")
class ResidualScale(keras.initializers.Initializer):
    """Draws a kernel by another rule and divides it by sqrt(branches).

    rule: a Keras name such as "he_normal", or a Keras initializer.
    branches: how many branches are added to the residual stream. A Transformer block adds two.
    Use it for the last kernel of a branch, and the rule itself for the others. As with every Keras initializer, make
    a new one for each layer.
    Raises ValueError for a rule that Keras does not know, and for branches that are not a positive whole number.
    """

    def __init__(self, rule, branches):
        if not isinstance(branches, numbers.Integral) or branches < 1:
            raise ValueError(f"branches is how many branches the network has, a whole number from 1, not {branches!r}.")
        try:
            self.rule = keras.initializers.get(rule)
            self.rule.get_config()
        except (ValueError, TypeError, AttributeError):
            raise ValueError(f"Keras makes no initializer of {rule!r}: give a name or an instance.") from None
        self.branches = int(branches)

    def __call__(self, shape, dtype=None):
        """A kernel of this shape: a tensor of this dtype, float32 if none is given."""
        return self.rule(shape, dtype=dtype) / math.sqrt(self.branches)

    def get_config(self):
        """The arguments, as Keras saves them."""
        return {"rule": keras.initializers.serialize(self.rule), "branches": self.branches}
