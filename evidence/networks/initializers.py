"""Every initializer of the book as Keras takes it; the list is that of the closed forms."""

from evidence.theory.variance import FIXED, VARIANCE

INITIALIZERS = {name: name for name in VARIANCE} | {"constant": {"class_name": "Constant", "config": {"value": 0.1}}}  # Keras's default is 0
DRAWN = [name for name in INITIALIZERS if name not in FIXED]  # at random
