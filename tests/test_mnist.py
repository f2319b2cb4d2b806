"""The data is MNIST to the bit, or the program stops with one sentence."""

import numpy as np
import pytest

from evidence import mnist
from evidence.problem import Problem


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """A small .npz of four random arrays whose hashes are taken for MNIST's."""
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 256, (50, 28, 28) if name[0] == "x" else 50, "uint8") for name in mnist.SHA256}
    path = tmp_path / "mnist.npz"
    np.savez(path, **arrays)
    monkeypatch.setenv("MNIST_NPZ", str(path))
    monkeypatch.setattr(mnist, "SHA256", {name: _sha256(array) for name, array in arrays.items()})
    mnist.pixels.cache_clear()
    yield path, arrays
    mnist.pixels.cache_clear()


def _sha256(array):
    import hashlib

    return hashlib.sha256(array.tobytes()).hexdigest()


def test_good_data_is_loaded_as_keras_would(archive):
    _, arrays = archive
    (x_train, y_train), (x_test, y_test) = mnist.load()
    for loaded, name in ((x_train, "x_train"), (y_train, "y_train"), (x_test, "x_test"), (y_test, "y_test")):
        assert np.array_equal(loaded, arrays[name])


def test_pixels_are_rows_between_0_and_1(archive):
    (x, y), _ = mnist.pixels()
    assert x.shape == (50, 784) and x.dtype == "float32" and y.dtype == "int32"
    assert x.min() == 0 and x.max() == 1


def test_pixels_are_shared_by_all_experiments_and_so_cannot_be_changed(archive):
    (x, _), _ = mnist.pixels()
    with pytest.raises(ValueError, match="read-only"):
        x[0, 0] = 1


def test_missing_file_is_named(monkeypatch):
    monkeypatch.setenv("MNIST_NPZ", "nowhere.npz")
    with pytest.raises(Problem, match="nowhere.npz, which does not exist. Unset MNIST_NPZ"):
        mnist.load()


@pytest.mark.parametrize("length", [0, 10, 0.5, 0.999])
def test_truncated_file_is_named(archive, length):
    path, _ = archive
    data = path.read_bytes()
    path.write_bytes(data[: int(length * len(data)) if length < 1 else length])
    with pytest.raises(Problem, match="cannot be read as an .npz file"):
        mnist.load()


@pytest.mark.parametrize("name", mnist.SHA256)
def test_one_changed_byte_of_any_array_is_caught(archive, name):
    path, arrays = archive
    arrays[name].flat[7] ^= 1
    np.savez(path, **arrays)
    with pytest.raises(Problem, match=f"{name} in .* is not MNIST's"):
        mnist.load()


def test_swapped_arrays_are_caught(archive):
    path, arrays = archive
    np.savez(path, **arrays | {"x_train": arrays["x_test"], "x_test": arrays["x_train"]})
    with pytest.raises(Problem, match="x_train in .* is not MNIST's"):
        mnist.load()


def test_a_missing_array_is_named(archive):
    path, arrays = archive
    del arrays["y_test"]
    np.savez(path, **arrays)
    with pytest.raises(Problem, match="holds no array y_test"):
        mnist.load()


def test_a_single_array_instead_of_an_archive_is_named(archive):
    path, arrays = archive
    with path.open("wb") as file:
        np.save(file, arrays["x_train"])
    with pytest.raises(Problem, match="cannot be read as an .npz file"):
        mnist.load()


def test_an_unreachable_network_is_one_sentence(tmp_path, monkeypatch):
    """Without MNIST_NPZ, with an empty Keras cache and a proxy where nobody listens."""
    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setattr("keras.src.backend.config.keras_home", lambda: str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setattr("urllib.request._opener", None)  # it remembers the proxies of its first use
    sentence = r"Keras could not fetch MNIST .* or set MNIST_NPZ to a copy of Keras's mnist\.npz\.$"
    with pytest.raises(Problem, match=sentence):
        mnist.load()
