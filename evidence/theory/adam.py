"""Adam's small constant beside the root of the corrected mean square, as a function of the step from 1."""

import math

EPSILONS = {
    "keras": lambda step: 1e-7 / math.sqrt(1 - 0.999**step),  # 1e-7, added before the correction
    "paper": lambda step: 1e-8,  # Kingma & Ba 2015, algorithm 1; PyTorch's too
}
