"""snippets/tools/audit.py says nothing of the networks that Keras brings, drawn as their authors draw them."""
import gc

import keras
import numpy as np
import pytest

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
    report = audit(model, images, np.arange(4), "sparse_categorical_crossentropy")
    assert report.outcome == "sound", str(report)
