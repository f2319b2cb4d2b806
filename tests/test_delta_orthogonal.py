"""delta_orthogonal, in Keras and in PyTorch: a convolution that keeps norms, exactly and at any depth."""
import keras
import numpy as np
import pytest
from scipy import stats

from snippets.tools.delta_orthogonal import DeltaOrthogonal
from tests.frameworks import each_framework

CONVOLUTION = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}
CLOSE = {"rtol": 1e-4}  # a float32 norm after some dozen layers


def signal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def norms(images):
    return np.linalg.norm(np.reshape(images, (len(images), -1)), axis=1)


def drawn(framework, shape, gain=1.0):
    """A kernel in Keras's order, (*window, c_in, c_out), from PyTorch turned round."""
    if framework == "keras":
        return np.array(DeltaOrthogonal(gain)(shape))
    import torch
    from snippets.tools.torch.delta_orthogonal import delta_orthogonal_
    *window, c_in, c_out = shape
    return np.moveaxis(delta_orthogonal_(torch.empty(c_out, c_in, *window), gain).numpy(), (0, 1), (-1, -2))


def stack(depth, channels, window, rank=2, **rule):
    layers = [CONVOLUTION[rank](channels, window, padding="same", kernel_initializer=DeltaOrthogonal(**rule))
              for _ in range(depth)]
    return keras.Sequential([keras.Input((*[6] * rank, 4)), *layers])


def torch_stack(depth, channels, window, rank=2, **rule):
    from torch import nn
    from snippets.tools.torch.delta_orthogonal import delta_orthogonal_
    kind = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[rank]
    layers = [kind(c_in, channels, window, padding="same", bias=False) for c_in in [4] + [channels] * (depth - 1)]
    for layer in layers:
        delta_orthogonal_(layer.weight, **rule)
    return nn.Sequential(*layers)


def through(framework, images, *arguments, back=None, **rule):
    """Images with channels last after a stack of convolutions, or where `back` is given what it becomes on the way back."""
    if framework == "keras":
        import tensorflow as tf
        x, model = tf.constant(images), stack(*arguments, **rule)
        with tf.GradientTape() as tape:
            tape.watch(x)
            output = model(x)
        return np.array(output if back is None else tape.gradient(output, x, back))
    import torch
    x = torch.tensor(np.moveaxis(images, -1, 1), requires_grad=True)
    output = torch_stack(*arguments, **rule)(x)
    if back is not None:
        output = torch.autograd.grad(output, x, torch.tensor(np.moveaxis(back, -1, 1)))[0]
    return np.moveaxis(output.detach().numpy(), 1, -1)


@each_framework
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("window", [1, 2, 3, 4, 5])
def test_a_convolution_keeps_the_norm_of_every_image(rank, window, framework):
    images = signal(5, *[6] * rank, 4)
    np.testing.assert_allclose(norms(through(framework, images, 1, 7, window, rank)), norms(images), **CLOSE)


@each_framework
def test_forty_layers_keep_it_too_and_gradients_come_back_with_the_norm_they_had(framework):
    images, back = signal(5, 6, 6, 4), signal(5, 6, 6, 4)
    np.testing.assert_allclose(norms(through(framework, images, 40, 4, 3)), norms(images), **CLOSE)
    np.testing.assert_allclose(norms(through(framework, images, 40, 4, 3, back=back)), norms(back), **CLOSE)


def test_keras_orthogonal_does_not_keep_it():
    images = signal(5, 6, 6, 4)
    flat = keras.layers.Conv2D(4, 3, padding="same", kernel_initializer="orthogonal")
    assert (abs(norms(flat(images)) / norms(images) - 1) > 0.01).any()


@each_framework
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_a_pixel_does_not_move_under_windows_of_any_size(framework):
    images = np.zeros((1, 6, 6, 4), "float32")
    images[0, 2, 3, 1] = 1
    for window in [(1, 2), (2, 3), (3, 4), (4, 5)]:
        output = through(framework, images, 1, 4, window)
        assert np.argwhere(np.any(output[0], axis=-1)).tolist() == [[2, 3]]


