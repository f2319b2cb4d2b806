"""The next step that snippets/tools/audit.py reads of an optimizer, of each that Keras has, and what it says of a rate."""
import pytest
from keras import losses, ops, optimizers

from snippets.tools.audit import audit
from tests.audited import code, hidden, normal, of, seed, softmax, stack


def test_a_remedy_names_no_rate_that_is_not_larger_where_the_rate_is_too_small():
    seed(0)
    for rate in (1e-9, 1e-3, 1e-2):
        model, x, y = stack(hidden(), softmax(), optimizer=optimizers.SGD(rate))
        model.layers[-1].kernel.assign(1e4 * model.layers[-1].kernel)
        assert all(eval(code(one.remedy).get("learning_rate", "1")) > 2 * rate for one in audit(model, x, y).findings)


def test_a_step_of_a_faint_output_is_measured_by_what_its_rule_asks():
    seed(0)
    model, x, y = stack(hidden(), softmax(kernel_initializer=normal(0.001)), optimizer=optimizers.SGD(1.0))
    assert audit(model, x, y).outcome == "sound"
    finding, = audit(of(model, x, y, lambda t, p: 64 * ops.mean(losses.sparse_categorical_crossentropy(t, p)), optimizers.SGD(1.0))[0], x, y).findings
    assert finding.fault == "learning rate too large" and "what a rule asks of this kernel" in finding.evidence


@pytest.mark.parametrize("name", [name for name, kind in vars(optimizers).items() if isinstance(kind, type) and name not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap")])
def test_every_optimizer_of_keras_is_read(name):
    seed(0)
    report = audit(*stack(hidden(), softmax(), optimizer=getattr(optimizers, name)()))
    assert report.outcome == "sound" or name == "Adadelta", str(report)
    assert all(row.step for row in report.rows)


def test_an_optimizer_that_cannot_be_copied_is_said_not_to_be_read():
    class Mine(optimizers.SGD):
        def get_config(self):
            return {"mine": 1}

    assert any("next step of Mine cannot be read" in note for note in audit(*stack(hidden(), softmax(), optimizer=Mine())).notes)
