"""What the page of init_model says of drawing again and of saving: Keras does so with initializers of one's own."""
import keras
import numpy as np
import pytest
from keras import layers as L


class Unnamed(keras.initializers.Initializer):
    """An initializer as people write it first: not registered, without get_config."""

    def __init__(self, scale):
        self.scale = scale

    def __call__(self, shape, dtype=None):
        return keras.initializers.VarianceScaling(self.scale)(shape, dtype)


class Told(Unnamed):
    """The same with its arguments."""

    def get_config(self):
        return {"scale": self.scale}


def ones(shape, dtype=None):
    return keras.ops.ones(shape, dtype)


def saved(rule, path):
    keras.Sequential([keras.Input((8,)), L.Dense(4, kernel_initializer=rule)]).save(path / "model.keras")
    return path / "model.keras"


def test_an_initializer_that_is_not_registered_loads_with_custom_objects_and_not_without(tmp_path):
    path = saved(Told(3.0), tmp_path)
    with pytest.raises(TypeError):
        keras.models.load_model(path)
    assert keras.models.load_model(path, custom_objects={"Told": Told}).layers[0].kernel_initializer.scale == 3
    function = keras.models.load_model(saved(ones, tmp_path), custom_objects={"ones": ones})
    assert function.layers[0].kernel_initializer is ones


def test_a_model_is_saved_without_get_config_and_fails_when_it_is_loaded(tmp_path):
    path = saved(Unnamed(3.0), tmp_path)
    with pytest.raises(TypeError):
        keras.models.load_model(path, custom_objects={"Unnamed": Unnamed})


def test_a_lambda_is_saved_with_a_warning_and_not_loaded_even_in_unsafe_mode(tmp_path):
    with pytest.warns(UserWarning, match="lambda"):
        path = saved(lambda shape, dtype=None: keras.ops.ones(shape, dtype), tmp_path)
    with pytest.raises(TypeError):
        keras.models.load_model(path, safe_mode=False)


def test_weights_alone_load_whatever_the_initializer(tmp_path):
    one, other = (keras.Sequential([keras.Input((8,)), L.Dense(4, kernel_initializer=rule)]) for rule in (Unnamed(3.0), "zeros"))
    one.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])


def test_a_clone_repeats_an_integer_seed():
    model = keras.Sequential([keras.Input((8,)), L.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=1)), L.Dense(4)])
    seeded, free = (np.allclose(*pair) for pair in zip(model.get_weights()[::2], keras.models.clone_model(model).get_weights()[::2]))
    assert seeded and not free


def test_keras_draws_no_orthogonal_kernel_in_bfloat16_and_does_in_mixed_bfloat16():
    with pytest.raises(Exception, match="bfloat16"):
        L.LSTM(4, dtype="bfloat16").build((None, 3, 4))
    L.LSTM(4, dtype="mixed_bfloat16").build((None, 3, 4))
