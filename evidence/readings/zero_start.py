"""What became of a layer's units, read off the record of the experiment zero_start."""

COPIES = 1e-5  # rows of a kernel whose weights differ by less are equal up to the rounding of float32 sums


def hidden_states(quantities):
    """State of every hidden kernel of an arm, first to last."""
    return [state(quantities, layer) for layer in range(quantities["moved"].shape[1] - 1)]


def state(quantities, layer):
    """"frozen", "copies" or "distinct": what one kernel of an arm did.

    quantities: one arm's {"moved" and "spread": (seeds, kernels) float}. "frozen": no weight ever changed;
    "copies": it changed, and all its units are still equal; "distinct": it changed and units differ.
    Where seeds disagree, all that occur: "copies or distinct".
    """
    states = {
        "frozen" if moved == 0 else "copies" if spread < COPIES else "distinct"
        for moved, spread in zip(quantities["moved"][:, layer], quantities["spread"][:, layer], strict=True)
    }
    return " or ".join(sorted(states))
