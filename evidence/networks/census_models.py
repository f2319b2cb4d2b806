"""Every architecture that transformers registers, in a small form: which there are, their configurations, what can't be built."""

import importlib
import os
import re

import torch
import transformers

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is downloaded, ever
transformers.logging.set_verbosity_error()

WIDTHS, DEPTHS = (64, 128), (2, 8)
VOCABULARY, LABELS, HEADS, LONGEST = 512, 10, 4, 128
PARAMETERS = 4_000_000  # a smallest form that has more holds something that the sizes below do not name
# The library's registries, in the order in which an architecture that stands in several is taken
TASKS = {
    "sequence": "SEQ_TO_SEQ_CAUSAL_LM",
    "masked": "MASKED_LM",
    "causal": "CAUSAL_LM",
    "contrastive": "ZERO_SHOT_IMAGE_CLASSIFICATION",
    "image": "IMAGE_CLASSIFICATION",
    "speech": "CTC",
    "audio": "AUDIO_CLASSIFICATION",
}
# What configurations are given, by the names of their fields: so an architecture that we never heard of is made small too
WIDTH = """hidden_size d_model n_embd dim embed_dim emb_dim embedding_size embedding_dim decoder_hidden_size encoder_hidden_size
    model_dim word_embed_proj_dim lru_width d_embed hidden_dim hidden_sizes conv_dim embed_dims encoder_dim expert_hidden_size d_latents
    decoder_dim layer_channels neck_hidden_sizes num_conv_pos_embeddings num_filters output_hidden_size"""
HEAD = "head_dim d_kv d_head kv_channels v_head_dim qk_head_dim attention_head_dim global_head_dim linear_key_head_dim linear_value_head_dim"
COUNTS = {  # share of the width or a fixed count: names
    (1, 0): WIDTH,
    (1 / HEADS, 0): f"{HEAD} q_lora_rank kv_lora_rank index_head_dim mamba_d_head mamba_head_dim attention_hidden_size_per_head",
    (1 / HEADS / 2, 0): "qk_rope_head_dim qk_nope_head_dim rotary_dim",
    (2, 0): """moe_intermediate_size expert_ffn_hidden_size shared_expert_intermediate_size moe_shared_expert_intermediate_size mamba_d_ssm
        expert_intermediate_size moe_ffn_hidden_size""",
    (4, 0): """intermediate_size ffn_dim d_ff n_inner d_inner ffn_hidden_size encoder_ffn_dim decoder_ffn_dim feed_forward_hidden_size
        shared_intermediate_size decoder_intermediate_size dense_intermediate_size mlp_dim mlp_hidden_size intermediate_size_mlp
        decoder_hidden_dim""",
    (0, HEADS): """num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads num_key_value_heads
        num_kv_heads encoder_num_attention_heads decoder_num_attention_heads num_encoder_attention_heads num_decoder_attention_heads
        num_experts num_local_experts n_routed_experts moe_num_experts num_moe_experts linear_num_key_heads linear_num_value_heads
        num_global_key_value_heads index_n_heads""",
    (0, 8): "mamba_n_heads mamba_num_heads num_conv_pos_embeddings hidden_size_per_layer_input num_latents",
    (0, 2): "num_experts_per_tok moe_topk moe_k top_k_experts num_experts_per_token",
    (0, 1): "n_group topk_group num_expert_group n_shared_experts mamba_n_groups n_groups num_hidden_groups zero_expert_num",
    (0, 16): "state_size mamba_d_state ssm_state_size",
    (0, 32): "image_size",
    (0, LABELS): "num_labels",
    (0, LONGEST): "max_position_embeddings n_positions n_ctx max_source_positions max_target_positions max_seq_len",
}  # fmt: skip
LAYERS = """num_hidden_layers n_layer n_layers num_layers encoder_layers decoder_layers num_encoder_layers num_decoder_layers
    decoder_num_hidden_layers encoder_num_hidden_layers depths num_encoder_blocks_depths num_layers_per_stage"""
