"""Learning curves of recurrent networks that must remember a digit for fifty steps, by their start."""

from evidence.readings import rates

SIZE = (6.6, 3.7)
ALT = (
    "Test accuracy by training steps in three panels. Simple layers: tanh with an orthogonal kernel and ReLU with the identity climb together, tanh with Glorot's "
    "below them, and ReLU with an orthogonal kernel and PyTorch's start lie flat at one in ten. LSTM: chrono biases climb high, a forget bias of one stays low, "
    "of zero mostly flat. GRU: chrono biases climb at once and together, Keras's default later, and its seeds lie far apart"
)
PANELS = {
    "Simple": {
        "tanh_orthogonal": ("orthogonal", "-", "tanh, orthogonal"),
        "tanh_glorot_uniform": ("glorot", "-", "tanh, Glorot"),
        "tanh_torch": ("fixed", "-", "tanh, PyTorch"),
        "relu_identity": ("constant", (0, (3, 2)), "ReLU, identity"),
        "relu_orthogonal": ("orthogonal", (0, (3, 2)), "ReLU, orthogonal"),
    },
    "LSTM": {
        "lstm_chrono": ("lecun", "-", "chrono"),
        "lstm_keras": ("he", "-", "forget bias 1"),
        "lstm_forget_zero": ("constant", "-", "forget bias 0"),
    },
    "GRU": {"gru_chrono": ("lecun", "-", "chrono"), "gru_keras": ("he", "-", "Keras's default")},
}


def draw(fig, runs, palette):
    """Panels: kinds; x: training steps; y: test accuracy in per cent, each seed thin and the mean thick, each start at its best rate."""
    arms = runs["recurrent_wait"]
    axes = fig.subplots(1, len(PANELS), sharey=True)
    for ax, (title, shown) in zip(axes, PANELS.items(), strict=True):
        for stem, (family, dash, label) in shown.items():
            curve = 100 * rates.best(arms, stem)["test_accuracy"]
            style = {"color": palette.family[family], "linestyle": dash}
            ax.plot(arms.protocol["steps"], curve.T, **style, linewidth=0.6, alpha=0.5)
            ax.plot(arms.protocol["steps"], curve.mean(0), **style, linewidth=2.2, label=label)
        ax.set(title=title, ylim=(0, 100), xlim=(0, None), xticks=[0, 200, 400])
        ax.grid(axis="y")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), fontsize=9)
    axes[0].set_ylabel("Test accuracy (%)")
    axes[1].set_xlabel(f"Steps of {arms.protocol['batch_size']} images")
