"""The measured numbers as the prose prints them: every mean with its interval, every claim as a sentence."""

import math

import numpy as np

from evidence.readings.budget import derived
from evidence.readings.intervals import interval, share

PERCENT = ("accuracy", "share", "silent", "nan_weights")  # quantities that readers know in per cent


def numbers(runs, sentences, cited):
    """What placeholders in the prose may name, as nested strings.

    {experiment: {arm: {quantity: as `over_seeds` prints it, quantity_mean: "mean"}}, "protocol": {experiment: {setting, or "steps": as
    `setting` prints it}}, "claims": {name: sentence with a link to its proof}}. A quantity measured each epoch gives its last epoch; shares and accuracies come in per
    cent, and as a bare fraction under `quantity_mean`.

    sentences: {claim: its sentence with its values}. cited: the names that pages begin placeholders with. An experiment that is not among them is left out: MkDocs reads
    what is left at each build, at a second for 25,000 numbers, and pages print a few hundred.
    """
    printed = {
        experiment: {arm: _quantities(quantities) for arm, quantities in arms.items()}
        for experiment, arms in runs.items() if experiment in cited
    }  # fmt: skip
    printed["protocol"] = {experiment: setting(derived(arms.protocol) | arms.protocol) for experiment, arms in runs.items()}
    printed["claims"] = {claim.name: f"{unbroken(sentence)}{mark(claim)}" for claim, sentence in sentences.items()}
    return printed


def setting(value):
    """A setting of a protocol as the prose prints it: whole numbers with separators, lists as a sentence has them; seeds are counted."""
    if isinstance(value, dict):
        return {name: f"{len(part)}" if name == "seeds" else setting(part) for name, part in value.items()}
    if isinstance(value, list):
        return listed([setting(part) for part in value])
    if isinstance(value, float) and 1e-5 <= abs(value) < 1e-4:
        return f"{value:.7f}".rstrip("0")  # beside rates such as 0.0007; Python would write 5e-05
    return f"{value:,}" if isinstance(value, int) else str(value)


def listed(items):
    """Items as a sentence lists them.

    >>> listed([1, 2, 4])
    '1, 2 and 4'
    """
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last


def unbroken(text):
    """The text with spaces that end no line: around ±, before a per cent sign, around the dot of a power of ten."""
    for joint in (" ± ", " %", " · 10<sup>"):
        text = text.replace(joint, joint.replace(" ", "\N{NO-BREAK SPACE}"))
    return text


def mark(claim):
    """The small check mark behind a checked sentence, linked to its proof."""
    return f'[✓](generated/claims/{claim.chapter}.md#{claim.anchor} "How we know"){{ .claim }}'


def fixed(value, digits=4):
    """A number with a fixed count of decimals, no negative zero, and a true minus sign."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if not float(text) else text.replace("-", "−")


WORDS = "no one two three four five six seven eight nine ten eleven twelve".split()
LARGER = {
    13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 100: "a hundred",
    1000: "a thousand",
}  # fmt: skip


def word(count):
    """A small count in words, a larger one in digits."""
    return WORDS[count] if count < len(WORDS) else f"{count:,}"


def spelled(count):
    """A count in words as far as the book spells any: what `word` does, and the rounder large ones."""
    return LARGER.get(count) or word(count)


def below(value):
    """The smallest power of ten not below a positive number, as a reader writes it."""
    return f"10<sup>−{int(-math.ceil(math.log10(value)))}</sup>"


def plus_minus(mean, half, scale=1.0, unit=""):
    """`mean ± half`, cut where the half width has two digits, or one from 0.0355 on; exact values stand without ±.

    The rule of the Particle Data Group, Review of Particle Physics, section 5.3.

    >>> plus_minus(0.976812, 0.00052, 100, " %")
    '97.68 ± 0.05 %'
    """
    mean, half = mean * scale, half * scale
    if half < 1e-9 * max(1, abs(mean)):
        return f"{fixed(mean, 2 if scale == 100 else 4)}{unit}"
    digits = _digits(half)
    return f"{fixed(mean, digits)} ± {fixed(half, digits)}{unit}"


def points(gap):
    """A difference of accuracies, or of other fractions, with its interval, in percentage points.

    >>> points((0.0123, 0.0052))
    '1.2 ± 0.5'
    """
    return plus_minus(*gap, 100)


def median_and_range(shares):
    """Median and range over seeds of fractions (seeds,) in per cent, for runs that end far apart.

    >>> median_and_range(np.array([0.1, 0.5, 0.9]))
    '50.0 % (10.0 to 90.0)'
    """
    return f"{100 * np.median(shares):.1f} % ({100 * shares.min():.1f} to {100 * shares.max():.1f})"


def nats(found):
    """A mean or a difference of losses with its interval, in nats."""
    return plus_minus(found.mean, found.half)


def counted(hits, of, comparisons=1):
    """The share of counted trials in per cent with the ends of its exact interval, cut as `plus_minus` cuts.

    >>> counted(2, 2000)
    '0.10 % (0.01 to 0.36)'
    """
    mean, low, high = (100 * value for value in share(hits, of, comparisons))
    digits = _digits((high - low) / 2)
    return f"{fixed(mean, digits)} % ({fixed(low, digits)} to {fixed(high, digits)})"


def _digits(half):
    power = math.floor(math.log10(half))
    return max(0, (1 if half / 10**power < 3.55 else 0) - power)


def over_seeds(values, scale=1.0, unit=""):
    """What was measured once per seed, (seeds,), as readers see it; the one rule of the book.

    As a rule the mean and its 95 % interval. Where that interval says what the values cannot mean, the median and the
    range of the seeds, to three digits: of values none of which is negative, if its half width exceeds half of their
    mean; of shares (scale 100), also if it reaches beyond 100 %. Equal values with a unit say
    "in every seed"; without, as in a table, they stand alone.

    >>> over_seeds(np.array([0.148, 0.097, 0.288, 0.417, 0.470]), 100, " %")
    '28.8 % (median, from 9.7 to 47)'
    """
    mean, half = interval(values) if len(values) > 1 else (values.mean(), 0.0)
    beyond = scale == 100 and mean + half > 1 and values.max() <= 1
    if len(values) > 1 and half <= 1e-9 * abs(mean):
        return plus_minus(mean, 0.0, scale, unit) + (" in every seed" if unit else "")
    if not (beyond or (values.min() >= 0 and half > mean / 2)):
        return plus_minus(mean, half, scale, unit)
    named = (np.median(values), values.min(), values.max())
    median, low, high = (np.format_float_positional(one * scale, 3, False, False, "-") for one in named)
    return f"{median}{unit} (median, from {low} to {high})"


def percent(values):
    """Accuracies or other shares as `over_seeds` prints them, (seeds,) fractions, in per cent."""
    return over_seeds(values, 100, " %")


def _quantities(quantities):
    printed = {}
    for quantity, values in quantities.items():
        last = np.array([row[-1] for row in values])
        if np.isnan(last).any():
            printed[quantity] = printed[f"{quantity}_mean"] = "NaN"
            continue
        printed[quantity] = unbroken((percent if quantity.endswith(PERCENT) else over_seeds)(last))
        printed[f"{quantity}_mean"] = fixed(last.mean())
    return printed
