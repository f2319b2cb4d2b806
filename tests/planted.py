"""Faults that an audit must name, in whatever framework: {what is planted: words of the finding}, by outcome.

The letters are those of the kinds of report that the audit was made for; Q are weights that stand in no layer of the framework,
R numbers of 16 bits, S attention of one's own, T images that learn of each other, U what is put together: inputs side by
side, factors, scales, V what drowns images, makes them alike or adds up, W what a product, a normalization or a mask of labels
makes of what is sound elsewhere. The tests of each framework build the network;
what they name after a kind, as G_half_nadam, is a variant of it.
"""

START = {
    "A_twins": "kernel too large", "A_unrolled": "kernel too large", "A_zeros": "zero kernel",
    "F_frozen": "first loss too large", "F_recurrent": "first loss too large", "F_embedding": "first loss too large",
    "F_tied": "first loss too large", "F_linear": "exploding signal", "F_bias": "first loss too large",
    "I_own": "kernel too large", "I_own_first": "kernel too large", "I_opaque": "first loss too large",
    "I_attention": "kernel too large", "L_embedding": "zero kernel", "L_depthwise": "zero kernel",
    "L_pointwise": "kernel too large", "L_recurrent": "kernel too large", "L_transposed": "kernel too large",
    "dead": "dead units", "copies": "copied units", "saturated": "units saturated", "small": "kernel too small",
    "deep": "vanishing", "too_large": "kernel too large", "too_small": "kernel too small", "nan": "not a number",
    "deep_sigmoid": "vanishing error signal", "deep_residual": "exploding signal", "standard_normal": "units saturated",
    "no_gamma": "constant output", "one_way": "kernel too large",
    "Q_zeros": "zero kernel", "Q_normal": "kernel too large", "low_sigmoid": "units saturated", "U_factors": "zero kernel",
    "U_scale": "constant output", "S_kernels": "kernel too large", "F_products": "first loss too large",
    "V_positions": "images drowned by weights", "V_centers": "copied units", "V_mean": "mean of its kernel too large",
    "W_product": "zero kernel", "W_alike": "copied units",
}  # fmt: skip

ELSEWHERE = {
    "B_root": "gradient not a number", "B_log": "gradient not a number", "B_distance": "gradient not a number",
    "B_zero_over_zero": "Here NaN or infinity appears first", "C_one_softmax": "constant output",
    "C_one_unit_for_classes": "one unit", "C_saturated": "no gradient", "C_normalized_unit": "constant output",
    "C_argmax": "no gradient", "C_stopped": "no gradient", "C_loss_of_numpy": "no gradient", "C_frozen": "nothing to train",
    "G_sgd": "targets too large", "G_adam": "targets too large", "G_hundred": "targets too large", "G_half": "epsilon",
    "G_rate": "rate too large", "G_rate_sgd": "rate too large", "G_rate_small": "rate too small",
    "H_nan": "y holds NaN", "H_infinite": "y holds NaN", "H_from_one": "run from 1 to 10 and the output has 10 units",
    "H_too_many": "run from 0 to 12 and the output has 10 units", "H_negative": "run from -1 to 1",
    "H_shares": "not whole", "H_several": "several labels", "H_signs": "run from -1 to 1", "H_mask": "run from 0 to 255",
    "N_relu": "out of reach", "N_tanh": "out of reach", "N_pixels": "out of reach", "N_twice": "applied twice",
    "N_twice_sigmoid": "applied twice", "N_twice_in_the_loss": "applied twice", "N_digits_on_one": "run from 0 to 9",
    "N_broadcast": "broadcast", "N_broadcast_classes": "broadcast", "N_logit": "no probabilities",
    "raw": "input too large", "loud": "input too large", "half": "close to overflow",
    "C_step": "no gradient", "C_softmax_between": "softmax between layers", "C_softmax_over_images": "softmax over the batch",
    "G_decay": "weight decay too large", "G_rate_zero": "learning rate of 0", "H_from_one_to_two": "run from 1 to 2",
    "N_relu_shares": "no probabilities", "N_kl": "probabilities", "N_sum": "sum to 1", "N_tiny": "targets too small",
    "N_mask_of_own_loss": "out of reach",
    "R_overflow": "float16 ends at 65504", "R_gradient": "gradient lost in float16", "R_step": "step lost in bfloat16",
    "S_unscaled": "attention saturated", "S_masked": "row masked entirely", "S_axis": "softmax over another axis",
    "T_steps": "batch and steps exchanged", "T_reshape": "images mixed", "T_attention": "images mixed",
    "T_blank": "batch and steps exchanged", "C_lone": "constant output", "U_column": "input too large", "U_part": "input too large",
    "V_padding": "outputs hardly differ between images", "V_centred": "outputs hardly differ between images", "V_degrees": "number of neighbours",
    "W_void": "All others fit", "W_one_number": "the mean of one number",
}  # fmt: skip


def kind(case):
    """The kind that a case is named after."""
    return max((name for name in START | ELSEWHERE if f"{case}_".startswith(f"{name}_")), key=len)


def words(case):
    """The words that its finding must hold."""
    return (START | ELSEWHERE)[kind(case)]


def named(report, outcome, words):
    """The findings of a report, which must be of one outcome and hold these words."""
    assert report.outcome == outcome and "No fault found:" not in str(report), str(report)
    assert words in str(report), str(report)
    if outcome == "start":
        assert all(words in finding.fault for finding in report.findings) and len(report.findings) <= 2, str(report)
    return report.findings


def removed(found, words, given, is_code, mend, audit):
    """Runs the remedies that are code, one after the other, and looks for the fault again."""
    coded = [finding for finding in found if is_code(finding.remedy)]
    for finding in coded:
        given = mend(given, finding)
    left = audit(given).findings if coded else []
    faults = {finding.fault for finding in coded}
    assert not [finding for finding in left if words in finding.fault or finding.fault in faults], "\n".join(map(str, [*coded, *left]))


def told(given, outcome, words, ask, is_code, mended):
    """Asserts that the first finding for a network is this fault, and that its remedy removes it. ask: the audit of what is given."""
    found = named(ask(given), outcome, words)
    assert words in str(found[0]), found
    removed(found[:1], words, given, is_code, mended, ask)
