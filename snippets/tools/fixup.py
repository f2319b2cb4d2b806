"""Fixup: residual blocks that need no normalization, however many there are.

Zhang, Dauphin and Ma 2019, arXiv:1901.09321.
"""
import keras

LAYERS = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)


@keras.saving.register_keras_serializable(package="step_zero")
class FixupBlock(keras.layers.Layer):
    """x + a · F(x), where the branch F is m times ReLU and a layer, and F(x) = 0 before training.

    The rules of Fixup, for a network of `blocks` such blocks (L):
    1. the last layer of the branch starts at zero;
    2. the others start from he_normal, their standard deviation times L^(-1/(2m - 2));
    3. the multiplier a starts at 1, and before each ReLU and each layer stands a scalar bias that starts at 0.
    The rule for the rest of the network is yours to follow: start the classifier at zero too, as in
    Dense(10, kernel_initializer="zeros"), and the layers before the first block from he_normal.

    layers: the m >= 2 layers of the branch, Dense or Conv, not built yet and without activation; the block sets
    their kernel_initializer and use_bias=False. Input and output of the branch must have one shape.
    blocks: the number L of residual blocks in the whole network.
    Raises ValueError for a branch that is none of this, TypeError for other kinds of layers.
    """

    def __init__(self, layers, blocks, **options):
        super().__init__(**options)
        if len(layers) < 2 or blocks < 1:
            raise ValueError(f"Fixup needs 2 layers in a branch and 1 block at least, not {len(layers)} and {blocks}.")
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("The branch has the same layer twice: make each layer anew.")
        self.layers, self.blocks = [_checked(layer) for layer in layers], blocks
        variance = 2 * blocks ** (-1 / (len(layers) - 1))  # times fan_in; the square of rule 2
        for layer in self.layers:
            layer.use_bias = False
            layer.kernel_initializer = keras.initializers.VarianceScaling(variance)
        self.layers[-1].kernel_initializer = keras.initializers.Zeros()

    def build(self, input_shape):
        shape = input_shape
        for layer in self.layers:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        if tuple(shape) != tuple(input_shape):
            raise ValueError(f"The branch turns {input_shape} into {shape}, which cannot be added to its input: "
                             "let the last layer keep the shape, and change it between blocks.")
        self.multiplier = self.add_weight(shape=(), initializer="ones", name="multiplier")
        self.biases = self.add_weight(shape=(len(self.layers), 2), initializer="zeros", name="biases")

    def call(self, x):
        h = x
        for i, layer in enumerate(self.layers):
            h = layer(keras.ops.relu(h + self.biases[i, 0]) + self.biases[i, 1])
        return x + self.multiplier * h

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        new = {"build_config": None}  # without it the copies would come built, with weights of their own
        layers = [keras.saving.serialize_keras_object(layer) | new for layer in self.layers]
        return super().get_config() | {"layers": layers, "blocks": self.blocks}

    @classmethod
    def from_config(cls, config):
        layers = [keras.saving.deserialize_keras_object(layer) for layer in config["layers"]]
        return cls(**config | {"layers": layers})


def _checked(layer):
    if not isinstance(layer, LAYERS):
        raise TypeError(f"The branch of a FixupBlock is made of Dense and Conv layers, not of {type(layer).__name__}.")
    if layer.built:
        raise ValueError(f"Layer {layer.name!r} has its weights already: give each block new layers.")
    if layer.activation not in (None, keras.activations.linear):
        raise ValueError(f"Leave the activation of layer {layer.name!r} out: the block puts a ReLU before each layer.")
    return layer
