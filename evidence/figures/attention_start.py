"""The entropy of attention at the start by the spread of its scores, beside the derivation."""

import numpy as np

from evidence.readings.intervals import interval
from evidence.theory import softmax

SIZE = (5.8, 3.2)
ALT = (
    "Entropy of attention by the standard deviation of the scores, for 16 keys and for 256. Both begin level at the logarithm of the number of keys, "
    "bend down near spread one, and approach zero; dots lie on the lines. Dashed parabolas follow them until a spread of about two"
)


def draw(fig, runs, palette):
    """x: standard deviation of the scores, logarithmic; y: entropy in nats; dots: means of seeds; line: derived; dashed: ln n - s²/2."""
    ax, arms = fig.subplots(), runs["attention_start"]
    protocol = arms.protocol
    x = np.geomspace(protocol["scores"][0], protocol["scores"][-1], 40)
    for keys, color in zip(protocol["keys"], ("lecun", "he"), strict=True):
        found = interval(np.stack([arms[f"scores_{spread}_{keys}"]["entropy"][:, 0] for spread in protocol["scores"]], 1))
        ax.plot(x, [softmax.entropy(spread, keys) for spread in x], color=palette.family[color], linewidth=1.5)
        small = x[x < softmax.frozen(keys)]
        ax.plot(small, np.log(keys) - small**2 / 2, color=palette.family[color], linewidth=1, linestyle="--")
        ax.errorbar(protocol["scores"], found.mean, yerr=found.half, fmt="o", color=palette.family[color], markersize=5)
        ax.annotate(f"{keys} keys", (x[0], np.log(keys)), (2, 6), textcoords="offset points", color=palette.family[color])
    ax.set(xscale="log", ylim=(0, 6.2), xlabel="Standard deviation of the scores", ylabel="Entropy (nats)")
    ax.set_xticks(protocol["scores"], [f"{spread:g}" for spread in protocol["scores"]])
    ax.minorticks_off()
    ax.grid(axis="y")
