"""What one recurrent kernel makes of a vector when it is used at every step, and the kernels of gates one by one."""

import keras
import numpy as np

UNITS = 64
STARTS = {  # of a square kernel
    "glorot_uniform": keras.initializers.GlorotUniform,
    "orthogonal": keras.initializers.Orthogonal,
    "torch": lambda seed: keras.initializers.RandomUniform(-(UNITS**-0.5), UNITS**-0.5, seed),  # PyTorch's default
}
GATES = {"lstm": 4, "gru": 3}
PROTOCOL = {
    "question": "What becomes of a vector that one kernel multiplies at every step, or one drawn anew for each?",
    "units": UNITS,
    "steps": 200,
    "starts": ["glorot_uniform", "orthogonal", "torch"],
    "gates": GATES,
    "packed": ["orthogonal", "glorot_uniform"],
    "seeds": list(range(20)),
}


def measure(seed):
    """{"<start>_shared" and "<start>_fresh": {"norm", "directions": (steps,)}, "<start>_shared" also, and "<layer>_<start>":
    {"radius", "largest", "mean_square": (gates,)}} of one seed.

    Of the product of the kernels up to each step, without activation, with singular values s: "norm", log10 of the root
    mean square of s, which is that of the norms of what becomes of vectors of norm 1; and "directions", (Σ s²)² / Σ s⁴,
    the number of directions among which it shares what is left. Of one kernel, or of each gate's block in one that Keras
    draws for all: "radius", the largest modulus of an eigenvalue; "largest", the largest s; "mean_square", of s.
    """
    rng, runs = np.random.default_rng(seed), {}
    for start, rule in STARTS.items():
        kernels = [drawn(rule, (UNITS, UNITS), rng) for _ in range(PROTOCOL["steps"])]
        runs[f"{start}_shared"] = spectrum(kernels[0]) | products(kernels[:1] * len(kernels))
        runs[f"{start}_fresh"] = products(kernels)
    for layer, gates in GATES.items():
        for start in PROTOCOL["packed"]:
            blocks = np.split(drawn(STARTS[start], (UNITS, gates * UNITS), rng), gates, axis=1)
            runs[f"{layer}_{start}"] = {name: np.concatenate([spectrum(block)[name] for block in blocks]) for name in spectrum(blocks[0])}
    return runs


def drawn(rule, shape, rng):
    """A kernel of an initializer of Keras with a seed of its own, (…) float64."""
    return np.array(rule(seed=int(rng.integers(2**31)))(shape), "float64")


def products(kernels):
    """{"norm", "directions": (kernels,)} of the products of the first one, two, … kernels."""
    product, size, found = np.eye(UNITS), 0.0, []
    for kernel in kernels:
        product = product @ kernel
        scale = np.sqrt((product**2).sum() / UNITS)
        product, size = product / scale, size + np.log10(scale)  # 0.6^200 to the fourth would be 0
        found.append((size, UNITS**2 / ((product.T @ product) ** 2).sum()))
    return dict(zip(("norm", "directions"), np.transpose(found), strict=True))


def spectrum(kernel):
    """{"radius", "largest", "mean_square": (1,)} of a square kernel."""
    values = np.linalg.svd(kernel, compute_uv=False)
    radius = np.abs(np.linalg.eigvals(kernel)).max()
    return {"radius": np.array([radius]), "largest": values[:1], "mean_square": np.array([(values**2).mean()])}
