"""The digits of the laboratory are MNIST's, and nobody else's."""

import os
import re
import zlib

import numpy as np
import pytest

from evidence.book import digits


def packed():
    data = zlib.decompress(digits.PACK.read_bytes(), -15)
    count = 10 * sum(digits.PER_CLASS.values())
    return np.frombuffer(data[:count], "uint8"), np.frombuffer(data[count:], "uint8").reshape(count, -1)


@pytest.mark.skipif("MNIST_NPZ" not in os.environ, reason="MNIST is not at hand: MNIST_NPZ names no copy")
def test_the_pack_is_made_of_mnist_to_the_byte():
    assert zlib.decompress(digits.PACK.read_bytes(), -15) == digits.contents()  # unpacked: zlib's versions pack differently


def test_the_pack_has_as_many_of_each_digit():
    labels, pixels = packed()
    train = 10 * digits.PER_CLASS["train"]
    assert (np.bincount(labels[:train]) == digits.PER_CLASS["train"]).all()
    assert (np.bincount(labels[train:]) == digits.PER_CLASS["test"]).all()
    assert pixels.shape[1] == 28 * 28 / 2 and pixels.any(axis=1).all()


def test_the_notice_says_whose_they_are_and_under_which_licence():
    notice = digits.PACK.with_suffix(".txt").read_text()
    for told in ("Yann LeCun, Corinna Cortes and Christopher J. C. Burges", "creativecommons.org/licenses/by-sa/3.0", "16"):
        assert told in notice
    counts = [10 * count for count in digits.PER_CLASS.values()]
    assert f"{sum(counts):,} images" in notice
    script = digits.PACK.with_name("digits.js").read_text()
    assert re.search(r"TRAIN = (\d+), TEST = (\d+)", script).groups() == tuple(map(str, counts))
