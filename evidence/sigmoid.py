"""The arms of the experiment sigmoid_start, and what its record says about them."""

import numpy as np

STARTS = {  # by hidden layers
    5: ["glorot_uniform", "four_glorot", "kumar", "ten"],
    15: ["glorot_uniform", "four_glorot", "ten"],
}
RATES = {"sgd": [0.1, 0.3, 1.0], "adam": [0.001, 0.003, 0.01]}
STEPS = 50  # between two tests
GOAL = 0.8  # test accuracy


def steps(arm):
    """Steps until the test accuracy first reaches GOAL, (seeds,), infinite where it never does in the budget."""
    reached = arm["test_accuracy"] >= GOAL
    return np.where(reached.any(axis=1), STEPS * (reached.argmax(axis=1) + 1), np.inf)


def best(runs, start, optimizer, depth):
    """The arm of a start at the rate with the smallest median of steps, then the highest mean accuracy at the end."""
    arms = [runs["sigmoid_start"][f"{start}_{optimizer}_{depth}_{rate}"] for rate in RATES[optimizer]]
    return min(arms, key=lambda arm: (np.median(steps(arm)), -arm["test_accuracy"][:, -1].mean()))
