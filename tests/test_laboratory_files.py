"""The files of the laboratory: its digits are MNIST's and under their licence, its product is assembled from its text, it is light."""

import gzip
import os
import re
import zlib

import numpy as np
import pytest

from evidence.book import digits
from evidence.style import palette
from tests import wat

FOLDER = digits.PACK.parent
OFFLINE = FOLDER / "offline.js"
BUDGET = 30_000  # bytes, compressed, of all that the page has and no other


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


def test_the_wasm_file_is_its_text_assembled():
    assert wat.SOURCE.with_suffix(".wasm").read_bytes() == wat.assemble(wat.SOURCE.read_text())


def test_the_assembler_names_what_it_does_not_know():
    with pytest.raises(ValueError, match="i32.rotl"):
        wat.assemble(wat.SOURCE.read_text().replace("i32.shl", "i32.rotl"))


def test_the_laboratory_is_light():
    files = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".wasm")]
    assert len(files) > 10
    assert sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in files) < BUDGET


def test_what_is_kept_for_a_time_without_network_is_all_that_the_page_loads():
    """The page names its style and its first program itself."""
    kept = set(re.findall(r'"([\w.]+\.(?:js|pack|wasm))"', OFFLINE.read_text()))
    assert kept == {path.name for path in FOLDER.iterdir() if path.suffix in (".js", ".wasm", ".pack")} - {"page.js", OFFLINE.name}


def test_its_colours_are_the_books():
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in re.findall(r"\{([^}]*--he:[^}]*)\}", (FOLDER / "laboratory.css").read_text()))
    assert light == palette.PALETTE.family
    assert dark == {name: palette.DARK[colour] for name, colour in light.items()}


def test_the_page_says_the_numbers_of_the_program():
    page = (FOLDER.with_suffix(".md")).read_text()
    told = {  # constant: the sentence that says it
        "ROWS": "the first {} training images", "ROUND": "after {} steps", "LAST": "the last {} batches", "LEVEL": "more than {}",
        "TRAIN": "{} training images of MNIST", "TEST": "{} test images",
    }
    for name, sentence in told.items():
        [value] = {found for path in FOLDER.glob("*.js") for found in re.findall(rf"\b{name} = ([\d.]+)", path.read_text())}
        shown = value if "." in value else f"{int(value):,}"
        assert sentence.format(shown) in page
