"""Claims of the chapter Fans and framework defaults: on PyTorch, Flax and NumPy beside Keras."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.defaults import default, std_ratio
from evidence.readings.framework_defaults import feeding, filled, product, sizes
from evidence.readings.intervals import interval
from evidence.readings.numbers import below, fixed, percent, plus_minus, word


def truly_he(runs):
    """A refutation: layers of PyTorch and Flax that get He's variance."""
    for framework in ("torch", "flax"):
        for _, quantities in feeding(runs, framework).values():
            he = 2 / quantities["fan_in"]
            quantities["gain"] *= he / quantities["std"] ** 2
            quantities["std"][:] = he**0.5


@claim(refuted_by=truly_he)
def torch_is_kaiming_by_name_only(runs):
    """All {layers} dense and convolutional layer classes of PyTorch fill their weights by `kaiming_uniform_`, and the variance is
    {share} of He's; such a layer and its ReLU multiply the mean square by {gain}."""
    found = feeding(runs, "torch")
    assert all(default == "kaiming_uniform_" and (q["kurtosis"].mean() < 2) for default, q in found.values())
    share = interval(np.mean([product(runs, "torch", layer, "weight") / 2 for layer in found], axis=0))
    gain = interval(np.mean([quantities["gain"][:, 0] for _, quantities in found.values()], axis=0))
    assert abs(share.mean - 1 / 6) < 0.002 and 0.15 < gain.low and gain.high < 0.2
    return {"layers": word(len(found)), "share": plus_minus(*share), "gain": plus_minus(*gain)}


@claim(refuted_by=truly_he)
def flax_halves_the_signal(runs):
    """All {layers} dense and convolutional layer classes of Flax start from `lecun_normal`; such a layer and its ReLU multiply the
    mean square by {gain}."""
    found = feeding(runs, "flax")
    assert all(default == "lecun_normal" for default, _ in found.values())
    gain = interval(np.mean([quantities["gain"][:, 0] for _, quantities in found.values()], axis=0))
    assert gain.low < 0.52 and gain.high > 0.48 and gain.half < 0.05
    return {"layers": word(len(found)), "gain": plus_minus(*gain)}


def silent_biases(runs):
    """A refutation: a PyTorch whose dense layer starts with biases of zero, as elsewhere."""
    for quantity in filled(runs, "torch", "Linear", "bias")[1].values():
        quantity[:] = 0


@claim(refuted_by=silent_biases)
def torch_draws_its_biases(runs):
    """All {drawn} dense, bilinear, convolutional and recurrent layer classes of PyTorch draw their biases from the interval of
    their weights. Those of attention and normalization are zero, as all of Flax are."""
    arms = [(*arm.split("__"), q["largest"][:, 0]) for arm, q in runs["framework_defaults"].items() if "largest" in q]
    plain = [arm for arm in arms if "_" not in arm[1] and "Transformer" not in arm[1]]
    weights = {layer: largest for framework, layer, variable, _, largest in plain if variable.startswith("weight")}
    torch = [(layer, largest) for framework, layer, variable, _, largest in plain if framework == "torch" and "bias" in variable]
    zero = [largest for layer, largest in torch if "Norm" in layer or "Attention" in layer]
    zero += [largest for framework, _, variable, _, largest in plain if framework == "flax" and variable == "bias"]
    drawn = [(layer, largest / weights[layer]) for layer, largest in torch if "Norm" not in layer and "Attention" not in layer]
    # of n uniform numbers the largest is one part in n + 1 below the end of their interval, on average
    assert zero and not np.any(zero) and all(abs(share.mean() - 1) < 4 / sizes(runs, "framework_defaults")[0] for _, share in drawn)
    return {"drawn": word(len({layer for layer, _ in drawn}))}


@claim(refuted_by=swap("framework_defaults", "torch__chain", "flax__chain"))
def biases_hide_a_lost_signal(runs):
    """Behind {depth} default dense layers of PyTorch, each with ReLU, the mean square is {torch}, and less than {share} of it differs
    from input to input; behind as many of Flax it is below {flax}, and {differs} of it differ."""
    torch, flax = (runs["framework_defaults"][f"{framework}__chain"] for framework in ("torch", "flax"))
    kept = interval(torch["mean_square"][:, 0])
    assert 0.5 < kept.mean * 5 * sizes(runs, "framework_defaults")[0] < 2 and torch["differs"].max() < 1e-10
    assert flax["mean_square"].max() < 1e-6 and flax["differs"].min() > 0.01
    return {
        "depth": runs["framework_defaults"].protocol["depth"],
        "torch": plus_minus(*kept),
        "share": below(torch["differs"].max()),
        "flax": below(flax["mean_square"].max()),
        "differs": percent(flax["differs"][:, 0]),
    }


def right_side(runs):
    """A refutation: transposed convolutions of PyTorch that count their inputs."""
    filled(runs, "torch", "ConvTranspose2d_narrow", "weight")[1]["std"] /= 2


