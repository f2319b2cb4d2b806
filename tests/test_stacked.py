"""snippets/tools/stacked.py against keras.Model.fit: same start, same batches, same weights."""
import functools

import keras
import numpy as np
import pytest

from snippets.tools import stacked
from tests.keras_fit import batches, ready, restarted

# Two epochs of 24 full batches and one of 16: 50 steps. The two programs round differently: after 50 steps they
# differed by less than 1e-6 in every case below. A single step of Adam moves a weight by up to its rate, 1e-3.
N, BATCH, EPOCHS, RATE = 24 * 32 + 16, 32, 2, {"adam": 1e-3, "sgd": 5e-2}
CLOSE = {"rtol": 0, "atol": 1e-5}


@pytest.fixture(scope="module")
def data():
    """Separable classes with noise; two inputs that are zero in training and only there."""
    return separable(20, empty=[3, 17])


@pytest.fixture(scope="module")
def mostly_empty():
    """As `data`, with so many inputs that are zero in training that some are left out."""
    return separable(70, empty=np.flatnonzero(np.arange(70) % 3))


def separable(inputs, empty):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, 2 * N)
    x = np.maximum(rng.normal(size=(10, inputs))[y] + rng.normal(size=(2 * N, inputs)), 0).astype("float32")
    x[:N, empty] = 0
    return x[:N], y[:N], (x[N:], y[N:])


@functools.cache
def reference(widths, activation, output, optimizer):
    """A compiled model, to be given weights and a rate: one for all that differ in nothing else."""
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((widths[0],)), *(dense(n, activation) for n in widths[1:-1]),
                              dense(widths[-1], output)])
    rule = keras.optimizers.Adam if optimizer == "adam" else keras.optimizers.SGD
    model.compile(rule(), "categorical_crossentropy", metrics=["accuracy"])
    return ready(model, np.zeros((1, widths[0])), np.eye(10)[:1])


def fit(initializer, seed, data, *, widths, activation="relu", output="softmax", optimizer="adam", epochs=EPOCHS,
        learning_rate=None):
    """The reference: Keras's own training loop, fed in the order that the tool uses."""
    x, y, (x_val, y_val) = data
    classes = np.eye(10, dtype="float32")
    start = [part for kernel in stacked.initial_kernels(initializer, widths, seed) for part in (kernel, np.zeros(kernel.shape[1], "float32"))]
    model = restarted(reference(widths, activation, output, optimizer), start, learning_rate or RATE[optimizer])
    logs = []
    for epoch in range(epochs):
        order = stacked.batch_order(seed, epoch, N)
        logs.append(model.fit(batches(x[order], classes[y[order]], BATCH), verbose=0,
                              validation_data=batches(x_val, classes[y_val], N)).history)
    return {name: [log[name][0] for log in logs] for name in logs[0]}, model.get_weights()


def stack(networks, data, **options):
    options = {"optimizer": "adam", "widths": (20, 16, 10), "epochs": EPOCHS, **options}
    x, y, validation = data
    return stacked.train(networks, x, y, validation, batch_size=BATCH, verbose=False,
                         **{"learning_rate": RATE[options["optimizer"]], **options})


def assert_equal_to_keras(networks, data, **options):
    history, weights = stack(networks, data, **options)
    for k, (initializer, seed) in enumerate(networks):
        expected_history, expected = fit(initializer, seed, data, **options)
        for got, want in zip(weights[k], expected, strict=True):
            np.testing.assert_allclose(got, want, **CLOSE)
        for name, values in expected_history.items():
            # weights that differ by rounding may answer one image differently whose two best classes all but tie
            near = 1.5 / N if "accuracy" in name else 1e-6
            np.testing.assert_allclose(history[name][k], values, rtol=1e-5, atol=near, err_msg=name)
    return history, weights


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("widths, activation", [
    ((20, 10), "relu"), ((20, 16, 10), "tanh"), ((20, 16, 12, 8, 10), "relu")], ids=str)
def test_weights_and_history_are_those_of_keras_fit(data, widths, activation, optimizer):
    assert_equal_to_keras([("he_normal", 1)], data, widths=widths, activation=activation, optimizer=optimizer)


def test_inputs_that_are_left_out_change_nothing(mostly_empty):
    assert_equal_to_keras([("he_normal", 1)], mostly_empty, widths=(70, 16, 10))


POSITIVE = keras.initializers.RandomUniform(0.01, 0.1)  # outputs above 0, so that ReLU on them is harmless


def test_a_relu_output_is_trained_as_keras_does_and_its_nan_stays_at_home(data):
    networks = [("he_normal", 0), (POSITIVE, 0)]
    history, weights = assert_equal_to_keras(networks, data, widths=(20, 16, 10), output="relu")
    assert np.isnan(history["loss"][0, -1]) and np.isnan(weights[0][0]).any()
    assert np.isfinite(history["loss"][1]).all() and all(np.isfinite(array).all() for array in weights[1])


def test_networks_that_are_all_nan_are_as_in_keras_to_the_last_epoch(data):
    history, weights = assert_equal_to_keras([("he_normal", 0)], data, widths=(20, 16, 10), output="relu", epochs=5)
    assert np.isnan(history["loss"]).all() and all(np.isnan(array).all() for array in weights[0])


