"""Every initializer that has programs in snippets/, with Keras's defaults, as they have it."""

INITIALIZERS = {  # name: what Keras takes
    "zeros": "zeros",
    "ones": "ones",
    "constant": {"class_name": "Constant", "config": {"value": 0.1}},  # Keras's default is 0
    "random_normal": "random_normal",
    "random_uniform": "random_uniform",
    "truncated_normal": "truncated_normal",
    "lecun_normal": "lecun_normal",
    "lecun_uniform": "lecun_uniform",
    "glorot_normal": "glorot_normal",
    "glorot_uniform": "glorot_uniform",
    "he_normal": "he_normal",
    "he_uniform": "he_uniform",
    "orthogonal": "orthogonal",
    "identity": "identity",
}
