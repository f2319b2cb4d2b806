"""The notebooks of the book as their cells."""

import json

from evidence.engine import notebooks


def read(name):
    return json.loads((notebooks.FOLDER / f"{name}.ipynb").read_text("utf-8"))


def sources(name, kind):
    return ["".join(cell["source"]) for cell in read(name)["cells"] if cell["cell_type"] == kind]
