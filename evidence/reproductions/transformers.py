"""Figures about transformers. All bands were fixed before our first run."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "post_ln_gradients", "xiong2020", "figures 3a and 3b",
        "Before training, the gradients of the feed-forward kernels grow with the layer's index under post-LN, and are about equal under pre-LN.",
        "A small transformer of 4 to 12 blocks on patches of MNIST before training.",
        {
            "post": Band("gradient of the last block's second feed-forward kernel over the first block's, post-LN", (1.5, ANY)),
            "pre": Band("the same ratio under pre-LN", (0.5, 2)),
            "contrast": Band("the first ratio over the second", (1.5, ANY), (1.2, ANY)),
        },
        ("transformer_start",), "transformers.md", False,
        "With normalization before the branches our gradient falls toward the output, since the stream that enters the first block is small beside what the blocks add: "
        "in a trial with larger patch embeddings, which is not on record, the gradients came near level. Why those of post-LN grow so little we do not know.",
    ),
    Reproduction(
        "gradients_by_depth", "xiong2020", "figures 3c and 3d",
        "From 6 to 14 layers the gradient of the last feed-forward kernel stays near 1.6 under post-LN, and falls under pre-LN, by theory as one over the root of the depth.",
        "A small transformer of 2 to 24 blocks on patches of MNIST before training.",
        {
            "post": Band("power of the depth with which that gradient changes under post-LN", (-0.2, 0.2)),
            "pre": Band("the same power under pre-LN; theory −1/2", (-0.75, -0.25)),
            "contrast": Band("the second power less the first", (-ANY, -0.2), (-ANY, -0.1)),
        },
        ("transformer_start",), "transformers.md", False,
    ),
    Reproduction(
        "warm_up", "xiong2020", "sections 3 and 4",
        "Post-LN needs warm-up, and pre-LN does not.",
        "A small transformer on patches of MNIST, Adam, with and without warm-up, each at its best rate.",
        {
            "post": Band("gain in test accuracy from warm-up under post-LN, points", (2, ANY)),
            "pre": Band("the same gain under pre-LN", (-2, 2)),
            "contrast": Band("the first gain less the second", (2, ANY), (1, ANY)),
        },
        ("transformer_training", "transformer_warm_up"), "transformers.md", False,
        "A hundred of our three hundred steps pass below the rate, a larger part than in a long training. With pre-LN that shows as a small loss, within the "
        "noise of five seeds.",
    ),
    Reproduction(
        "scaled_residuals", "radford2019", "section 2.3",
        "The weights that end residual branches are divided by √N to account for what accumulates over N layers.",
        "A small pre-LN transformer of 2 to 24 blocks before training, c / √d elsewhere.",
        {
            "flat": Band("power of the depth with which the mean square that the branches add grows without the scale; theory 1", (0.7, 1.3), (0.4, 1.6)),
            "scaled": Band("the same power with it; theory 0", (-0.3, 0.3), (-0.4, 0.4)),
        },
        ("transformer_start",), "transformers.md", False,
    ),
    Reproduction(
        "flat_start_of_olmo", "walsh2025", "figure 5",
        "From a flat start activations grow less per layer, in the size of the exponent, than from a start that scales outputs down by depth.",
        "A small pre-LN transformer before training, flat against 1 / √(2N) on residual outputs; the paper's older start divided by √(2 d · layer).",
        {"difference": Band("size of the growth exponent per layer with scaled outputs less that of the flat start", (0.005, ANY), (0, ANY))},
        ("transformer_start",), "transformers.md", False,
        "The paper compared its flat start with another than ours: there layer l had its outputs divided by √(2 d l). Ours is GPT-2's 1 / √(2N), which is "
        "made to keep the stream.",
    ),
    Reproduction(
        "deepnorm", "wang2022", "figures 3c and 5",
        "A post-LN transformer of 18 and 18 layers does not converge; DeepNorm's updates stay small at any depth, and it trains as stably as pre-LN.",
        "The deepest small transformer that we train on patches of MNIST, Adam without warm-up, each at its best rate.",
        {
            "post": Band("test accuracy less that of post-LN, points", (1, ANY), (0, ANY)),
            "pre": Band("test accuracy less that of pre-LN, points", (-1, ANY)),
        },
        ("transformer_training",), "transformers.md", False,
        "At the rate that validates best a seed of DeepNorm ends with one answer for all images. At this budget, a few hundred steps, pre-LN from Glorot's "
        "variance is ahead of both; the paper compares trainings to the end.",
    ),
    Reproduction(
        "rank_collapse", "dong2021", "abstract",
        "Attention without skips and MLPs goes to rank one doubly exponentially with depth; skips and MLPs stop it.",
        "Stacks of random attention layers, forward only; the rest is what remains of the tokens without their mean, relative to all.",
        {
            "pure": Band("power of ten of the rest after six layers of attention alone", (-ANY, -6), (-ANY, -2)),
            "skips": Band("the same with skips and MLPs", (-1, 0), (-1, 0)),
            "faster": Band("powers of ten lost from layer 2 to 3 over those from layer 1 to 2, attention alone", (1.5, ANY)),
        },
        ("attention_start",), "attention.md", False,
    ),
    Reproduction(
        "embeddings_against_spikes", "takase2025", "abstract and figure 1",
        "Loss spikes go with growing gradients; small sublayers and a large shortcut, which larger embeddings give, prevent them.",
        "A small decoder on MNIST as tokens, embeddings with a spread of 0.02 and of 1, Adam.",
        {
            "gradient": Band("gradient of the blocks before training at a spread of 0.02 over that at 1", (3, ANY), (1.2, ANY)),
            "loss": Band("loss at the largest rate of the grid at a spread of 0.02 less that at 1, nats", (0.02, ANY)),
        },
        ("embedding_gradient", "embedding_training"), "attention.md", False,
        "In ours the layers add as much as large embeddings carry. With branches divided by √(2N), as GPT-2 has them, the gradients differ by more than "
        "the band asks for; the small version did not have that scale.",
    ),
    Reproduction(
        "attention_logits", "wortsman2024", "figure 1",
        "Normalized queries and keys let a transformer train over three orders of magnitude of learning rate.",
        "A small decoder on MNIST as tokens, the largest scale of queries and keys that we train, with and without the normalization.",
        {"sensitivity": Band("mean loss above the best over the grid of rates, with the normalization over without", (0, 0.7), (0, 0.95))},
        ("attention_training",), "attention.md", False,
    ),
]  # fmt: skip
