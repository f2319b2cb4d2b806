"""snippets/tools/audit.py says nothing of the networks that Keras brings, drawn as their authors draw them."""
import gc

import keras
import numpy as np
import pytest
import tensorflow as tf

from snippets.tools.audit import audit
from tests.audited import seed

NAMES = sorted(name for name in dir(keras.applications) if name[0].isupper())
QUICK = ("MobileNetV2", "EfficientNetB0", "ResNet50V2", "Xception", "VGG19")  # one of a family
SIZES = {"NASNetLarge": 96, "InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}


@pytest.fixture(autouse=True)
def _freed():
    """Leaves no model to the next test: Keras's hold each other in circles, of up to 400 MB and four times that for gradients."""
    yield
    keras.utils.clear_session()
    gc.collect()


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in NAMES])
def test_a_network_of_keras_gets_no_finding(name):
    seed(0)
    size = SIZES.get(name, 32 if "VGG" in name else 64)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
    images = np.random.default_rng(0).normal(size=(4, size, size, 3)).astype("float32")
    if any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers):
        images = np.clip(40 * images + 120, 0, 255)
    if name.startswith("ConvNeXt") and not runs_grouped_convolutions():
        with pytest.raises(ValueError, match="^TensorFlow cannot run the grouped convolution .* on this processor: use a GPU.$"):
            audit(model, images, np.arange(4), "sparse_categorical_crossentropy")
        return
    report = audit(model, images, np.arange(4), "sparse_categorical_crossentropy")
    assert report.outcome == "sound", str(report)


def runs_grouped_convolutions():
    """Whether TensorFlow has gradients of grouped kernels here: oneDNN has them, which it takes only on processors with certain instructions."""
    x, kernel = tf.ones((1, 4, 4, 2)), tf.Variable(tf.ones((3, 3, 1, 2)))
    try:
        with tf.GradientTape() as tape:
            y = tf.nn.conv2d(x, kernel, 1, "SAME")
        tape.gradient(y, kernel)
    except tf.errors.OpError:
        return False
    return True
