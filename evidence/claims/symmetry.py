"""Claims of the chapter Zeros and constants."""

import numpy as np

from evidence.readings.claim import claim, swap
from evidence.readings.intervals import interval, paired_difference
from evidence.readings.numbers import below, fixed, percent, points, word
from evidence.readings.zero_start import hidden_states


def accuracy(quantities):
    """Test accuracy after the last epoch, printed in per cent with its interval."""
    return percent(quantities["test_accuracy"][:, -1])


def states(runs, arm):
    """What became of each hidden kernel of an arm of zero_start, first to last."""
    return hidden_states(runs["zero_start"][arm])


def epochs(runs, experiment="zero_start"):
    """How many epochs an experiment trains, in words."""
    return word(runs[experiment].protocol["epochs"])


@claim(refuted_by=swap("zero_start", "relu_zeros_two", "relu_glorot_uniform_two"))
def zeros_freeze_the_kernels(runs):
    """With ReLU or tanh and every kernel at zero, no kernel weight changed by any amount in {epochs} epoch of Adam over all images,
    in any of {seeds} seeds, with one hidden layer or with two."""
    arms = [f"{activation}_zeros_{depth}" for activation in ("relu", "tanh") for depth in ("one", "two")]
    moved = [runs["zero_start"][arm]["moved"] for arm in arms]
    assert all((one == 0).all() for one in moved)
    return {"epochs": epochs(runs), "seeds": word(len(moved[0]))}


@claim(refuted_by=swap("zero_start", "relu_zeros_two", "sigmoid_zeros_two"))
def zeros_learn_the_class_prior(runs):
    """The probabilities that such a network gives to every image after {epochs} epoch differ from the digits' shares in the training set
    by at most {gap} percentage points, in any seed."""
    bias = runs["zero_start"]["relu_zeros_two"]["output_bias"]
    predicted = np.exp(bias) / np.exp(bias).sum(axis=1, keepdims=True)
    gap = np.abs(predicted - runs["class_prior"]["train"]["share"]).max()
    assert gap < 0.01
    assert (runs["zero_start"]["relu_zeros_two"]["moved"] == 0).all()
    return {"epochs": epochs(runs), "gap": fixed(100 * gap, 2)}


@claim(refuted_by=swap("mnist_shootout", "zeros", "constant"))
def zeros_always_answer_one(runs):
    """From zeros, all {seeds} runs of {epochs} epochs end at a test accuracy of {accuracy}, the share of ones in the test set to the last
    digit, and at a test loss of {loss}, less than {gap} from what always predicting the training shares costs."""
    zeros, prior = runs["mnist_shootout"]["zeros"], runs["class_prior"]
    assert np.abs(zeros["test_accuracy"][:, -1] - prior["test"]["share"][0, 1]).max() < 1e-6
    gap = np.abs(zeros["test_loss"][:, -1] - prior["prediction"]["test_loss"][0, 0]).max()
    assert gap < 0.001
    loss = interval(zeros["test_loss"][:, -1])
    return {
        "seeds": word(len(zeros["test_loss"])),
        "epochs": epochs(runs, "mnist_shootout"),
        "accuracy": fixed(zeros["test_accuracy"][0, -1]),
        "loss": fixed(loss.mean),
        "gap": below(0.001),
    }


@claim(refuted_by=swap("zero_start", "sigmoid_zeros_two", "sigmoid_glorot_uniform_two"))
def sigmoid_zeros_move_as_copies(runs):
    """With sigmoid every kernel moves from zero, but the units of a hidden layer stay copies of each other: the second
    singular value of each hidden kernel is below {ratio} of the first, and the test accuracy is {accuracy} after an epoch."""
    quantities = runs["zero_start"]["sigmoid_zeros_two"]
    assert states(runs, "sigmoid_zeros_two") == ["copies", "copies"]
    assert quantities["rank_ratio"][:, :2].max() < 1e-5  # the rounding of float32; where copies round alike, far less
    return {"ratio": below(1e-5), "accuracy": accuracy(quantities)}


