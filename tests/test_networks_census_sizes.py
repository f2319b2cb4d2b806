"""evidence/networks/census_sizes.py: a field has one size, and the sizes fit each other."""

import pytest

from evidence.networks import census_sizes as sizes

NAMES = [name for names in (*sizes.COUNTS.values(), sizes.LAYERS) for name in names.split()]


def test_no_field_has_two_sizes():
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("width", sizes.WIDTHS)
def test_heads_fill_the_width_and_rotated_halves_fill_a_head(width):
    shares = {name: share * width + count for (share, count), names in sizes.COUNTS.items() for name in names.split()}
    assert shares["hidden_size"] == width == shares["num_attention_heads"] * shares["head_dim"]
    assert shares["qk_rope_head_dim"] + shares["qk_nope_head_dim"] == shares["head_dim"]
    assert all(size == int(size) and (size > 0 or name == "num_kv_shared_layers") for name, size in shares.items())


@pytest.mark.needs("transformers")
@pytest.mark.parametrize("depth", sizes.DEPTHS)
@pytest.mark.parametrize("width", sizes.WIDTHS)
def test_a_llama_of_these_sizes_has_the_parameters_that_its_architecture_counts(width, depth):
    from transformers import LlamaConfig, LlamaForCausalLM

    from evidence.networks.census_models import small

    model = LlamaForCausalLM(small(LlamaConfig, width, depth))
    block = 4 * width**2 + 3 * width * 4 * width + 2 * width  # attention, gated feed-forward, two norms
    table = sizes.VOCABULARY * width
    assert sum(p.numel() for p in model.parameters()) == depth * block + width + table * (1 if model.config.tie_word_embeddings else 2)
