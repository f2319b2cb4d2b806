"""Numbers that others printed, quoted to be compared with ours. None of them was measured here."""

# Source note 003: one run each, 784-128-64-10, 5 epochs; (test loss, test accuracy) after the last
SEED_003 = {
    "zeros": (2.3010, 0.1135),
    "random_uniform": (0.0877, 0.9755),
    "glorot_uniform": (0.0755, 0.9771),
    "glorot_normal": (0.0707, 0.9783),
    "he_uniform": (0.0860, 0.9740),
    "he_normal": (0.0764, 0.9769),
}