@claim(refuted_by=right_side)
def frameworks_count_differently(runs):
    """Of the variance that its rule asks for with fans counted by hand, a depthwise kernel gets {torch} in PyTorch, {flax} in Flax
    and {keras} in Keras; a transposed convolution from {channels} to {narrow} channels gets {torch_transposed} in PyTorch
    and {flax_transposed} in Flax."""
    channels, narrow = sizes(runs, "framework_defaults")
    shares = {
        "torch": 3 * product(runs, "torch", "Conv2d_depthwise", "weight"),
        "flax": product(runs, "flax", "Conv_depthwise", "kernel"),
        "keras": std_ratio(runs, "DepthwiseConv2D", "depthwise") ** 2,
        "torch_transposed": 3 * product(runs, "torch", "ConvTranspose2d_narrow", "weight"),
        "flax_transposed": product(runs, "flax", "ConvTranspose_narrow", "kernel"),
    }
    expected = {"torch": 1, "flax": 1, "keras": 2 / (channels + 1), "torch_transposed": channels / narrow, "flax_transposed": 1}
    protocol = runs["framework_defaults"].protocol
    weights = channels * protocol["window"] ** 2 * len(protocol["seeds"])  # of all depthwise kernels, the smallest here
    assert all(abs(shares[name].mean() / value - 1) < 5 * np.sqrt(2 / weights) for name, value in expected.items())  # standard errors
    return {"channels": channels, "narrow": narrow} | {name: fixed(values.mean(), 3 if name == "keras" else 2) for name, values in shares.items()}


@claim(refuted_by=swap("framework_defaults", "flax__LSTMCell__recurrent_kernel__modified_orthogonal",
                       "flax__OptimizedLSTMCell__recurrent_kernel__orthogonal"))  # fmt: skip
def gates_differ_between_frameworks(runs):
    """In an LSTM of {units} units, fan-in times variance of each gate is {torch} in PyTorch, for inputs and state alike. In Flax it is
    {flax} for inputs; for the state {cell} in `LSTMCell`, where each gate is orthogonal, and {optimized} in `OptimizedLSTMCell`,
    where the four together are."""
    products = {
        "torch": product(runs, "torch", "LSTM", "weight_ih_l0"),
        "state": product(runs, "torch", "LSTM", "weight_hh_l0"),
        "flax": product(runs, "flax", "LSTMCell", "kernel"),
        "cell": product(runs, "flax", "LSTMCell", "recurrent_kernel"),
        "optimized": product(runs, "flax", "OptimizedLSTMCell", "recurrent_kernel"),
    }
    expected = {"torch": 1 / 3, "state": 1 / 3, "flax": 1, "cell": 1, "optimized": 1 / 4}
    assert all(abs(products[name].mean() / value - 1) < 0.03 for name, value in expected.items())
    return {"units": sizes(runs, "framework_defaults")[0]} | {name: fixed(values.mean(), 2) for name, values in products.items()}


@claim(refuted_by=swap("framework_defaults", "torch__Transformer__encoder_layers_0_linear1_weight__uniform_",
                       "torch__TransformerEncoderLayer__linear1_weight__kaiming_uniform_"))  # fmt: skip
def transformers_are_drawn_again(runs):
    """PyTorch's attention keeps queries, keys and values in one matrix, which gets {packed} of the variance of Glorot for each. The
    dense layers of a `TransformerEncoderLayer` get {alone} of Glorot's; inside `Transformer`, which draws all matrices again,
    {inside}."""
    found = {
        "packed": filled(runs, "torch", "MultiheadAttention", "in_proj_weight"),
        "alone": filled(runs, "torch", "TransformerEncoderLayer", "linear1_weight"),
        "inside": filled(runs, "torch", "Transformer", "encoder_layers_0_linear1_weight"),
    }
    channels = sizes(runs, "framework_defaults")[0]
    shares = {name: channels * quantities["std"][:, 0] ** 2 for name, (_, quantities) in found.items()}
    expected = {"packed": 1 / 2, "alone": 1 / 3, "inside": 1}
    assert all(abs(shares[name].mean() / value - 1) < 0.03 for name, value in expected.items())
    return {name: fixed(values.mean(), 2) for name, values in shares.items()}


@claim(refuted_by=swap("framework_defaults", "torch__Embedding__weight__normal_", "flax__Embed__embedding__variance_scaling"))
def embedding_tables_differ(runs):
    """A table with {features} features starts with a standard deviation of {keras} in Keras, {flax} in Flax and {torch} in PyTorch."""
    keras = default(runs, "Embedding", "embeddings")[1]["std"].mean()
    torch, flax = (filled(runs, *one)[1]["std"].mean() for one in (("torch", "Embedding", "weight"), ("flax", "Embed", "embedding")))
    features = sizes(runs, "framework_defaults")[0]
    assert abs(keras / (0.05 / 3**0.5) - 1) < 0.02 and abs(flax * features**0.5 - 1) < 0.02 and abs(torch - 1) < 0.02
    return {"features": features, "keras": fixed(keras), "flax": fixed(flax), "torch": fixed(torch, 2)}


def scaled_normal(runs):
    """A refutation: a NumPy that knew the fans."""
    filled(runs, "numpy", "Generator", "weights")[1]["gain"] /= 32


@claim(refuted_by=scaled_normal)
def numpy_knows_no_layer(runs):
    """NumPy has no layers and no default; its `rng.normal` without a scale multiplies the mean square by {gain} in a ReLU layer with
    {inputs} inputs."""
    inputs, drawn = sizes(runs, "framework_defaults")[0], filled(runs, "numpy", "Generator", "weights")[1]
    gain = interval(drawn["gain"][:, 0])
    assert not drawn["layers"].any() and abs(gain.mean / (inputs / 2) - 1) < 0.25
    return {"inputs": inputs, "gain": plus_minus(*gain)}
