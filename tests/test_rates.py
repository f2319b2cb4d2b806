"""A learning rate is chosen on validation images, and from a grid that is wide enough."""

import numpy as np
import pytest

from evidence import mnist
from evidence.engine import record
from evidence.networks import trials
from evidence.readings import rates

RUNS = record.runs()


def arm(accuracy):
    return {"val_accuracy": np.full((5, 1), accuracy), "test_accuracy": np.zeros((5, 3))}


def test_the_best_rate_is_that_of_the_validation_images_and_of_equals_the_lowest():
    arms = {"he_0.3": arm(0.5), "he_0.1": arm(0.9), "he_0.03": arm(0.9), "he_big_1.0": arm(1.0)}
    arms["he_0.3"]["test_accuracy"][:] = 1
    assert rates.best_rate(arms, "he") == 0.03
    assert rates.best(arms, "he") is arms["he_0.03"]
    assert list(rates.grid(arms, "he")) == [0.03, 0.1, 0.3]


def test_where_a_validation_loss_is_recorded_it_chooses_and_one_that_is_no_number_never_does():
    losses = {0.1: 1.2, 0.3: 1.1, 1.0: float("nan")}
    arms = {f"he_{rate}": arm(0.9 - rate / 2) | {"val_loss": np.full((5, 1), loss)} for rate, loss in losses.items()}
    assert rates.best_rate(arms, "he") == 0.3


def test_a_stem_without_rates_is_a_mistake():
    with pytest.raises(KeyError, match="glorot_<rate>"):
        rates.grid({"he_0.1": arm(0.5)}, "glorot")


@pytest.mark.parametrize("accuracies, named", [([0.9, 0.5, 0.4], {"he": 0.1}), ([0.4, 0.5, 0.9], {"he": 1.0}),
                                               ([0.4, 0.9, 0.5], {}), ([0.11, 0.1, 0.1], {})])  # fmt: skip
def test_a_best_rate_at_the_end_of_its_grid_is_named_unless_nothing_learns(accuracies, named):
    arms = {f"he_{rate}": arm(accuracy) for rate, accuracy in zip((0.1, 0.3, 1.0), accuracies, strict=True)}
    assert rates.at_an_end(arms) == named


@pytest.mark.parametrize("name", RUNS)
def test_no_best_rate_of_a_result_lies_at_the_end_of_its_grid(name):
    assert rates.at_an_end(RUNS[name]) == {}, f"widen the grid of {name}"


def test_the_test_images_choose_nothing():
    rng = np.random.default_rng(0)
    images = rng.random((3, 64, 20), "float32")
    labels = images[:, :, :10].argmax(2).astype("int32")
    training, validation, test = zip(images, labels, strict=True)
    noise = rng.random((64, 20), "float32"), rng.integers(0, 10, 64).astype("int32")
    networks, setting = [("he_normal", 0), ("glorot_normal", 0)], {"widths": (20, 16, 10), "batch_size": 8, "epochs": 2}
    one, other = (trials.trials(networks, training, validation, some, **setting) for some in (test, noise))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a["val_accuracy"], b["val_accuracy"], atol=1 / 64)
        assert a["test_accuracy"].shape == (2,) and not np.allclose(a["test_loss"], b["test_loss"])


def test_scores_are_those_of_the_training(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.random((64, 20), "float32"), rng.integers(0, 10, 64).astype("int32")
    found = trials.trials([("he_normal", seed) for seed in range(9)], (x, y), (x, y), (x, y), widths=(20, 16, 10), epochs=1)
    assert [one["val_accuracy"][0] for one in found] == pytest.approx([one["test_accuracy"][-1] for one in found], abs=1e-6)


def test_the_three_parts_of_a_split_share_no_image(monkeypatch):
    def numbered(n):
        return np.arange(n, dtype="float32")[:, None], np.arange(n) % 10

    monkeypatch.setattr(mnist, "pixels", lambda: (numbered(600), numbered(100)))
    (x, y), (x_val, _), (x_test, _) = mnist.split(3, 500, 100, 20)
    assert len(np.unique(np.concatenate([x, x_val]))) == 600 and len(x_test) == 20
    assert (x[:, 0] % 10 == y).all()
    assert not np.array_equal(x, mnist.split(4, 500, 100, 20)[0][0])
    with pytest.raises(ValueError, match="more than the 600"):
        mnist.split(0, 501, 100)
