"""Tables about mixtures of experts. All bands were fixed before our first run."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "smaller_scale_of_switch", "fedus2022", "table 3",
        "With a tenth of the usual variance in all weights a Switch Transformer is better early in training (−2.72 nats against −3.60), and its seeds differ less "
        "(standard deviation 0.01 against 0.68).",
        "An embedding, one block of 8 experts, a head; images of MNIST with one of 8 tags that permute the classes, {steps:,} steps of {batch_size} images (the bands were fixed for 800), "
        "Adam at its best rate for each scale, balance loss.",
        {
            "quality": Band("test loss at the usual variance less that at a tenth, nats", (0.02, ANY), (0, ANY)),
            "spread": Band("standard deviation of the test loss over seeds at the usual variance, over that at a tenth", (2, ANY), (1, ANY)),
        },
        ("mixture_start",), "mixture_of_experts.md", False,
        "With the usual variance no seed of ours was unstable, so there was nothing to repair, and the smaller start loses some steps in growing. The paper's network "
        "is deep and in bfloat16. That a large start is worse we see where the router alone is too large.",
    ),
    Reproduction(
        "balance_losses", "shazeer2017", "table 6",
        "Without a loss on balance the busiest expert gets 17.8 times the mean load, with one 1.07 to 1.47 times; test perplexity is 39.8 without and near 35.6 with any.",
        "The same small mixture, its router by fan_in, with and without Switch's balance loss of weight 0.01.",
        {
            "free": Band("load of the busiest expert over the mean load, without", (2, ANY), (1.5, ANY)),
            "balanced": Band("the same ratio with the balance loss", (1, 1.5), (1, 2)),
            "gain": Band("test error without less that with it, points", (0.2, ANY), (0, ANY)),
        },
        ("mixture_start",), "mixture_of_experts.md", False,
        "Our eight tags are equally frequent and each asks for other answers, so the loss on the classes alone spreads the load from a router by fan_in. Where it does not, "
        "from a router of zeros or of standard deviation 1, the balance loss gains accuracy as well, but the row asks for the router by fan_in.",
    ),
]  # fmt: skip
