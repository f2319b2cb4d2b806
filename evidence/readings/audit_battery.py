"""The faults that the experiment audit_battery plants."""

FAULTS = {  # what each is planted in, and how `audit` has to call it
    "times_ten": (["he_relu", "glorot_tanh", "batch_norm", "convolutional", "residual"], "too large"),
    "times_a_tenth": (["he_relu", "glorot_tanh", "batch_norm", "convolutional", "residual"], "too small"),
    "zeros": (["he_relu", "glorot_tanh", "convolutional"], "zero kernel"),
    "constant": (["he_relu", "glorot_tanh", "convolutional"], "copied units"),
    "reused": (["deep_relu", "deep_tanh", "residual"], "reused initializer"),
    "negative_biases": (["he_relu", "glorot_relu", "convolutional"], "dead units"),
    "saturated": (["glorot_tanh", "deep_tanh"], "saturated"),
    "raw_pixels": (["he_relu", "glorot_tanh", "convolutional"], "input too large"),
    "wrong_rule": (["deep_relu"], "vanishing signal"),
}
