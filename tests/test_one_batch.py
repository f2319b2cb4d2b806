"""What the table of one batch says of SGD and of Adam is what was measured with each."""

import numpy as np

from evidence.experiments.one_batch import FAULTS
from evidence.tables import one_batch


class Made(dict):
    """Runs of made-up networks, each of which learns its batch in every seed with SGD and in two of three with Adam."""

    protocol = {"learning_rates": {"adam": 0.001, "sgd": 0.03}}  # by name, as a record keeps them

    def __missing__(self, arm):
        learned = [[1.0], [1.0], [1.0]] if arm.endswith("_sgd") else [[1.0], [0.5], [1.0]]
        return {"batch_accuracy": np.array(learned), "test_accuracy": np.full((3, 1), 0.25)}


def test_the_table_keeps_sgd_and_adam_apart():
    head, _, *rows = one_batch.table({"one_batch": Made()}).splitlines()
    assert head.split("|")[2:4] == [" SGD learns it ", " Adam learns it "]
    assert {tuple(row.split("|")[2:4]) for row in rows} == {(" 3 of 3 ", " 2 of 3 ")}


def test_the_table_has_a_row_for_every_fault_that_is_measured():
    assert one_batch.FAULTS.keys() == FAULTS.keys()
