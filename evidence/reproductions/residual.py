"""Figures about residual networks."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "rezero_trains_deep", "bachlechner2021", "abstract",
        "With a factor of zero at each branch, fully connected networks of thousands of layers train, and soon.",
        "64 residual blocks of two dense layers of 32 units, {training[steps]} steps of SGD, each at its best rate.",
        {
            "rezero": Band("test accuracy with the factor", (0.5, 1), (0.3, 1)),
            "lead": Band("lead over plain He, points", (20, ANY), (5, ANY)),
        },
        ("residual_starts",), "residual.md", True,
    ),
    Reproduction(
        "fixup_updates_alike", "zhang2019", "its goal, as section 4.3 of Wang et al. 2022 quotes it",
        "Fixup's start makes the output change by as much in one SGD step whatever the depth.",
        "4 and 64 residual blocks of two dense layers of 64 units, one step at a rate of 0.01.",
        {
            "fixup": Band("change of the logits with 64 blocks over that with 4", (1 / 3, 3), (0.1, 10)),
            "he": Band("doublings of the logits' size from 4 blocks to 64 under He's rule in every layer", (20, ANY)),
        },
        ("fixup_depth",), "residual.md", True,
    ),
    Reproduction(
        "fixup_replaces_normalization", "zhang2019", "abstract",
        "Residual networks train from Fixup's start as stably as with normalization.",
        "The deepest residual network of 3×3 convolutions that we train on 14×14 pixels, a small budget, each at its best rate.",
        {
            "normalized": Band("test accuracy less that with batch normalization, points", (-5, ANY)),
            "plain": Band("test accuracy less that of plain He without normalization, points", (5, ANY), (2, ANY)),
        },
        ("residual_convolutions",), "residual.md", False,
    ),
    Reproduction(
        "zero_gamma", "goyal2017", "table 2b",
        "γ = 0 in the last batch normalization of each block: the top-1 error falls from 23.84 to 23.60 per cent (batch 256) and from 24.11 to 23.74 (8k).",
        "A residual network of 3×3 convolutions with batch normalization on 14×14 pixels, a small budget, each at its best rate.",
        {"gain": Band("test accuracy with γ = 0 less that with γ = 1, points", (0.1, ANY), (-0.3, ANY))},
        ("residual_convolutions",), "residual.md", False,
        why="This is a lead after {steps} steps. Followed for longer it does not last, as the chapter shows.",
    ),
]  # fmt: skip
