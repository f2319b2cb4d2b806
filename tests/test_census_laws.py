"""How the census tells laws, powers and kinds apart: on values whose law is known, and on names from the library."""

import math

import numpy as np
import pytest
from scipy import stats

from evidence.readings import census as reading
from evidence.theory import laws


def draws(law, count, seed):
    rng = np.random.default_rng(seed)
    return {
        "normal": lambda: rng.normal(size=count),
        "truncated normal": lambda: stats.truncnorm(-2, 2).rvs(count, random_state=rng),
        "uniform": lambda: rng.uniform(-1, 1, count),
        "Laplace": lambda: rng.laplace(size=count),
        "cut at one and a half": lambda: stats.truncnorm(-1.5, 1.5).rvs(count, random_state=rng),
        "cut at three": lambda: stats.truncnorm(-3, 3).rvs(count, random_state=rng),
    }[law]()


@pytest.mark.needs("torch")
@pytest.mark.parametrize("law", ["normal", "truncated normal", "uniform", "Laplace", "cut at one and a half", "cut at three", "orthogonal", "identity", "constant"])
def test_a_law_is_told_from_its_values_alone(law):
    import torch

    from evidence.networks.census_statistics import described, std

    for scale in (1e-3, 1, 30):
        held = {}
        for seed in range(3):
            values = {
                "orthogonal": lambda: stats.ortho_group(64, seed).rvs().ravel(),
                "identity": lambda: np.eye(128).ravel(),
                "constant": lambda: np.ones(128 * 128) if scale == 1 else np.zeros(128 * 128),
            }.get(law, lambda: draws(law, 128 * 128, seed))()
            tensor = torch.tensor(scale * values, dtype=torch.float32).reshape(int(math.sqrt(values.size)), -1)
            for name, value in (described([tensor, tensor]) | {"std": std([tensor])}).items():
                held.setdefault(name, []).append(value)
        expected = law if law in (*laws.MOMENTS, "orthogonal", "constant") else "unclear"
        assert reading.law({name: np.array(values) for name, values in held.items()}) == expected


@pytest.mark.parametrize("law", laws.MOMENTS)
def test_kurtosis_and_its_error_are_those_of_a_sample(law):
    exact = {"normal": stats.norm(), "truncated normal": stats.truncnorm(-2, 2), "uniform": stats.uniform(-1, 2)}[law]
    assert laws.kurtosis(law) == pytest.approx(3 + exact.stats("k"))
    values = exact.rvs((2000, 1000), random_state=1)
    found = np.mean(values**4, 1) / np.mean(values**2, 1) ** 2
    assert found.std() == pytest.approx(laws.stray(law, 1000), rel=0.07)
    assert np.abs(values).max() / values.std() <= laws.LARGEST[law] * 1.01


@pytest.mark.parametrize("power, seen", [(0, 0), (-0.5, -0.5), (-1, -1), (-0.02, 0)])
def test_an_exponent_is_seen_where_there_is_one_and_only_there(power, seen):
    held = {"kurtosis": np.full(3, 3.0), "count": np.full(3, 65536.0)}
    rng = np.random.default_rng(0)
    found = [reading.exponent(rng.normal(1, 0.004, 3), rng.normal(2**power, 0.004 * 2**power, 3), 2, held) for _ in range(500)]
    assert np.mean([value == 0 for value in found]) == (seen == 0) and np.mean(found) == pytest.approx(seen, abs=0.01)


@pytest.mark.needs("transformers")
@pytest.mark.parametrize("name, expected", {
    "transformer.h.3.attn.c_proj.weight": "attention_out", "transformer.h.3.mlp.c_proj.weight": "feed_forward_out",
    "model.layers.0.self_attn.o_proj.weight": "attention_out", "model.layers.0.mlp.gate_proj.weight": "feed_forward_gate",
    "encoder.layer.0.attention.output.dense.weight": "attention_out", "encoder.layer.0.output.dense.weight": "feed_forward_out",
    "encoder.layer.0.intermediate.dense.weight": "feed_forward_in", "model.layers.0.mlp.gate.weight": "router",
    "model.layers.1.mixer.o_proj.weight": "attention_out", "model.layers.1.mixer.out_proj.weight": "state_space_out",
    "model.layers.1.mixer.down_proj.weight": "feed_forward_out", "encoder.block.0.layer.0.SelfAttention.q.weight": "query",
    "model.layers.0.mlp.experts.down_proj": "expert_out", "model.layers.0.mlp.shared_experts.down_proj.weight": "feed_forward_out",
    "lm_head.weight": "head", "cls.predictions.transform.dense.weight": "other",
}.items())  # fmt: skip
def test_the_kind_of_a_matrix_follows_from_its_name(name, expected):
    import torch

    from evidence.networks.census_kinds import kind

    assert kind(name, torch.nn.Linear(3, 5), torch.empty(5, 3)) == expected
