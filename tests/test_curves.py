"""The first points of a learning curve belong to the run whose ends of epochs follow."""

import numpy as np

from evidence.networks import budget, curves
from snippets.tools import stacked


def test_the_beginning_of_a_run_is_the_very_steps_that_the_whole_run_begins_with(monkeypatch):
    monkeypatch.setattr(curves, "BATCH", 4)
    x, y = np.arange(40.0)[:, None], np.arange(40)
    first, labels = curves.beginning((x, y), 3, 5)
    order = stacked.batch_order(3, 0, 20)
    np.testing.assert_array_equal(labels[order], stacked.batch_order(3, 0, 40)[:20])
    np.testing.assert_array_equal(first[:, 0], labels)


def test_every_point_of_a_curve_has_its_step():
    assert budget.steps(4) == [160, 425, 850, 1700]
    assert budget.IMAGES % budget.BATCH == 0 and budget.IMAGES + budget.VALIDATION == 60_000
