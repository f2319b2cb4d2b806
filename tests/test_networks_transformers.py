"""evidence/networks/transformers.py against keras.fit, PyTorch's own blocks and Keras's fans; theory against random matrices."""

import keras
import numpy as np
import pytest

from evidence.networks import built, transformers
from evidence.theory import transformers as theory
from tests.keras_fit import fit

RATE, WARM_UP, STEPS = 0.003, 20, 50


@pytest.fixture(scope="module")
def images():
    """What stands for MNIST: images of ten classes, (n, 784) in [0, 1], and their labels."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 200).astype("int32")
    return np.clip(rng.random((10, 784))[y] + rng.normal(0, 0.3, (200, 784)), 0, 1).astype("float32"), y


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return RATE * keras.ops.minimum(1.0, (keras.ops.cast(step, "float32") + 1) / WARM_UP)


def test_patches_are_those_that_keras_cuts(images):
    x, _ = images
    expected = keras.ops.image.extract_patches(x.reshape(-1, 28, 28, 1), 7).numpy().reshape(-1, 16, 49)
    np.testing.assert_array_equal(transformers.patches(x), expected)


def test_a_network_ends_where_keras_fit_takes_it_warm_up_included(images):
    x, y = transformers.patches(images[0]), images[1]
    order, ended = built.batches(3, len(y), 16, STEPS), []
    ours = transformers.Trainer(transformers.vit("post", 1, 16), "adam")
    weights = transformers.start(ours.model, "deepnorm", 5, 16, 1)
    for warm_up in (0, WARM_UP):
        ours.warm_up = warm_up
        ours.begin(weights, RATE)
        for part in np.split(order, 2):
            ours.train(x, y, part)
        ended.append(ours.model.get_weights())
    theirs = transformers.vit("post", 1, 16)
    theirs.set_weights(weights)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(keras.optimizers.Adam(WarmUp()), loss, jit_compile=False)
    fit(theirs, x, y, order)
    apart = [max(np.abs(a - b).max() for a, b in zip(end, theirs.get_weights(), strict=True)) for end in ended]
    assert apart[1] < 2e-3 < 2e-2 < apart[0]  # Adam divides rounding by rounding where a gradient is nearly zero
    assert sum(np.abs(a - b).max() > 0.01 for a, b in zip(ended[1], weights, strict=True)) > 12


@pytest.mark.needs("torch")
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_block_is_the_encoder_layer_of_pytorch(images, norm):
    import torch

    model = transformers.vit(norm, 1, 16)
    model.set_weights(transformers.start(model, "glorot", 0, 16, 1))
    layer = torch.nn.TransformerEncoderLayer(16, 4, 64, 0.0, "gelu", transformers.EPSILON, batch_first=True, norm_first=norm == "pre")
    parts = {one: getattr(model.get_layer("0_attention"), f"{one}_dense")
             for one in ("query", "key", "value", "output")}  # fmt: skip
    given = {
        "self_attn.in_proj_weight": np.concatenate([parts[one].kernel.numpy().reshape(16, 16).T for one in ("query", "key", "value")]),
        "self_attn.out_proj.weight": parts["output"].kernel.numpy().reshape(16, 16).T,
        "linear1.weight": model.get_layer("0_feed_forward_in").kernel.numpy().T,
        "linear2.weight": model.get_layer("0_feed_forward_out").kernel.numpy().T,
    }
    state = {name: torch.zeros_like(value) if "bias" in name else value for name, value in layer.state_dict().items()}
    layer.load_state_dict(state | {name: torch.tensor(value) for name, value in given.items()})
    first = model.get_layer("places").output
    last = model.get_layer("0_feed_forward_skip").output if norm == "pre" else model.layers[-3].output
    before, after = (np.array(one) for one in keras.Model(model.input, [first, last])(transformers.patches(images[0][:8])))
    np.testing.assert_allclose(layer(torch.tensor(before)).detach(), after, atol=2e-5)


def kernels(model, values):
    return {variable.path: value for variable, value in zip(model.weights, values, strict=True) if transformers.kind(variable)}


def test_a_start_forgets_what_its_model_has_learned():
    model = transformers.vit("post", 1, 16)
    fresh = model.get_weights()
    model.set_weights([value + 1 for value in fresh])
    for variable, value, built_with in zip(model.weights, transformers.start(model, "glorot", 0, 16, 1), fresh, strict=True):
        if not transformers.kind(variable):
            np.testing.assert_array_equal(value, built_with, err_msg=variable.path)


def test_glorot_counts_the_fans_that_keras_counts():
    keras.utils.set_random_seed(0)
    model = transformers.vit("pre", 1, 128)
    ours, theirs = (kernels(model, values) for values in (transformers.start(model, "glorot", 0, 128, 1), model.get_weights()))
    found = {path: ours[path].std() / theirs[path].std() for path in ours if path.endswith("kernel")}
    assert len(found) == 8 and all(ratio == pytest.approx(1, abs=0.05) for ratio in found.values()), found


@pytest.mark.parametrize("rule, alike, factor", [
    ("width", "fixed", 0.55 / 8 / 0.02), ("fixed_scaled", "fixed", {"out": 0.5}), ("width_zero", "width", {"out": 0}),
    ("deepnorm", "glorot", {"out": 16**-0.25, "value": 16**-0.25, "feed_forward_in": 16**-0.25}),
])  # fmt: skip
def test_rules_of_a_seed_differ_by_the_factors_that_they_name(rule, alike, factor):
    model = transformers.vit("post", 2, 64)
    one, other = (kernels(model, transformers.start(model, name, 4, 64, 2)) for name in (rule, alike))
    for path in (path for path in one if path.endswith("kernel")):
        named = factor if isinstance(factor, dict) and path[0].isdigit() else {}
        expected = next((value for part, value in named.items() if part in path), 1) if isinstance(factor, dict) else factor
        np.testing.assert_allclose(one[path], expected * other[path], rtol=1e-5)
    alphas = [value for path, value in one.items() if path.endswith("alpha")]
    np.testing.assert_allclose(alphas, [2**0.5 if rule == "deepnorm" else 1] * 4, rtol=1e-6)


def test_blocks_of_zeros_change_nothing(images):
    model = transformers.vit("pre", 3, 16)
    model.set_weights(transformers.start(model, "width_zero", 0, 16, 3))
    ends = [model.get_layer(name).output for name in ("places", "2_feed_forward_skip")]
    before, after = keras.Model(model.input, ends)(transformers.patches(images[0][:8]))
    np.testing.assert_array_equal(before, after)


def test_theory_is_what_wide_random_branches_put_out():
    rng, width, spread, patches = np.random.default_rng(0), 400, 0.55 / 20, 16
    x = rng.normal(size=(patches, width))
    first, second, value, out = (spread * rng.normal(size=shape) for shape in ((width, 4 * width), (4 * width, width), *[(width, width)] * 2))
    hidden = np.array(keras.activations.gelu(x @ first))
    found = [np.mean((hidden @ second) ** 2), np.mean((x.mean(0) @ value @ out) ** 2), np.mean((x[0] @ value @ out) ** 2)]
    expected = [theory.feed_forward(width, spread, spread), *theory.attention(width, spread, spread, patches)]
    np.testing.assert_allclose(found, expected, rtol=0.15)
    halved = [sum(pair) for pair in zip(np.repeat(expected[0], 2), expected[1:])]
    np.testing.assert_allclose(theory.added(width, spread, patches, residual=0.5), np.array(halved) / 4)
