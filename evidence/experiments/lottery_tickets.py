"""Pruned networks trained again from their own start and from others, and untrained ones under a mask."""

import itertools

import numpy as np

from evidence import mnist
from evidence.networks import built, convolutions, masked, stack
from snippets.tools import stacked

PROTOCOL = {
    "question": "Does a pruned network need the start that it was pruned from, and what does a mask on that start know by itself?",
    "initializer": "he_normal",
    "widths": [196, 100, 50, 10],  # 14 by 14 pixels
    "images": 12_800,
    "validation_images": 1000,
    "test_images": 2000,
    "batch_size": 32,
    "steps": [50, 100, 200, 400],
    "learning_rates": {"dense": [0.0003, 0.001, 0.003, 0.01, 0.03], "pruned": [0.003, 0.01, 0.03, 0.1]},  # of Adam
    "kept": [0.1, 0.03],  # share of the entries of each hidden kernel; the last kernel is kept whole
    "starts": ["rewound", "redrawn", "signed", "rescaled", "elsewhere"],
    "masks": ["grown", "large", "same_sign", "random", "whole"],
    "seeds": list(range(5)),
}


def measure(seed):
    """{"dense_<rate>" and "<start>_<share>_<rate>": a curve; "mask_<mask>_<rate>": as from `untrained`} of one seed.

    The tickets are pruned from the dense network at the rate that does best on the validation images of the seed.
    """
    rates, parts = PROTOCOL["learning_rates"], split(seed)
    order = built.batches(seed, PROTOCOL["images"], PROTOCOL["batch_size"], PROTOCOL["steps"][-1])
    first, other = (stacked.initial_kernels(PROTOCOL["initializer"], PROTOCOL["widths"], each) for each in (seed, 2_000_000 + seed))
    whole = [np.ones_like(kernel) for kernel in first]
    found, weights = curves([(first, whole, rate) for rate in rates["dense"]], parts, order)
    runs, trained = {f"dense_{rate}": one for rate, one in zip(rates["dense"], found, strict=True)}, masked.kernels(weights)
    best = int(np.argmax([one["val_accuracy"][0] for one in found]))
    arms = {}
    for start, share, rate in itertools.product(PROTOCOL["starts"], PROTOCOL["kept"], rates["pruned"]):
        arms[f"{start}_{share}_{rate}"] = (*ticket(start, share, first, other, trained[best], seed), rate)
    found, _ = curves(list(arms.values()), parts, order)
    runs |= dict(zip(arms, found, strict=True))
    for rate, kernels in zip(rates["dense"], trained, strict=True):
        runs |= {f"mask_{name}_{rate}": one for name, one in untrained(first, kernels, seed, *parts[1:]).items()}
    return runs


def split(seed):
    """`mnist.split` at 14 by 14 pixels, flat."""
    parts = mnist.split(seed, PROTOCOL["images"], PROTOCOL["validation_images"], PROTOCOL["test_images"])
    return [(convolutions.maps(x).reshape(len(x), -1), y) for x, y in parts]


def ticket(start, share, first, other, trained, seed):
    """Kernels and masks of a pruned network: of the share of each hidden kernel that is largest after training.

    "rewound": the weights it was pruned from. "redrawn": other draws of the same rule. "signed": those with the first signs.
    "rescaled": the other draws, the hidden ones times 1/√share, as the rule asks of so few inputs. "elsewhere": its own weights
    under a mask that is drawn at random.
    """
    masks = [masked.largest(np.abs(kernel), share) for kernel in trained[:-1]] + [np.ones_like(trained[-1])]
    if start == "elsewhere":
        masks = [drawn(mask, seed) for mask in masks]
    kernels = {
        "redrawn": other,
        "signed": [np.abs(b) * np.sign(a) for a, b in zip(first, other, strict=True)],
        "rescaled": [*(kernel / np.float32(share**0.5) for kernel in other[:-1]), other[-1]],
    }  # fmt: skip
    return kernels.get(start, first), masks


def drawn(mask, seed):
    """A mask that keeps as many entries as this one, at random."""
    return np.random.default_rng([seed, mask.size]).permutation(mask.ravel()).reshape(mask.shape)


def curves(networks, parts, order):
    """The learning curve of each of (kernels, masks, rate), as `Stack.curves` gives it, and the variables as training left them."""
    kernels, masks, rates = zip(*networks, strict=True)
    weights = masked.start(kernels, masks)
    return stack.Stack(masked.forward, weights, rates).curves(*parts, order, PROTOCOL["steps"]), weights


def untrained(first, trained, seed, validation, test):
    """What masks on the start answer with no training: {mask: {"test_accuracy", "val_accuracy": (1,), "kept": share of each kernel}}.

    "grown": of the weights that training made larger. "large" and "same_sign" keep as many per kernel, by |w| after training and by
    the trained weight in the direction of its first sign; "random" as many at random; "whole" all.
    """
    grown = [np.float32(np.abs(after) > np.abs(before)) for before, after in zip(first, trained, strict=True)]
    shares = [mask.mean() for mask in grown]
    found = {
        "whole": [np.ones_like(mask) for mask in grown],
        "grown": grown,
        "large": [masked.largest(np.abs(after), share) for after, share in zip(trained, shares, strict=True)],
        "same_sign": [masked.largest(after * np.sign(before), share) for before, after, share in zip(first, trained, shares, strict=True)],
        "random": [drawn(mask, seed) for mask in grown],
    }
    weights = masked.start([first] * len(found), list(found.values()))
    answers = {"test_accuracy": masked.accuracy(weights, *test), "val_accuracy": masked.accuracy(weights, *validation)}
    answers["kept"] = np.array([[mask.mean() for mask in masks] for masks in found.values()])
    return {name: {quantity: values[k].reshape(-1) for quantity, values in answers.items()} for k, name in enumerate(found)}
