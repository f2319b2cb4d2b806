"""The grid of the experiment batch_norm_scale, for the experiment, its figure and its claims."""

SCALES = [0.1, 1, 10]  # of the kernels of the hidden layers, relative to He's
RATES = {"sgd": [0.01, 0.1, 1, 3], "adam": [0.001, 0.01]}
