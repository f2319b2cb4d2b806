"""evidence/networks/mixture.py against keras.Model.fit with the chosen expert gathered and the balance loss added, and routing against its closed form."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from evidence.experiments import mixture_load, mixture_start
from evidence.networks import mixture, stack
from evidence.theory import routing
from tests.keras_fit import fit

SHAPE = {"inputs": 12, "width": 8, "experts": 4, "hidden": 3}
STEPS, BATCH, RATE = 50, 16, 0.003


class Experts(keras.layers.Layer):
    """The block of one network in Keras's operations: each image asks for the kernels of its expert alone."""

    def __init__(self, alpha, **options):
        super().__init__(**options)
        self.alpha = alpha

    def build(self, shape):
        width, experts, hidden = (SHAPE[name] for name in ("width", "experts", "hidden"))
        shapes = {"router": (width, experts), "shift": (experts,), "first": (experts, width, hidden), "bias": (experts, hidden), "second": (experts, hidden, width)}
        for name, one in shapes.items():
            setattr(self, name, self.add_weight(shape=one, name=name))

    def call(self, x):
        ops = keras.ops
        h = x / ops.sqrt(ops.mean(x**2, -1, keepdims=True) + mixture.EPSILON)
        p = ops.softmax(h @ self.router + self.shift)
        choice = ops.one_hot(ops.argmax(p, -1), SHAPE["experts"])  # `take` would make the gradients sparse, and Keras's Adam lazy
        self.add_loss(self.alpha * SHAPE["experts"] * ops.sum(ops.mean(choice, 0) * ops.mean(p, 0)))
        first, second = (ops.einsum("be,eij->bij", choice, kernel) for kernel in (self.first, self.second))
        hidden = ops.relu(ops.einsum("bi,bij->bj", h, first) + choice @ self.bias)
        return x + ops.max(p, -1, keepdims=True) * ops.einsum("bi,bij->bj", hidden, second)


def apart(network):
    """The weights of one network, with the experts on an axis of their own, in the order of the Keras model."""
    embedding, router, shift, first, bias, second, head, head_bias = network
    experts = SHAPE["experts"]
    first = first.reshape(len(first), experts, -1).transpose(1, 0, 2)
    return [embedding, router, shift[0], first, bias.reshape(experts, -1), second.reshape(experts, -1, second.shape[1]), head, head_bias[0]]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, STEPS * BATCH).astype("int32")
    x = (rng.normal(size=(10, SHAPE["inputs"]))[y] + rng.normal(size=(len(y), SHAPE["inputs"]))).astype("float32")
    return x, y, rng.permutation(len(y)).reshape(STEPS, BATCH)


@pytest.fixture(scope="module")
def kernels():
    found = {name: kernel / np.sqrt(mixture.fans(name, SHAPE)) for name, kernel in mixture.draws(0, SHAPE).items()}
    return found | {"shift": np.linspace(-0.1, 0.1, SHAPE["experts"])}