@pytest.mark.parametrize("optimizer, rates", [("adam", [1e-4, 1e-3, 1e-2]), ("sgd", [1e-3, 1e-2, 1e-1])])
def test_a_grid_of_learning_rates_is_one_call(data, optimizer, rates):
    networks = [("he_normal", 0), ("glorot_uniform", 0), ("he_normal", 0)]
    _, weights = stack(networks, data, optimizer=optimizer, learning_rate=rates)
    for network, rate, found in zip(networks, rates, weights, strict=True):
        _, expected = fit(*network, data, widths=(20, 16, 10), optimizer=optimizer, learning_rate=rate)
        for got, want in zip(found, expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=0, atol=CLOSE["atol"] * rate / RATE[optimizer] + 1e-6)


def test_neighbours_and_their_order_do_not_matter(data):
    networks = [(name, seed) for seed in (0, 1) for name in ("he_normal", "zeros", "orthogonal", "glorot_uniform",
                                                             "random_normal")]
    history, weights = stack(networks, data)
    for chosen in ([3], [7, 3, 0], list(reversed(range(10)))):
        other_history, other_weights = stack([networks[k] for k in chosen], data)
        for position, k in enumerate(chosen):
            np.testing.assert_allclose(other_history["val_loss"][position], history["val_loss"][k], rtol=1e-5)
            for got, want in zip(other_weights[position], weights[k], strict=True):
                np.testing.assert_allclose(got, want, **CLOSE)


def test_images_with_other_empty_inputs_trace_no_other_program(mostly_empty):
    x, y, validation = mostly_empty
    fewer = np.where(np.arange(70) == 0, 0, x)
    assert fewer.any(axis=0).sum() == x.any(axis=0).sum() - 1
    program, counts = stacked.training("relu", "softmax", "adam", BATCH), []
    for images in (x, fewer):
        stack([("he_normal", 0)], (images, y, validation), widths=(70, 16, 10))
        counts.append(program.experimental_get_tracing_count())
    assert counts[0] == counts[1]


def test_networks_of_one_seed_see_the_same_batches_and_others_do_not(data):
    start = keras.initializers.Constant(0.1)  # the same weights for every seed: only the batches can differ
    _, (first, same, other) = stack([(start, 0), (start, 0), (start, 1)], data)
    # not to the bit: a batched product may add up its terms in another order at another place in the batch
    np.testing.assert_allclose(first[0], same[0], **CLOSE)
    assert np.abs(first[0] - other[0]).max() > 100 * CLOSE["atol"]


def test_groups_hold_one_seed_each_and_every_network_once():
    seeds = [0, 1, 2] * 17 + [3]
    groups = stacked.grouped(seeds)
    assert sorted(sum(groups, [])) == list(range(len(seeds)))
    assert all(len({seeds[k] for k in group}) == 1 and len(group) <= stacked.GROUP for group in groups)


def test_batch_order_is_a_permutation_that_changes_with_seed_and_epoch():
    orders = [stacked.batch_order(seed, epoch, 100) for seed, epoch in [(0, 0), (0, 1), (1, 0), (1, 1)]]
    assert all(sorted(order) == list(range(100)) for order in orders)
    assert len({tuple(order) for order in orders}) == 4


def test_every_layer_and_seed_has_its_own_draw():
    kernels = [kernel for seed in (0, 1) for kernel in stacked.initial_kernels("he_normal", (8, 8, 8, 8), seed)]
    assert len({kernel.tobytes() for kernel in kernels}) == 6


def test_an_initializer_instance_is_drawn_anew_for_every_layer_and_seed():
    rule = keras.initializers.RandomNormal(stddev=0.5, seed=7)
    kernels = [kernel for seed in (0, 1) for kernel in stacked.initial_kernels(rule, (400, 400, 400), seed)]
    assert len({kernel.tobytes() for kernel in kernels}) == 4
    assert [round(float(kernel.std()), 2) for kernel in kernels] == [0.5] * 4


def test_a_list_gives_each_layer_its_rule():
    first, second = stacked.initial_kernels(["ones", keras.initializers.Constant(2.0)], (3, 4, 5), 0)
    assert (first == np.ones((3, 4))).all() and (second == np.full((4, 5), 2)).all()


def test_progress_is_shown_unless_silenced(data, capsys):
    x, y, validation = data
    options = {"widths": (20, 10), "epochs": 3, "batch_size": 256}
    stacked.train([("zeros", 0)], x, y, validation, **options, verbose=False)
    assert capsys.readouterr().out == ""
    stacked.train([("zeros", 0)], x, y, validation, **options)
    assert "3/3" in capsys.readouterr().out


@pytest.mark.parametrize("networks, options, message", [
    ([], {}, "nothing to train"),
    ([("he_norm", 0)], {}, "no initializer of 'he_norm'"),
    ([("constant", 0)], {}, "no initializer of 'constant'"),
    ([(["zeros"], 0)], {}, "2 layers need 2 initializers"),
    ([("zeros", 0)], {"activation": "rellu"}, "'rellu' is no Keras activation"),
    ([("zeros", 0)], {"activation": "softmax"}, "each unit alone"),
    ([("zeros", 0)], {"output": "sofmax"}, "'sofmax' is no Keras activation"),
    ([("zeros", 0)], {"optimizer": "adamw"}, "'adam' or 'sgd'"),
    ([("zeros", 0)], {"widths": (21, 16, 10)}, r"Images must be \(n, 21\)"),
    ([("zeros", 0)], {"widths": (20, 16, 9)}, "integers from 0 to 8"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_mistake_is_one_clear_sentence(data, networks, options, message):
    x, y, validation = data
    with pytest.raises(ValueError, match=message) as error:
        stacked.train(networks, x, y, validation, **{"widths": (20, 16, 10), **options}, verbose=False)
    assert str(error.value).count("\n") == 0