@each_framework
@pytest.mark.parametrize("shape", [(4, 3, 3), (3, 4, 2, 5), (1, 2, 3, 4, 4)], ids=str)
def test_the_centre_is_where_jax_puts_it_and_its_rows_are_orthonormal(shape, framework):
    jax = pytest.importorskip("jax", reason="JAX is in requirements-frameworks.txt")
    reference = jax.nn.initializers.delta_orthogonal()(jax.random.key(0), shape)
    kernel = drawn(framework, shape)
    taps = np.argwhere(kernel.any(axis=(-2, -1)))
    assert taps.tolist() == np.argwhere(np.any(reference, axis=(-2, -1))).tolist() and len(taps) == 1
    centre = kernel[tuple(taps[0])]
    np.testing.assert_allclose(centre @ centre.T, np.eye(shape[-2]), atol=1e-5)


@each_framework
def test_the_matrix_is_uniform_among_the_orthogonal_ones(framework):
    keras.utils.set_random_seed(0)  # PyTorch's as well
    first = [float(drawn(framework, (1, 3, 3))[0, 0, 0]) for _ in range(200)]
    # the first entry of a point drawn uniformly from the sphere in three dimensions is uniform in [-1, 1]
    assert stats.kstest(first, stats.uniform(-1, 2).cdf).pvalue > 1e-4


@each_framework
def test_gain_multiplies_the_norm(framework):
    images = signal(3, 6, 6, 4)
    np.testing.assert_allclose(norms(through(framework, images, 2, 5, 3, gain=1.5)), 1.5**2 * norms(images), **CLOSE)


def test_a_seed_repeats_the_kernel_as_in_keras_and_a_generator_does_not():
    shape, numbered = (3, 3, 4, 4), DeltaOrthogonal(seed=1)
    shared = DeltaOrthogonal(seed=keras.random.SeedGenerator(1))
    # not to the bit: a decomposition of one matrix may add up its terms in another order where the matrix lies elsewhere
    assert np.allclose(numbered(shape), numbered(shape), atol=1e-5) and np.allclose(numbered(shape), DeltaOrthogonal(seed=1)(shape), atol=1e-5)
    assert not np.allclose(shared(shape), shared(shape), atol=0.01)
    assert not np.allclose(DeltaOrthogonal()(shape), DeltaOrthogonal()(shape), atol=0.01)


@pytest.mark.needs("torch")
def test_in_pytorch_a_generator_repeats_the_kernel_and_the_next_draw_differs():
    import torch
    from snippets.tools.torch.delta_orthogonal import delta_orthogonal_
    one, other = (torch.Generator().manual_seed(1) for _ in range(2))
    first, same, second = (delta_orthogonal_(torch.empty(4, 4, 3), generator=source) for source in (one, other, one))
    assert torch.allclose(first, same, atol=1e-5) and not torch.allclose(first, second, atol=0.01)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype, atol", [("bfloat16", 0.05), ("float16", 0.005), ("float64", 1e-10)])
def test_in_pytorch_a_weight_of_any_precision_is_filled_in_place(dtype, atol):
    import torch
    from snippets.tools.torch.delta_orthogonal import delta_orthogonal_
    layer = torch.nn.Conv2d(4, 6, 3, dtype=getattr(torch, dtype))
    assert delta_orthogonal_(layer.weight) is layer.weight and layer.weight.requires_grad
    centre = layer.weight[:, :, 1, 1].detach().double().numpy()
    np.testing.assert_allclose(centre.T @ centre, np.eye(4), atol=atol)


def test_a_saved_model_comes_back_with_its_weights_and_its_initializer(tmp_path):
    model = stack(2, 4, 3, gain=2.0, seed=3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].kernel_initializer.get_config() == DeltaOrthogonal(2.0, 3).get_config()
    assert all(np.array_equal(*pair) for pair in zip(loaded.get_weights(), model.get_weights(), strict=True))


@each_framework
@pytest.mark.parametrize("shape, message", [
    ((3, 3, 8, 4), "from 8 to 4 channels cannot preserve norms: give it at least 8 filters"),
    ((4, 4), "no window: use '?(nn.init.)?orthogonal"),
], ids=str)
def test_a_kernel_that_cannot_keep_norms_is_refused_with_the_remedy(shape, message, framework):
    with pytest.raises(ValueError, match=message) as error:
        drawn(framework, shape)
    assert "\n" not in str(error.value)
