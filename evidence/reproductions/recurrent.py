"""Figures about recurrent networks."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "chrono_biases", "tallec2018", "abstract",
        "Gate biases drawn for the range of the dependencies greatly help to learn long ones.",
        "An untrained LSTM of 64 units, how much gradient of the cell state the forget gates pass over 50 and 400 steps: "
        "from b = ln u, u uniform up to the range, exp(−2 / v) averaged over v in (0, 1) leaves a root mean square of 0.19.",
        {
            "left": Band("root mean square that the forget gates leave after 400 steps", (0.1, 0.35), (0.02, 1)),
            "range": Band("that after 400 steps over that after 50, each drawn for its range", (0.5, 2), (0.1, 10)),
            "gain": Band("powers of ten more than from a forget bias of one, after 400 steps", (10, ANY), (1, ANY)),
        },
        ("forget_gate",), "biases.md", True,
    ),
    Reproduction(
        "identity_recurrence", "le2015", "abstract",
        "A ReLU network whose recurrent kernel starts as the identity is comparable to an LSTM.",
        "MNIST row by row, a small budget, each at its best rate.",
        {"lead": Band("test accuracy less that of the LSTM, points", (-2, ANY), (-10, ANY))},
        ("recurrent_rows",), "recurrent.md", False,
        "It learns, and is behind the LSTM after some hundred steps. Keras's own example of the paper, pixel by pixel, runs for hundreds of epochs.",
    ),
    Reproduction(
        "forget_bias_of_one", "jozefowicz2015", "abstract",
        "A bias of 1 at the forget gate closes the gap between LSTM and GRU.",
        "MNIST row by row, a small budget, each at its best rate.",
        {
            "gap": Band("test accuracy of the GRU less that of the LSTM with a forget bias of 0, points", (1, ANY)),
            "closed": Band("share of that gap that a bias of 1 closes", (0.5, ANY)),
            "gain": Band("gain from a bias of 1 over one of 0, points", (0.3, ANY), (0.3, ANY)),
        },
        ("recurrent_rows",), "recurrent.md", False,
        "A bias of 1 gains, and closes only part of the gap to the GRU in these hundreds of steps. Perhaps the 28 rows of an image ask for too little memory; we have not tried "
        "longer sequences with all three.",
    ),
]  # fmt: skip
