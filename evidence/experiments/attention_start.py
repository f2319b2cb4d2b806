"""What attention and gated units do at the start: the entropy of the weights, the rank of what comes out, and its size."""

import numpy as np
from scipy import special

PROTOCOL = {
    "question": "What do the scale of the scores, depth without skips, and small weights in a gate do to a transformer's signal at the start?",
    "scores": [0.1, 0.3, 1.0, 2.0, 4.0, 8.0],  # standard deviation of the scores
    "keys": [16, 256],
    "heads": [16, 64, 256],  # widths of a head of which scores are divided by the width, or by its root
    "spreads": [0.02, 0.05, 0.1, 0.2, 0.5, 1.0],  # standard deviation of z, for the gated units
    "width": 256,
    "ranks": ["pure", "causal", "feed_forward", "skip", "both", "pre_norm"],
    "layers": 12,
    "tokens": 32,
    "seeds": list(range(10)),
}


def measure(seed):
    """Entropies, residuals and sizes of one seed, as `entropies`, `residuals` and `sizes` give them; float64 throughout."""
    rng = np.random.default_rng(seed)
    return entropies(rng) | residuals(rng) | sizes(rng)


def matrix(rng, fan_in, fan_out):
    """Normal values of variance 1 / fan_in."""
    return rng.standard_normal((fan_in, fan_out)) / fan_in**0.5


def softmax(scores):
    """Attention weights, over the last axis."""
    return special.softmax(scores, axis=-1)


def normalized(x):
    """Layer normalization at its start: (tokens, width) with mean 0 and standard deviation 1 along the width."""
    return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)


def entropies(rng):
    """{"scores_<spread>_<keys>" and "<root or whole>_<width of a head>": {"entropy": nats, "spread": of the scores, each (1,)}}.

    Inputs are standard normal. The second kind divides by the root of the head's width and by the whole width.
    """
    width, runs = PROTOCOL["width"], {}

    def asked(keys, head, scale):
        x = rng.standard_normal((keys, width))
        scores = (x @ matrix(rng, width, head)) @ (x @ matrix(rng, width, head)).T * scale
        return {"entropy": [special.entr(softmax(scores)).sum(-1).mean()], "spread": [scores.std()]}

    for keys in PROTOCOL["keys"]:
        runs |= {f"scores_{spread}_{keys}": asked(keys, width, spread * width**-0.5) for spread in PROTOCOL["scores"]}
    for head in PROTOCOL["heads"]:
        runs |= {f"root_{head}": asked(keys, head, head**-0.5), f"whole_{head}": asked(keys, head, 1 / head)}
    return runs


def residuals(rng):
    """{"rank_<arm>": {"residual": (layers + 1,)}}: how far the tokens are from being one, ‖X - 1x̄ᵀ‖ / ‖X‖, layer by layer.

    All arms have the same matrices. pure: attention alone; causal: masked; feed_forward: attention, then two layers with ReLU;
    skip: X + attention; both: skips around attention and around the two layers; pre_norm: the same, what they read normalized.
    """
    width, tokens, found = PROTOCOL["width"], PROTOCOL["tokens"], {arm: [] for arm in PROTOCOL["ranks"]}
    start = rng.standard_normal((tokens, width))
    streams = {arm: start for arm in found}
    mask = np.where(np.tri(tokens, dtype=bool), 0, -np.inf)
    for layer in range(PROTOCOL["layers"] + 1):
        query, key, value = (matrix(rng, width, width) for _ in range(3))
        first, second = matrix(rng, width, 4 * width) * 2**0.5, matrix(rng, 4 * width, width)
        for arm, x in streams.items():
            found[arm].append(np.linalg.norm(x - x.mean(0)) / np.linalg.norm(x))
            skip, fed = arm in ("skip", "both", "pre_norm"), arm in ("feed_forward", "both", "pre_norm")
            read = normalized if arm == "pre_norm" else np.asarray
            h = read(x)
            scores = (h @ query) @ (h @ key).T * width**-0.5 + (mask if arm == "causal" else 0)
            x = skip * x + softmax(scores) @ h @ value
            streams[arm] = skip * x + np.maximum(read(x) @ first, 0) @ second if fed else x
    return {f"rank_{arm}": {"residual": residual} for arm, residual in found.items()}


def sizes(rng):
    """{"<gelu or swiglu>_<spread>": {"std": (1,)}}: standard deviation of what a feed-forward layer gives at z of this spread,
    for inputs of mean square 1, all its matrices of one standard deviation, spread / √width."""
    width, hidden, runs = PROTOCOL["width"], 4 * PROTOCOL["width"], {}
    x = rng.standard_normal((64, width))
    one, two, out = matrix(rng, width, hidden), matrix(rng, width, hidden), rng.standard_normal((hidden, width)) * width**-0.5
    for spread in PROTOCOL["spreads"]:
        z, gate = spread * x @ one, spread * x @ two
        units = {"gelu": z * special.ndtr(z), "swiglu": gate * special.expit(gate) * z}
        runs |= {f"{unit}_{spread}": {"std": [np.std(h @ out * spread)]} for unit, h in units.items()}
    return runs