@claim(refuted_by=swap("zero_start", "tanh_zeros_hidden_one", "tanh_zeros_hidden_two"))
def one_zero_layer_escapes(runs):
    """One hidden tanh layer that starts at zero under a random output layer trains: it reaches {zero} in {epochs} epoch of all images, against
    {glorot} with Glorot uniform in both layers."""
    zero, glorot = (runs["zero_start"][f"tanh_{start}_one"] for start in ("zeros_hidden", "glorot_uniform"))
    assert states(runs, "tanh_zeros_hidden_one") == ["distinct"]
    assert interval(zero["test_accuracy"][:, -1]).low > 0.9
    return {"epochs": epochs(runs), "zero": accuracy(zero), "glorot": accuracy(glorot)}


@claim(refuted_by=swap("zero_start", "tanh_zeros_hidden_two", "tanh_zeros_hidden_one"))
def two_zero_layers_do_not_escape(runs):
    """Two hidden tanh layers that start at zero under the same random output layer do not: neither hidden kernel moves
    at all, and after the epoch all images get one answer: the test accuracy is {accuracy}, the share of a digit."""
    assert states(runs, "tanh_zeros_hidden_two") == ["frozen", "frozen"]
    values = runs["zero_start"]["tanh_zeros_hidden_two"]
    shares = runs["class_prior"]["test"]["share"][0]
    assert np.abs(values["test_accuracy"][:, -1, None] - shares).min(axis=1).max() < 1e-6
    return {"accuracy": accuracy(values)}


@claim(refuted_by=swap("zero_start", "relu_zeros_hidden_one", "relu_glorot_uniform_one"))
def relu_never_leaves_zero(runs):
    """A hidden ReLU layer whose kernel and biases start at zero stays there under a random output layer: its kernel does not
    move, with one hidden layer or with two."""
    assert states(runs, "relu_zeros_hidden_one") == ["frozen"]
    assert states(runs, "relu_zeros_hidden_two") == ["frozen", "frozen"]


@claim(refuted_by=swap("zero_start", "sigmoid_constant_hidden_two", "sigmoid_constant_hidden_one"))
def symmetry_breaks_in_the_layer_below_randomness(runs):
    """Under a random output layer the units of the hidden layer directly below it come apart, with every activation if
    it is the only one; with two hidden ReLU or sigmoid layers the first stays a layer of copies."""
    assert all(states(runs, f"{a}_constant_hidden_one") == ["distinct"] for a in ("relu", "tanh", "sigmoid"))
    assert all(states(runs, f"{a}_constant_hidden_two") == ["copies", "distinct"] for a in ("relu", "sigmoid"))


@claim(refuted_by=swap("zero_start", "regression_zeros", "relu_zeros_one"))
def regression_may_start_at_zero(runs):
    """Softmax regression started from zeros reaches {zeros} in {epochs} epoch of all images, and from Glorot uniform {glorot}; the paired
    difference is {gap} percentage points."""
    zeros, glorot = (runs["zero_start"][f"regression_{start}"] for start in ("zeros", "glorot_uniform"))
    gap = paired_difference(zeros["test_accuracy"][:, -1], glorot["test_accuracy"][:, -1])
    assert interval(zeros["test_accuracy"][:, -1]).low > 0.85 and abs(gap.mean) < 0.01
    return {"epochs": epochs(runs), "zeros": accuracy(zeros), "glorot": accuracy(glorot), "gap": points(gap)}


@claim(refuted_by=swap("mnist_shootout", "constant", "glorot_uniform"))
def constants_cap_the_network(runs):
    """With every weight at one tenth the network of this book reaches {accuracy} in {epochs} epochs, far from the {glorot} of
    Glorot uniform, because each hidden layer works as a single unit."""
    constant, glorot = (runs["mnist_shootout"][arm] for arm in ("constant", "glorot_uniform"))
    assert interval(constant["test_accuracy"][:, -1]).high < 0.5 < interval(glorot["test_accuracy"][:, -1]).low
    assert states(runs, "relu_constant_two") == ["copies", "copies"]
    return {"epochs": epochs(runs, "mnist_shootout"), "accuracy": accuracy(constant), "glorot": accuracy(glorot)}

