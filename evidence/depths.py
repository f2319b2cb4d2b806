"""The grid of the experiment depth_shootout."""

DEPTHS = [2, 10, 30]  # hidden layers
ACTIVATIONS = ["relu", "tanh"]
RATES = {"sgd": [0.01, 0.05, 0.3], "adam": [0.001]}
WIDTH = 64
