"""How much gradient reaches the earlier states of untrained recurrent networks, by their kernels and their biases."""

import numpy as np

SIZE = (6.6, 3.7)
ALT = (
    "Two panels: gradient by steps back on a logarithmic axis. Left, simple layers: tanh with orthogonal or Glorot kernels and ReLU with the identity stay near one, "
    "ReLU with an orthogonal kernel falls by several powers of ten, PyTorch's start by about twelve. Right, gates: with chrono biases LSTM and GRU stay above "
    "one tenth, Keras's LSTM falls by about four powers, its GRU and PyTorch's LSTM by about ten"
)
PANELS = {
    "One kernel": {
        "tanh_orthogonal": ("orthogonal", "-", "tanh, orthogonal"),
        "tanh_glorot_uniform": ("glorot", "-", "tanh, Glorot"),
        "tanh_torch": ("fixed", "-", "tanh, PyTorch"),
        "relu_identity": ("constant", (0, (3, 2)), "ReLU, identity"),
        "relu_orthogonal": ("orthogonal", (0, (3, 2)), "ReLU, orthogonal"),
    },
    "Gates": {
        "lstm_chrono": ("lecun", "-", "LSTM, chrono"),
        "gru_chrono": ("lecun", (0, (3, 2)), "GRU, chrono"),
        "lstm_keras": ("he", "-", "LSTM, Keras"),
        "gru_keras": ("he", (0, (3, 2)), "GRU, Keras"),
        "lstm_torch": ("fixed", "-", "LSTM, PyTorch"),
        "gru_torch": ("fixed", (0, (3, 2)), "GRU, PyTorch"),
    },
}


def draw(fig, runs, palette):
    """x: steps back; y: log10 of the gradient of the last state, means of seeds; dashed: ReLU on the left, GRU on the right."""
    arms = runs["recurrent_gradient"]
    lags = np.arange(1, arms.protocol["lags"] + 1)
    axes = fig.subplots(1, 2, sharey=True)
    for ax, (title, shown) in zip(axes, PANELS.items(), strict=True):
        for arm, (family, dash, label) in shown.items():
            ax.plot(lags, arms[arm]["left"].mean(0), color=palette.family[family], linestyle=dash, label=label)
        ax.set(xlabel="Steps back", title=title, ylim=(-13, 0.5), xticks=[1, 10, 20, 30, 40, 50])
        ax.grid(axis="y")
        ax.legend(loc="lower left", fontsize=9)
    powers = [0, -3, -6, -9, -12]
    axes[0].set_yticks(powers, ["1" if power == 0 else f"$10^{{{power}}}$" for power in powers])
    axes[0].set_ylabel("Gradient left")
