"""μP for a Keras model: the start and the learning rate of each layer, so that a rate found narrow serves wide.

    model.compile(mup(model, base, keras.optimizers.Adam(0.01)), loss)  # base: the same layers, narrow, not trained

With m_in and m_out for how many times wider than in the base a kernel's input and output are, beside the base:

    layer                     variance   rate of Adam   rate of SGD
    input: only m_out grows   1          1              m_out
    hidden: both grow         1 / m_in   1 / m_in       m_out / m_in
    output: only m_in grows   1 / m_in²  1 / m_in       1 / m_in
    biases, normalization     1          1              m_out

Yang et al. 2022, Tensor Programs V, arXiv:2203.03466, table 3, relative to a base width as in its equation 4.
"""
import math

import keras
import numpy as np
from keras import layers

KERNELS = (layers.Dense, layers.Conv1D, layers.Conv2D, layers.Conv3D)
NORMS = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization, layers.RMSNormalization)


def mup(model, base, optimizer):
    """Scale the weights of a model to the start of μP, and return an optimizer with μP's rate for each of them.

    Each weight is multiplied by one number, so that its root mean square is what the table makes of the base's.
    Weights that are all zero stay so. At the base's own width nothing changes but that.

    model: a built Keras model before training; changed in place. base: a built model of the same layers on the same
    inputs and outputs, narrower in each hidden layer; only its shapes and the sizes of its weights are read.
    optimizer: keras.optimizers.Adam, AdamW or SGD; its learning rate, or schedule, is that of the base. What is
    returned is saved and loaded with the model. Weight decay goes by this learning rate in all layers.
    Raises ValueError, and changes nothing, for models that are not built or do not match, for layers without a rule,
    such as attention, and for other optimizers.
    """
    kind = {"Adam": MuAdam, "AdamW": MuAdamW, "SGD": MuSGD}.get(type(optimizer).__name__)
    if not kind or not isinstance(optimizer, kind.__bases__[1]):
        raise ValueError(f"There is no rule for {optimizer!r}: give keras.optimizers.Adam(0.01), AdamW or SGD.")
    weights = _matched(model, base)
    wider = [_wider(*pair) for pair in weights]
    starts = [_start(*pair, *times) for pair, times in zip(weights, wider)]
    for (_, weight, _), start in zip(weights, starts):
        weight.assign(weight * start)
    rates = [m_out / m_in if kind is MuSGD else 1 / m_in for m_in, m_out in wider]
    return kind.from_config({**optimizer.get_config(), "rates": rates})


def _matched(model, base):
    """[(layer, weight, the base's weight)] of all that is trained, in the order of model.trainable_variables."""
    for name, one in (("model", model), ("base", base)):
        if not isinstance(one, keras.Model):
            raise ValueError(f"{name} must be a Keras model, not {one!r}: the base is the same model, built narrower.")
        if not one.built:
            raise ValueError(f"The {name} has no weights yet: start it with keras.Input(...), or call it on a batch.")
    for side in ("input_shape", "output_shape"):
        if getattr(model, side, None) != getattr(base, side, None):
            raise ValueError(f"The base has another {side} than the model: only hidden layers may differ in width.")
    mine, theirs = model.trainable_variables, base.trainable_variables
    if [(w.name, len(w.shape)) for w in mine] != [(w.name, len(w.shape)) for w in theirs]:
        raise ValueError("The base has other layers than the model: build both by one function of the width.")
    owners = {id(weight): layer for layer in model._flatten_layers() for weight in layer._trainable_variables}
    return [(owners[id(weight)], weight, other) for weight, other in zip(mine, theirs)]


def _wider(layer, weight, other):
    """How many times wider than in the base are a weight's input and its output: (m_in, m_out)."""
    ratios = [mine / base for mine, base in zip(weight.shape, other.shape)]
    if isinstance(layer, KERNELS) and weight.name == "kernel":
        return ratios[-2], ratios[-1]
    if isinstance(layer, layers.Embedding) and weight.name == "embeddings" and ratios[0] == 1:
        return 1.0, ratios[1]
    if isinstance(layer, (*KERNELS, *NORMS)) and len(ratios) == 1:
        return 1.0, ratios[0]
    raise ValueError(f"There is no rule for {weight.name!r} of the {type(layer).__name__} {layer.name!r}: mup knows "
                     "Dense, Conv1D to Conv3D, Embedding with one vocabulary, and normalization.")


def _start(layer, weight, other, m_in, m_out):
    """The number by which a weight is multiplied."""
    mine, target = _size(weight), _size(other) * (1 / m_in if m_out == 1 else 1 / math.sqrt(m_in))
    if mine == target:
        return 1.0
    if mine == 0:
        raise ValueError(f"{weight.name!r} of {layer.name!r} starts at zero in the model and not in the base: build "
                         "both by one function.")
    return target / mine


def _size(weight):
    """The root mean square of a weight."""
    return math.sqrt(np.mean(np.asarray(keras.ops.convert_to_numpy(weight.value), "float64") ** 2))


class _Rates:
    """An optimizer whose learning rate is multiplied by a number for each variable, in the order of `rates`."""

    def __init__(self, *arguments, rates, **options):
        super().__init__(*arguments, **options)
        self.rates = tuple(rates)

    def build(self, variables):
        """Make the optimizer's variables. Raises ValueError if these are not as many as there are rates."""
        if len(variables) != len(self.rates):
            raise ValueError(f"This optimizer has rates for {len(self.rates)} weights, and the model trains "
                             f"{len(variables)}: freeze layers before you call mup, and call it for each model.")
        super().build(variables)

    def update_step(self, gradient, variable, learning_rate):
        """One step of one variable, at its rate."""
        super().update_step(gradient, variable, learning_rate * self.rates[self._get_variable_index(variable)])

    def get_config(self):
        """The arguments, as Keras saves them."""
        return {**super().get_config(), "rates": list(self.rates)}


@keras.saving.register_keras_serializable("step_zero")
class MuAdam(_Rates, keras.optimizers.Adam):
    """Adam with a rate for each variable: what mup returns for keras.optimizers.Adam."""


@keras.saving.register_keras_serializable("step_zero")
class MuAdamW(_Rates, keras.optimizers.AdamW):
    """AdamW with a rate for each variable: what mup returns for keras.optimizers.AdamW."""


@keras.saving.register_keras_serializable("step_zero")
class MuSGD(_Rates, keras.optimizers.SGD):
    """SGD with a rate for each variable: what mup returns for keras.optimizers.SGD."""
