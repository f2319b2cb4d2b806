"""Depths and learning rates of the experiment rectifier_depth."""

DEPTHS = [5, 15, 30]  # hidden layers
RATES = {"sgd": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "adam": [0.0001, 0.0003, 0.001, 0.003, 0.01]}
