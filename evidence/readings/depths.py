"""The grid of the experiment depth_shootout."""

DEPTHS = [2, 10, 30]  # hidden layers
ACTIVATIONS = ["relu", "tanh"]
RATES = {  # by hidden layers: deeper networks want smaller ones
    "sgd": {2: [0.03, 0.1, 0.3, 1.0], 10: [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], 30: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]},
    "adam": {2: [0.001, 0.003, 0.01, 0.03], 10: [0.0003, 0.001, 0.003, 0.01, 0.03], 30: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]},
}
WIDTH = 64