@pytest.mark.parametrize("alpha", [0, 0.5])
def test_a_mixture_ends_where_keras_fit_ends_with_the_balance_loss_and_without(alpha, data, kernels):
    x, y, order = data
    weights = mixture.start([kernels, kernels], [alpha, 1 - alpha])
    first = apart([part[0].numpy() for part in weights[:-1]])
    stack.Stack(mixture.forward, weights, [RATE, 10 * RATE]).train(x, y, order)

    layers = [keras.layers.Dense(SHAPE["width"], use_bias=False), Experts(alpha), keras.layers.Dense(10)]
    made = keras.Sequential([keras.Input((SHAPE["inputs"],)), *layers])
    made.set_weights(first)
    made.compile(keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"], jit_compile=False)
    fit(made, x, y, order)
    for ours, theirs in zip(apart([part[0].numpy() for part in weights[:-1]]), made.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 + 0.05 * RATE)


def test_a_router_of_zeros_sends_everything_to_one_expert_and_a_scale_changes_no_choice(data, kernels):
    arms = [kernels | {"router": factor * kernels["router"], "shift": np.zeros(SHAPE["experts"])} for factor in (0, 0.01, 1, 64)]
    shares, gate = mixture.loads(mixture.start(arms, np.zeros(4)), data[0])
    np.testing.assert_array_equal(shares[0], np.eye(SHAPE["experts"])[0])
    np.testing.assert_allclose(shares[1:], np.broadcast_to(shares[2], (3, SHAPE["experts"])), atol=2.5 / len(data[0]))
    assert gate[0] == pytest.approx(1 / SHAPE["experts"]) and (np.diff(gate) > 0).all()


def test_experts_in_use_are_counted_by_the_entropy_of_their_shares():
    shares = [[0.25] * 4, [1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.25, 0.125, 0.125]]
    np.testing.assert_allclose(mixture.in_use(shares), [4, 1, 2, 2**1.75])


def test_a_bias_takes_the_mean_of_each_logit_away(data):
    x = np.random.default_rng(1).random((64, mixture_start.PROTOCOL["inputs"])).astype("float32")
    network = mixture_start.start(0, x, "centred")
    logits = mixture.normalized(x @ network["embedding"]).numpy() @ network["router"] + network["shift"]
    np.testing.assert_allclose(logits.mean(0), 0, atol=1e-5)
    assert (np.abs(network["shift"]) > 0.1).any()


def test_tags_permute_the_classes_and_say_how():
    parts = [(np.zeros((400, 784), "float32"), np.arange(400) % 10)] * 2
    (x, y), (_, other) = mixture_start.tagged(0, parts)
    tags = x[:, -8:].argmax(1)
    assert x.shape == (400, mixture_start.PROTOCOL["inputs"]) and (x[:, -8:].sum(1) == mixture_start.PROTOCOL["tag_value"]).all()
    seen = {(tag, label): number for tag, label, number in zip(tags, np.arange(400) % 10, y, strict=True)}
    assert all(seen[tag, label] == number for tag, label, number in zip(tags, np.arange(400) % 10, y, strict=True))
    assert all(len({number for (tag, _), number in seen.items() if tag == one}) == sum(tag == one for tag, _ in seen) for one in range(8))
    assert (y != other).any()


def test_the_share_of_the_busiest_expert_has_its_limits():
    assert routing.largest_share(0, 8) == pytest.approx(1 / 8, rel=1e-6)
    assert routing.largest_share(0.999, 8) > 0.97
    # two experts: the busier one gets Φ(|a| √(c / (1 − c))) with a normal, whose mean is 1/2 + arctan(√(c / (1 − c))) / π
    for cosine in (0.3, 0.9):
        assert routing.largest_share(cosine, 2) == pytest.approx(0.5 + np.arctan(np.sqrt(cosine / (1 - cosine))) / np.pi, abs=0.005)


@pytest.mark.parametrize("cosine, experts", [(0.2, 4), (0.8, 8)])
def test_the_share_of_the_busiest_expert_is_what_random_routers_give_inputs_of_one_cosine(cosine, experts):
    """Directions that share one part, in 400 dimensions, where two drawn parts are nearly orthogonal."""
    rng = np.random.default_rng(0)
    x = np.sqrt(1 - cosine) * rng.normal(size=(1000, 400)) + np.sqrt(cosine) * rng.normal(size=400)
    shares = [np.bincount((x @ rng.normal(size=(400, experts))).argmax(1)).max() / len(x) for _ in range(100)]
    assert routing.largest_share(cosine, experts) == pytest.approx(np.mean(shares), abs=4 * np.std(shares) / 10)


def test_the_cosine_asked_of_inputs_is_the_mean_over_pairs():
    h = np.random.default_rng(0).normal(size=(20, 5)) + 1
    unit = tf.math.l2_normalize(h, 1).numpy()
    pairs = [unit[i] @ unit[j] for i, j in itertools.permutations(range(20), 2)]
    assert mixture_load.asked(h, np.random.default_rng(0))["cosine"][0] == pytest.approx(np.mean(pairs))
