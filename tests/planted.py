"""Faults that an audit must name, in whatever framework: {what is planted: words of the finding}, by outcome.

The letters are those of the kinds of report that the audit was made for. The tests of each framework build the network.
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
    "raw": "input too large", "loud": "input too large",
}  # fmt: skip