RECOMPUTED = {"layer_types", "mlp_layer_types", "layers_block_type", "per_layer_config"}
REQUIRED = {"num_experts_per_tok", "n_shared_experts", "head_dim"}  # left at None by some, and needed
OTHERWISE = {  # the same word for another thing
    "dots1": lambda width, depth: {"n_routed_experts": HEADS},
    "gpt_neo": lambda width, depth: {"attention_types": [[["global"], depth]]},
    "lfm2_moe": lambda width, depth: {"layer_types": ["conv", "full_attention"] * (depth // 2)},
    "mamba2": lambda width, depth: {"head_dim": width // 2},
    "nemotron": lambda width, depth: {"num_key_value_heads": HEADS},
    "reformer": lambda width, depth: {"axial_pos_embds_dim": [width // 2] * 2, "axial_pos_shape": [8, LONGEST // 8], "attn_layers": ["local"] * depth},
    "zaya": lambda width, depth: {"num_experts_per_tok": 1},
    **dict.fromkeys(("swin", "swinv2", "donut-swin"), lambda width, depth: {"depths": [depth] * 2, "num_heads": [HEADS] * 2}),
}


def architectures():
    """{"<task>__<architecture>": (module, name of the class)} of every architecture in the registries, each once.

    An architecture is what its configuration is called; two that share a class are one.
    """
    from transformers.models.auto import modeling_auto
    from transformers.models.auto.configuration_auto import model_type_to_module_name

    found, classes, types = {}, set(), set()
    for task, registry in TASKS.items():
        for registered, names in getattr(modeling_auto, f"MODEL_FOR_{registry}_MAPPING_NAMES", {}).items():
            name = names if isinstance(names, str) else names[0]
            if name not in classes and registered not in types:
                found[f"{task}__{_called(registered, name)}"] = f"transformers.models.{model_type_to_module_name(registered)}", name
            classes.add(name)
            types.add(registered)
    return found


def _called(registered, name):
    """The architecture's name; GPT2LMHeadModel stands in the registry under the names of models that copied it, too."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    stem = re.split(r"For|LMHead|Model", name)[0].lower()
    own = [one for one, config in CONFIG_MAPPING_NAMES.items() if config.removesuffix("Config").lower() == stem]
    return min(own or [registered], key=lambda one: re.sub("[-_]", "", one) != stem).replace("-", "_")


def small(config, width, depth, **otherwise):
    """An object of a configuration class with the sizes above, those of its parts as well, but for what is given otherwise."""
    sizes = {name: int(share * width) + count for (share, count), names in COUNTS.items() for name in names.split()}
    sizes |= dict.fromkeys(LAYERS.split(), depth)
    given = {}
    for name, value in vars(config()).items():
        if isinstance(value, transformers.PretrainedConfig):
            given[name] = small(type(value), width, depth)
        elif name in RECOMPUTED:
            given[name] = None
        elif name in sizes and isinstance(value, list | tuple):
            given[name] = type(value)([sizes[name]] * len(value))
        elif name in sizes and (value is not None or name in REQUIRED):
            given[name] = sizes[name]
        elif name == "vocab_size" or "vocab_size" in name and isinstance(value, int) and value > VOCABULARY:
            given[name] = VOCABULARY
        elif name.endswith("token_id") and isinstance(value, int) and value >= VOCABULARY:
            given[name] = VOCABULARY - 1
    given["use_cache"] = False
    if "qk_rope_head_dim" in given:
        given.pop("head_dim", None)  # it follows from the two that the heads are made of
    return config(**given | OTHERWISE.get(config.model_type, lambda *sizes: {})(width, depth) | otherwise)


def build(place, width, depth, **otherwise):
    """A model at random weights, in evaluation mode. Raises Unbuilt, which says why."""
    module, name = place
    try:
        made = getattr(importlib.import_module(module), name, None) or getattr(transformers, name)
        config = small(made.config_class, width, depth, **otherwise)
        if hasattr(config, "num_labels"):
            config.num_labels = LABELS
        parameters = _parameters(made, config) if (width, depth) == (WIDTHS[0], DEPTHS[0]) else 0
        if parameters <= PARAMETERS:
            return made(config).eval()
    except Exception as error:  # whatever a library raises for a configuration that it was not made for
        raise Unbuilt(reason(error)) from error
    raise Unbuilt(f"its smallest form has {parameters / 1e6:.0f} million parameters")


def _parameters(made, config):
    with torch.device("meta"):
        return sum(one.numel() for one in made(config).parameters())


class Unbuilt(Exception):
    """An architecture can't be built in a small form; the message says why, as one clause in plain words."""


def reason(error):
    """What a library's error says, as one clause: without line breaks, remedies and what differs from run to run."""
    said = " ".join(str(error).split())
    if package := re.search(r"requires the (\w+) library", said):
        return f"it needs {package[1]}, which the book leaves out"
    return f"{type(error).__name__}, {re.split('ValueError: |TypeError: ', said)[-1][:110].rstrip('. ')}"
