"""Claims of the chapter Orthogonal, identity and isometry."""

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval
from evidence.readings.numbers import fixed, listed, over_seeds, spelled
from evidence.theory import isometry

EARLY = 10  # layers after which the derivation, which is about wide networks, is asked of narrow ones


def spread(runs, arm, layer=-1):
    """The spread of an arm after a layer, the last unless said, (seeds,)."""
    return runs["jacobian_spread"][arm]["spread"][:, layer]


def setting(runs):
    """What the sentences say of the networks."""
    protocol = runs["jacobian_spread"].protocol
    return {"layers": spelled(protocol["layers"]), "width": protocol["width"]}


@claim(refuted_by=swap("jacobian_spread", "linear_orthogonal", "linear_gaussian"))
def gaussian_kernels_lose_directions(runs):
    """Through {layers} linear layers of width {width}, orthogonal kernels pass on {all} directions equally, to one part in a million.
    Gaussian ones of the same variance pass them on so unequally that they count for {few} equal ones."""
    width = runs["jacobian_spread"].protocol["width"]
    few = width / spread(runs, "linear_gaussian")
    assert abs(spread(runs, "linear_orthogonal") - 1).max() < 1e-6 and interval(few).high < 4
    return setting(runs) | {"all": f"all {width}", "few": over_seeds(few)}


@claim(refuted_by=swap("jacobian_spread", "relu_orthogonal", "linear_orthogonal"))
def spreads_add_as_derived(runs):
    """After {early} layers of width {width} the spread is {measured} from linear Gaussian, ReLU Gaussian and ReLU orthogonal kernels; derived for wide
    layers are {derived}, and none is further away than a quarter."""
    arms = [("gaussian", "linear"), ("gaussian", "relu"), ("orthogonal", "relu")]
    found = [spread(runs, f"{activation}_{kernel}", EARLY - 1) for kernel, activation in arms]
    derived = [isometry.spread(kernel, activation, EARLY)[-1] for kernel, activation in arms]
    assert all(abs(interval(one).mean / theory - 1) < 0.25 for one, theory in zip(found, derived, strict=True))
    return {
        "early": spelled(EARLY), "width": setting(runs)["width"],
        "measured": listed([over_seeds(one) for one in found]), "derived": listed([fixed(theory, 0) for theory in derived]),
    }  # fmt: skip


@claim(refuted_by=swap("jacobian_spread", "relu_orthogonal", "tanh_orthogonal"))
def tanh_keeps_what_relu_loses(runs):
    """After {layers} orthogonal layers the spread is {tanh} with tanh and {relu} with ReLU, where 1 is an isometry and {width} a single direction."""
    tanh, relu = spread(runs, "tanh_orthogonal"), spread(runs, "relu_orthogonal")
    assert interval(tanh).high < 2 and interval(relu).low > 10
    return setting(runs) | {"tanh": over_seeds(tanh), "relu": over_seeds(relu)}
