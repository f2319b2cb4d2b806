"""snippets/tools/audit.py says nothing of the networks that Keras brings, drawn as their authors draw them."""
import keras
import numpy as np
import pytest

from snippets.tools.audit import audit

QUICK = {  # quick to build, one of a family; the others of keras.applications were silent too when this was written
    "MobileNetV2": 64, "EfficientNetB0": 64, "ResNet50V2": 64, "Xception": 71, "VGG19": 32,
}  # fmt: skip


@pytest.mark.parametrize("name, size", QUICK.items(), ids=QUICK)
def test_a_network_of_keras_gets_no_finding(name, size):
    keras.utils.set_random_seed(0)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
    images = np.random.default_rng(0).normal(size=(4, size, size, 3)).astype("float32")
    if any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers):
        images = np.clip(40 * images + 120, 0, 255)
    report = audit(model, images, np.arange(4), "sparse_categorical_crossentropy")
    keras.backend.clear_session()
    assert report.outcome == "sound", str(report)
