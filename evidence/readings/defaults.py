"""Reads the record of the experiment defaults: what Keras's layers start from."""


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


def kernels(runs):
    """[(layer, argument, default, quantities)] of all default kernels, those that follow their rule first."""
    rows = [(*arm.split("__"), quantities) for arm, quantities in runs["defaults"].items()]
    return sorted((row for row in rows if row[1] != "bias"), key=lambda row: (-round(20 * ratio(row)), row[0]))


def ratio(row):
    """Mean of measured over prescribed standard deviation of one of `kernels`; 0 where the rule prescribes none."""
    return (row[3]["std"] / row[3]["rule_std"]).mean() if "rule_std" in row[3] else 0
