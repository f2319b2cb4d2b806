"""What papers say of the start of architectures in the census, where it was looked up, beside what the library draws."""

from typing import NamedTuple


class Said(NamedTuple):
    """The standard deviation of a paper's matrices, and by which power of twice the layers it divides residual outputs."""

    std: float
    depth: float
    key: str  # in docs/references.bib
    words: str  # in our own


PAPERS = {
    "gpt2": Said(0.02, 0.5, "radford2019", "residual layers divided by the root of their number; 0.02 is the code's"),
    "opt": Said(0.006, 0.5, "zhang2022", "normal, 0.006; output layers divided by the root of twice the layers"),
    "deepseek_v3": Said(0.006, 0.0, "deepseek2024", "all parameters 0.006"),
    "olmo2": Said(0.02, 0.0, "walsh2025", "normal, 0.02, every parameter"),
}
