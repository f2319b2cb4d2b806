"""Figures about width and fine-tuning. All bands were fixed before our first run."""

from evidence.readings.reproduction import ANY, Band, Reproduction

ROWS = [
    Reproduction(
        "rate_across_widths", "yang2022", "figures 1 and 3",
        "From width 256 to 8,192 the best rate of a dense network falls by about ten times in the standard parametrization, and stays in the maximal update one; "
        "for transformers with Adam alike.",
        "Dense ReLU networks with three hidden layers of 32 to 512 units, Adam, {steps} steps on images that come once, loss on test images.",
        {
            "standard": Band("octaves by which the best rate falls from the smallest width to the largest, standard", (1, ANY)),
            "mup": Band("the same under μP", (-1, 1)),
            "contrast": Band("the first less the size of the second", (0.5, ANY), (0.5, ANY)),
        },
        ("width_transfer",), "mup.md", False,
    ),
    Reproduction(
        "wider_is_better", "yang2022", "figure 3 and section 4",
        "At a fixed rate the training loss never gets worse with width in the maximal update parametrization; in the standard one it does.",
        "The same networks: each width beside half of it, under μP at each rate up to the best, in the standard parametrization at all rates.",
        {
            "mup": Band("share of the pairs in which the wider network has the lower loss, μP", (0.9, 1), (0.75, 1)),
            "standard": Band("the same share, standard, over all rates", (0, 0.9)),
        },
        ("width_transfer",), "mup.md", False,
    ),
    Reproduction(
        "lora_start", "hayou2024", "abstract and figure 1",
        "A random A with B = 0 stands larger rates than a random B with A = 0, and does better on average.",
        "A dense network trained on digits, adapted with rank 4 to digits turned by 90 degrees.",
        {
            "rate": Band("octaves by which the largest rate that lowers the loss is larger for a random A", (1, ANY), (0.5, ANY)),
            "lead": Band("test accuracy at the best rate less that of a random B, points", (0, ANY)),
        },
        ("lora_start",), "finetuning.md", False,
        why="We ask with Adam, the paper's optimizer. It divides by the size of the gradient, so that after some steps little is left of how "
        "large A was drawn. With SGD a random A does stand larger rates, and a B drawn as small as A does too.",
    ),
]  # fmt: skip
