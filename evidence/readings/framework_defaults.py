"""Reads the record of the experiment framework_defaults: what layers of PyTorch and Flax start from, and NumPy's normal."""


def sizes(runs, experiment):
    """(channels, fewer channels) of the layers of fan_traps or framework_defaults."""
    return runs[experiment].protocol["channels"], runs[experiment].protocol["narrow"]


def filled(runs, framework, layer, variable):
    """(name of the default, quantities) of one variable of one layer."""
    start = f"{framework}__{layer}__{variable}__"
    (found,) = [arm for arm in runs["framework_defaults"] if arm.startswith(start)]
    return found.removeprefix(start), runs["framework_defaults"][found]


def product(runs, framework, layer, variable):
    """n_in σ² of one variable, fan-in counted by hand, (seeds,)."""
    quantities = filled(runs, framework, layer, variable)[1]
    return (quantities["std"] ** 2 * quantities["fan_in"])[:, 0]


def feeding(runs, framework):
    """{layer: (name of the default, quantities)} of a framework's dense and convolutional weights, as many channels out as in."""
    arms = [(*arm.split("__"), quantities) for arm, quantities in runs["framework_defaults"].items() if "gain" in quantities]
    return {layer: (default, q) for name, layer, _, default, q in arms if name == framework and "_" not in layer}
