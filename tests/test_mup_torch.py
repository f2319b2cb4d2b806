"""snippets/tools/torch/mup.py with PyTorch's checkpoints and decay, and what it says it has no rule for."""
import copy

import numpy as np
import pytest

from tests.trained import LR, Trained, linear


@pytest.mark.needs("torch")
def test_in_pytorch_a_checkpoint_goes_on_as_if_there_had_been_none():
    found, again = (Trained("torch", [64, 64], [16, 16]) for _ in range(2))
    for _ in range(2):
        found.step()
    again.model.load_state_dict(found.model.state_dict())
    again.optimizer.load_state_dict(copy.deepcopy(found.optimizer.state_dict()))
    assert again.rates() == found.rates()
    for one in (found, again):
        one.step()
    for mine, its in zip(found.weights(), again.weights(), strict=True):
        np.testing.assert_allclose(mine, its, rtol=1e-6)


@pytest.mark.needs("torch")
def test_in_pytorch_all_layers_decay_by_the_same_share():
    import torch
    from snippets.tools.torch.mup import mup_
    model = linear([64, 64])
    optimizer = torch.optim.AdamW(mup_(model, linear([16, 16]), lr=0.125, weight_decay=0.5))
    before = [p.detach().clone() for p in model.parameters()]
    for p in model.parameters():
        p.grad = torch.zeros_like(p)
    optimizer.step()
    for after, then in zip(model.parameters(), before):
        torch.testing.assert_close(after.detach(), then * (1 - 0.125 * 0.5))


def torch_models():
    from torch import nn
    tied = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50, bias=False))
    tied[1].weight = tied[0].weight
    zero = linear([8])
    nn.init.zeros_(zero[2].weight)
    return {"linear": linear([8]), "deeper": linear([8, 8]), "lazy": nn.LazyLinear(3), "tied": tied, "zero": zero, "none": None,
            "attention": nn.MultiheadAttention(8, 2), "words": nn.Embedding(50, 8), "more_words": nn.Embedding(60, 8)}


@pytest.mark.needs("torch")
@pytest.mark.parametrize("model, base, rule, message", [
    ("linear", "none", "adam", "base must be an nn.Module, not None"), ("lazy", "linear", "adam", "Not all weights of the model exist yet"),
    ("linear", "deeper", "adam", "The base has other layers"), ("tied", "tied", "adam", "'1.weight' is '0.weight'"),
    ("attention", "attention", "adam", "no rule for 'in_proj_weight' of a MultiheadAttention"),
    ("words", "more_words", "adam", "Embedding with one vocabulary"), ("zero", "linear", "adam", "starts at zero in the model"),
    ("linear", "linear", "muon", "no rule 'muon'"),
])
def test_in_pytorch_what_has_no_rule_is_one_clear_sentence_and_the_model_as_it_was(model, base, rule, message):
    import torch
    from snippets.tools.torch.mup import mup_
    models = torch_models()
    before = [p.detach().clone() for p in models[model].parameters() if not torch.nn.parameter.is_lazy(p)]
    with pytest.raises(ValueError, match=message) as error:
        mup_(models[model], models[base], LR, rule)
    assert "\n" not in str(error.value)
    for parameter, then in zip([p for p in models[model].parameters() if not torch.nn.parameter.is_lazy(p)], before, strict=True):
        assert torch.equal(parameter, then)
