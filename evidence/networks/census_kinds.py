"""What a parameter of a network is for, by its name and its module: the kinds that the census tells apart."""

import math
import re

import torch
from torch import nn

VECTORS = ("norm", "bias", "layer_scale")
# The first that fits a name with its numbers left out; what none fits is counted but not described
ATTENTION = r"(?:att|mixer)\w*\."
KINDS = {
    "layer_scale": r"layer_?scale|lambda_?[12]?$|gamma_[12]$|\bls[12]\b",
    "norm": r"(norm|ln|bn)\w*(\.\w+)?\.(weight|gamma)$",
    "bias": r"bias$|\.beta$",
    "position": r"pos(ition)?s?_?(emb|bias)|embed_positions|positions_embed|position_embeddings|\.wpe\b|token_type|rel_pos|_token$|relative_attention",
    "router": r"router|\bgate$|\bgate\.wg$|shared_expert_gate",
    "state_space_out": r"(mamba|mixer|linear_attn|temporal_block|mlstm_layer|conv)\.(out_proj|linear_out)$|linear_attn\.o_proj$",
    "state_space_in": r"(mamba|mixer|linear_attn|conv)\.(in_proj\w*|x_proj)$|temporal_block\.linear_[xy]$",
    "embedding": r"(embed_tokens|token_embedding|word_embeddings?|wte|tok_embeddings|shared|embed_in|tokens_embed|(transformer|backbone|rwkv|model|)\.?embeddings|^transformer\.w|word_lut)$",
    "head": r"(^|\.)(lm_heads?|embed_out|score|classifier|output_projection|ctc_head|pred_layer\.proj|vocab_projector)$|(predictions|head|generator_lm_head)\.decoder$|^(head|fc|output)$",
    "query": rf"\b(q_proj|query|q_lin|wq|query_proj|q_head|to_q(uery)?|linear_q|queries\.linear|q_[ab]_proj|projection_query|q_proj\.linear)$|{ATTENTION}q$",
    "key": rf"\b(k_proj|key|k_lin|wk|key_proj|k_head|to_k(ey)?|linear_k|projection_key|k_proj\.linear)$|{ATTENTION}k$",
    "value": rf"\b(v_proj|value|v_lin|wv|value_proj|v_head|linear_v|projection_value|v_proj\.linear)$|{ATTENTION}v$",
    "query_key_value": r"(qkv(_proj)?|query_key_value|c_attn|in_proj_weight|queries_keys_values\.linear|att\w*\.in_proj|kv_a_proj_with_mqa|kv_b_proj|kv_proj|to_kv)$",
    "attention_out": rf"{ATTENTION}(output\.)?(o_proj|out_proj|dense|c_proj|out_lin|wo|o|proj|to_out|output|out|post_proj|linear_out|o_proj\.linear)$",
    "expert_out": r"(?<!shared_)experts?\..*(down_proj|w2|output_linear|wo|fc2)$",
    "expert_in": r"(?<!shared_)experts?\..*(gate_up_proj|up_proj|gate_proj|w1|w3|input_linear|wi|fc1)$",
    "feed_forward_out": r"(down_proj|fc2|fc_out|dense_4h_to_h|\boutput\.dense|mlp\.dense2|w2|wo|lin2|linear_?2|layer_2|ffn_output|pwconv2|proj_down|output_dense|mlp\.c_proj|output_linear|feed_forward\.(output|value))$",
    "feed_forward_gate": r"(gate_proj|wi_0|proj_up_gate)$",
    "feed_forward_in": r"(up_proj|fc1|fc_in|c_fc|dense_h_to_4h|intermediate\.dense|mlp\.dense1|w1|w3|wi|wi_1|lin1|linear_?1|layer_1|\bffn|pwconv1|proj_up|intermediate_dense|gate_up_proj|input_linear|feed_forward\.(intermediate|key))$",
}  # fmt: skip
PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in KINDS.items()}
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


def kinds(model):
    """{kind: [(tensor, fan_in or None)]} of the parameters of a model, each once; "other" has what no kind fits.

    A padding token's row of an embedding is left out: it is filled with zeros after the law has been drawn.
    """
    found, seen = {}, set()
    for path, module in model.named_modules():
        padding = getattr(module, "padding_idx", None)
        for leaf, parameter in module.named_parameters(recurse=False):
            if id(parameter) not in seen and parameter.numel():
                seen.add(id(parameter))
                values = parameter.detach()
                values = values if padding is None else torch.cat([values[:padding], values[padding + 1 :]])
                found.setdefault(kind(f"{path}.{leaf}", module, parameter), []).append((values, fan_in(module, parameter)))
    return found


def kind(name, module, parameter):
    """The kind of one parameter, of this dotted name, in this module."""
    whole = re.sub(r"\.\d+(?=\.)", "", name)
    stem = whole.removesuffix(".weight")
    vector = parameter.squeeze().ndim < 2
    if isinstance(module, CONVOLUTIONS) and not vector:
        return "patch" if "patch" in name else "depthwise" if module.groups > 1 else "convolution"
    if vector:
        return next((kind for kind in VECTORS if PATTERNS[kind].search(whole)), "other")
    found = next((kind for kind, pattern in PATTERNS.items() if kind not in VECTORS and pattern.search(stem)), "other")
    return "position" if isinstance(module, nn.Embedding) and found != "embedding" else found


def fan_in(module, parameter):
    """How many inputs feed one unit of a dense or convolutional layer; None of other parameters."""
    if parameter.ndim < 2 or isinstance(module, nn.Embedding):
        return None
    if type(module).__name__ == "Conv1D":  # GPT-2's dense layer, which keeps its matrix the other way round
        return parameter.shape[0]
    if isinstance(module, (nn.Linear, nn.MultiheadAttention, *CONVOLUTIONS)):
        return math.prod(parameter.shape[1:])
    return None
