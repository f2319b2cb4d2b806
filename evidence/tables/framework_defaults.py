"""What Keras, PyTorch, Flax and NumPy give a layer by default, side by side: the rule's name and the standard deviation."""

from evidence.readings.defaults import default
from evidence.readings.framework_defaults import filled
from evidence.readings.numbers import fixed, over_seeds

NAMES = {"keras": "Keras", "torch": "PyTorch", "flax": "Flax", "numpy": "NumPy"}
# row: (layer and argument in Keras), (layer and variable in PyTorch), (in Flax)
ROWS = {
    "dense": (("Dense", "kernel"), ("Linear", "weight"), ("Linear", "kernel")),
    "convolution": (("Conv2D", "kernel"), ("Conv2d", "weight"), ("Conv", "kernel")),
    "depthwise": (("DepthwiseConv2D", "depthwise"), ("Conv2d_depthwise", "weight"), ("Conv_depthwise", "kernel")),
    "attention, query": (("MultiHeadAttention", "kernel"), ("MultiheadAttention", "in_proj_weight"), ("MultiHeadAttention", "kernel")),
    "LSTM, inputs": (("LSTM", "kernel"), ("LSTM", "weight_ih_l0"), ("LSTMCell", "kernel")),
    "LSTM, state": (("LSTM", "recurrent"), ("LSTM", "weight_hh_l0"), ("LSTMCell", "recurrent_kernel")),
    "GRU, state": (("GRU", "recurrent"), ("GRU", "weight_hh_l0"), ("GRUCell", "recurrent_kernel")),
    "embedding": (("Embedding", "embeddings"), ("Embedding", "weight"), ("Embed", "embedding")),
    "dense, bias": (("Dense", "bias"), ("Linear", "bias"), ("Linear", "bias")),
}


def table(runs):
    """A Markdown table: a row per weight, a column per framework, and in the last row the factor per dense ReLU layer."""
    versions = runs["framework_defaults"].versions | runs["defaults"].versions
    channels = runs["framework_defaults"].protocol["channels"]
    rows = [f"| {channels} channels | He | {' | '.join(f'{NAMES[name]} {versions[name]}' for name in NAMES)} |", "|---|---:|---|---|---|---|"]
    for label, (keras, torch, flax) in ROWS.items():
        found = [default(runs, *keras), filled(runs, "torch", *torch), filled(runs, "flax", *flax)]
        he = fixed((2 / found[1][1]["fan_in"].mean()) ** 0.5) if "gain" in found[1][1] else "–"
        rows.append(f"| {label} | {he} | {' | '.join(cell(*one) for one in found)} | none |")
    dense = [default(runs, "Dense", "kernel"), filled(runs, "torch", "Linear", "weight"), filled(runs, "flax", "Linear", "kernel")]
    gains = [over_seeds(quantities["gain"][:, 0]) for _, quantities in dense]
    rows.append(f"| factor per layer | 1 | {' | '.join(gains)} | none |")
    return "\n".join(rows) + "\n"


def cell(name, quantities):
    """A default's name, with the slope that kaiming_uniform_ was given, and the standard deviation measured, if there is one."""
    slope = f"(a=√{quantities['slope'].mean() ** 2:.3g})" if "slope" in quantities else ""
    return f"`{name}{slope}` {fixed(quantities['std'].mean()) if quantities['std'].any() else ''}".strip()
