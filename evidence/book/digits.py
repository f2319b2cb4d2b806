"""Makes the pack of digits of the laboratory, from MNIST.

    python -m evidence.book.digits

docs/laboratory/digits.pack is raw deflate of 3,560 labels, a byte each, and of as many images of 28 × 28 pixels, half a
byte each, the left pixel of a pair in the high half: 2,560 training images, then 1,000 test images. Source and licence:
digits.txt beside it.
"""

import zlib
from pathlib import Path

import numpy as np

from evidence import mnist

PACK = Path(__file__).resolve().parents[2] / "docs/laboratory/digits.pack"
PER_CLASS = {"train": 256, "test": 100}
GREYS = 16  # 255 is a multiple of 15, so that each grey level is a byte of MNIST's


def contents():
    """What is in the pack before it is compressed: the first images of each class in MNIST's order. Raises Problem as mnist.load does."""
    parts = [first(x, y, count) for (x, y), count in zip(mnist.load(), PER_CLASS.values(), strict=True)]
    x, y = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    levels = np.round(x.reshape(len(x), -1) / (255 / (GREYS - 1))).astype("uint8")
    return y.tobytes() + (levels[:, ::2] << 4 | levels[:, 1::2]).tobytes()


def first(x, y, count):
    """The first `count` images of each class, in the order in which they stand, and their labels."""
    kept = np.sort(np.concatenate([np.flatnonzero(y == digit)[:count] for digit in range(10)]))
    return x[kept], y[kept]


if __name__ == "__main__":
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FILTERED)
    PACK.write_bytes(packer.compress(contents()) + packer.flush())
    print(f"{PACK.name}: {PACK.stat().st_size:,} bytes")
