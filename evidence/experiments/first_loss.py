"""The first loss of an untrained decoder whose head is tied to its embedding or not, over widths and spreads."""

import keras
import numpy as np

from evidence import mnist
from evidence.networks import decoder

PROTOCOL = {
    "question": "How far above ln V does the first loss of a decoder start, by the spread of its head and whether it is tied to the embedding?",
    "widths": {"4096": [32, 128, 512], "16": [32]},  # by size of the vocabulary: random tokens, and grey levels of MNIST
    "spreads": [0.02, 0.6, 1.0],  # standard deviations of embedding and head; and "root", one over the root of the width
    "arms": ["untied", "tied", "scaled", "divided"],  # scaled: tied at "root", the embedding times the root of the width; divided: its logits as well
    "length": 48,
    "heads": 2,
    "blocks": 2,
    "sequences": 4,
    "seeds": list(range(5)),
}


def measure(seed):
    """{"<arm>_<spread>_<vocabulary>_<width>": quantities} of one seed, as `asked` gives them; "scaled" and "divided" have no spread."""
    runs = {}
    for vocabulary, widths in PROTOCOL["widths"].items():
        sequences = drawn(seed, int(vocabulary))
        for width in widths:
            shape = {"vocabulary": int(vocabulary), "width": width} | {name: PROTOCOL[name] for name in ("length", "heads", "blocks")}
            for arm, settings in starts(width).items():
                keras.utils.set_random_seed(seed)
                read, told = decoder.shifted(sequences)
                model = decoder.decoder(shape, **settings)
                runs[f"{arm}_{vocabulary}_{width}"] = asked(model, read, told if shape["vocabulary"] == decoder.LEVELS else None)
    return runs


def drawn(seed, vocabulary):
    """Sequences of MNIST's grey levels where there are as many, else of random tokens."""
    if vocabulary == decoder.LEVELS:
        (x, _), *_ = mnist.split(seed, PROTOCOL["sequences"])
        return decoder.tokens(x)
    return np.random.default_rng(seed).integers(vocabulary, size=(PROTOCOL["sequences"], PROTOCOL["length"] + 1)).astype("int32")


def starts(width):
    """{"<arm>_<spread>": settings of `decoder.decoder`}."""
    root = width**-0.5
    spreads = {str(spread): spread for spread in PROTOCOL["spreads"]} | {"root": root}
    found = {f"untied_{name}": {"spread": spread, "head": spread} for name, spread in spreads.items()}
    found |= {f"tied_{name}": {"spread": spread} for name, spread in spreads.items()}
    scaled = {"spread": root, "multiplier": 1 / root}
    return found | {"scaled": scaled, "divided": scaled | {"divisor": 1 / root}}


def asked(model, read, told):
    """{"excess": first loss less ln V (nats); "spread": standard deviation of the logits of tokens other than the one read;
    "own": mean logit of the token read; each (1,)}. read: (sequences, length) tokens; told: the tokens that follow, or None for
    ones drawn uniformly, over which the loss is then averaged exactly."""
    logits = model(read).numpy().astype(float)
    vocabulary = logits.shape[-1]
    highest = logits.max(-1, keepdims=True)
    log_normalizer = highest[..., 0] + np.log(np.exp(logits - highest).sum(-1))
    true = logits.mean(-1) if told is None else np.take_along_axis(logits, told[..., None], -1)[..., 0]
    own = np.take_along_axis(logits, read[..., None], -1)
    others = (logits.sum() - own.sum(), np.square(logits).sum() - np.square(own).sum())
    mean, square = (total / (logits.size - own.size) for total in others)
    excess = np.mean(log_normalizer - true) - np.log(vocabulary)
    return {"excess": [excess], "spread": [(square - mean**2) ** 0.5], "own": [own.mean()]}
