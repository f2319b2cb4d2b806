"""What changed between two records of the census is named: architectures, laws, heads and losses, and nothing else."""

import copy

import numpy as np
import pytest

from evidence.checks import census as check
from evidence.engine import record
from evidence.problem import Problem

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
RECORD = record.RESULTS / "census.json"


@pytest.fixture(scope="module")
def runs():
    return {"census": record.read("census")["runs"]}


def altered(runs, change):
    fresh = copy.deepcopy(runs)
    change(fresh["census"])
    return fresh


def test_the_same_record_has_no_changes(runs):
    assert check.changes(runs, runs) == []


@pytest.mark.needs("transformers")
def test_the_fault_of_an_older_release_is_named_and_nothing_else(runs, monkeypatch):
    from transformers.models.gpt2.modeling_gpt2 import GPT2PreTrainedModel

    from evidence.experiments import census

    drawn = GPT2PreTrainedModel._init_weights
    # As in 5.14.1: what scales the residual outputs is never reached
    monkeypatch.setattr(GPT2PreTrainedModel, "_init_weights", lambda self, module: None if hasattr(module, "c_proj") else drawn(self, module))
    fresh = [census.architecture("causal__gpt2", census.architectures()["causal__gpt2"], seed) for seed in census.PROTOCOL["seeds"]]

    def lose(arms):
        arms["causal__gpt2"] = {name: np.array([one[name] for one in fresh]) for name in fresh[0]}

    assert check.changes(runs, altered(runs, lose)) == [
        ("`gpt2`", "attention out", "0.0050 n, normal", "0.020, normal"), ("`gpt2`", "feed forward out", "0.0050 n, normal", "0.020, normal"),
    ]  # fmt: skip


def test_new_architectures_lost_ones_tied_heads_and_losses_are_named(runs):
    def change(arms):
        arms["causal__novel"] = arms.pop("causal__gptj")
        arms["causal__llama"]["tied"][:] = 1
        arms["causal__opt"]["first_loss"][:] += 1
        arms["missing__mpt__it is too large"] = {"built": np.zeros((3, 1))}
        del arms["causal__mpt"]

    said = {line[:2]: line[2:] for line in check.changes(runs, altered(runs, change))}
    assert said[("`novel`", "is new")] == ("", "") and said[("`gptj`", "is gone")] == ("", "")
    assert said[("`mpt`", "is gone")] == ("", "it is too large")
    assert said[("`llama`", "head")] == ("a matrix of its own", "the embedding")
    assert len(said) == 5 and ("`opt`", "first loss − ln V") in said


def test_the_command_prints_a_table_and_a_missing_record_is_one_sentence(runs, tmp_path):
    lines = []
    check.compare(RECORD, RECORD, lines.append)
    assert len(lines) == 1 and lines[0].endswith("0 changes")
    with pytest.raises(Problem, match="holds no census; run: python -m evidence census --measure"):
        check.compare(tmp_path / "none.json")
