"""The first points of a learning curve belong to the run whose ends of epochs follow."""

import numpy as np
import pytest

from evidence.engine import freshness
from evidence.networks import curves
from evidence.readings import settled
from snippets.tools import stacked


def test_the_beginning_of_a_run_is_the_very_steps_that_the_whole_run_begins_with():
    x, y = np.arange(40.0)[:, None], np.arange(40)
    first, labels = curves.beginning((x, y), 3, 20)
    order = stacked.batch_order(3, 0, 20)
    np.testing.assert_array_equal(labels[order], stacked.batch_order(3, 0, 40)[:20])
    np.testing.assert_array_equal(first[:, 0], labels)


@pytest.mark.parametrize("name", [name for name in freshness.experiments() if "early_steps" in freshness.protocol(name)])
def test_a_settled_run_uses_all_training_images_in_whole_batches_and_looks_after_half_an_epoch(name):
    protocol = freshness.protocol(name)
    assert protocol["images"] % protocol["batch_size"] == 0 and protocol["images"] + protocol["validation_images"] == 60_000
    assert 2 * settled.marks(protocol)["half"] == protocol["images"] // protocol["batch_size"]


def test_every_point_of_a_curve_has_its_step():
    protocol = {"images": 600, "batch_size": 10, "early_steps": [7, 30], "epochs": {"sgd": 3, "adam": 2}}
    assert settled.steps(protocol, "sgd") == [7, 30, 60, 120, 180]
    assert settled.marks(protocol) == {"start": 7, "half": 30, "end": 120}
