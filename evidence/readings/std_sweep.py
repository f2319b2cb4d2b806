"""The grid of the experiment std_sweep, for the experiment, its figure and its claims."""

STDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
DEPTHS = [1, 2, 4, 8, 16]  # hidden layers
WIDTH = 64
RULES = {"relu": "he_normal", "tanh": "glorot_normal"}  # the rule that was derived for the activation
