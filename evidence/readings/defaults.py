"""Finds the default of one variable of one layer in the results of `defaults` and `framework_defaults`."""


def default(runs, layer, argument):
    """(name of the default initializer, quantities) of one argument of one layer."""
    (found,) = [arm for arm in runs["defaults"] if arm.startswith(f"{layer}__{argument}__")]
    return found.rpartition("__")[2], runs["defaults"][found]


def std_ratio(runs, layer, argument):
    """Measured over prescribed standard deviation, (seeds,)."""
    _, quantities = default(runs, layer, argument)
    return (quantities["std"] / quantities["rule_std"])[:, 0]


def plain(runs):
    """{arm: quantities} of the dense and convolutional kernels that stand alone in a network."""
    return {arm: q for arm, q in runs["defaults"].items() if "__kernel__" in arm and "gain" in q}


def filled(runs, framework, layer, variable):
    """(name of the default, quantities) of one variable of one layer of PyTorch or Flax."""
    start = f"{framework}__{layer}__{variable}__"
    (found,) = [arm for arm in runs["framework_defaults"] if arm.startswith(start)]
    return found.removeprefix(start), runs["framework_defaults"][found]


def product(runs, framework, layer, variable):
    """n_in σ² of one variable, fan-in counted by hand, (seeds,)."""
    quantities = filled(runs, framework, layer, variable)[1]
    return (quantities["std"] ** 2 * quantities["fan_in"])[:, 0]


def feeding(runs, framework):
    """{layer: (name of the default, quantities)} of a framework's dense and convolutional weights, 64 channels to 64."""
    arms = [(*arm.split("__"), quantities) for arm, quantities in runs["framework_defaults"].items() if "gain" in quantities]
    return {layer: (default, q) for name, layer, _, default, q in arms if name == framework and "_" not in layer}
