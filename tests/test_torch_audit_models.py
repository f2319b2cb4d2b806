"""snippets/tools/torch/audit.py finds no fault in the architectures of Transformers, built small and drawn as the library draws them."""
import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before the import: nothing is fetched

import pytest

pytestmark = [pytest.mark.needs("torch"), pytest.mark.needs("transformers")]
torch = pytest.importorskip("torch", reason="PyTorch is in requirements-frameworks.txt")
library = pytest.importorskip("transformers", reason="Transformers is in requirements-models.txt")

from snippets.tools.torch.audit import audit  # noqa: E402  these need torch
from tests.audited_torch import is_code, mended  # noqa: E402

DEEP = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 128}
TEXT = DEEP | {"vocab_size": 99, "max_position_embeddings": 64}
HEADS = TEXT | {"num_key_value_heads": 2, "head_dim": 16, "pad_token_id": 0}
IMAGE = DEEP | {"image_size": 32, "patch_size": 8}
OLD = {"n_embd": 64, "n_layer": 3, "n_head": 4, "vocab_size": 99, "n_positions": 64}
TWO = {"d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 128,
       "decoder_ffn_dim": 128, "vocab_size": 99, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
SOUND = DEEP | {"conv_dim": (32, 32, 32), "conv_stride": (5, 4, 4), "conv_kernel": (10, 4, 4), "num_feat_extract_layers": 3,
                "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "classifier_proj_size": 32}

torch.manual_seed(0)
IDS, NUMBERS, CLASSES = torch.randint(3, 99, (8, 16)), torch.randn(8, 3, 32, 32), torch.arange(8) % 10
BATCHES = {
    "ForCausalLM": {"input_ids": IDS, "labels": IDS}, "LMHeadModel": {"input_ids": IDS, "labels": IDS}, "ForMaskedLM": {"input_ids": IDS, "labels": IDS},
    "ForConditionalGeneration": {"input_ids": IDS, "labels": IDS}, "ForSequenceClassification": {"input_ids": IDS, "labels": CLASSES},
    "ForImageClassification": {"pixel_values": NUMBERS, "labels": CLASSES}, "ForAudio": {"input_values": torch.randn(4, 3200), "labels": torch.arange(4) % 2},
    "WhisperForConditionalGeneration": {"input_features": torch.randn(8, 20, 100), "labels": IDS},
    "CLIPModel": {"input_ids": IDS, "pixel_values": NUMBERS, "return_loss": True},
}  # fmt: skip
MODELS = {  # the class of a model, and what its configuration takes
    "GPT2LMHeadModel": OLD, "GPTJForCausalLM": OLD | {"rotary_dim": 8}, "LlamaForCausalLM": HEADS, "MistralForCausalLM": HEADS, "Qwen2ForCausalLM": HEADS,
    "Qwen3ForCausalLM": HEADS, "GemmaForCausalLM": HEADS, "Gemma2ForCausalLM": HEADS, "MixtralForCausalLM": HEADS | {"num_local_experts": 4},
    "Phi3ForCausalLM": TEXT | {"num_key_value_heads": 2, "pad_token_id": 0}, "PhiForCausalLM": TEXT, "GPTNeoXForCausalLM": TEXT, "FalconForCausalLM": TEXT,
    "BloomForCausalLM": {"hidden_size": 64, "n_layer": 3, "n_head": 4, "vocab_size": 99}, "MambaForCausalLM": {"hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 99, "state_size": 8},
    "OPTForCausalLM": {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "ffn_dim": 128, "vocab_size": 99, "word_embed_proj_dim": 64},
    "BertForSequenceClassification": TEXT, "BertForMaskedLM": TEXT, "RobertaForSequenceClassification": TEXT, "ElectraForSequenceClassification": TEXT | {"embedding_size": 32},
    "AlbertForSequenceClassification": TEXT | {"embedding_size": 32}, "DistilBertForSequenceClassification": {"dim": 64, "n_layers": 3, "n_heads": 4, "hidden_dim": 128, "vocab_size": 99},
    "DebertaForSequenceClassification": TEXT, "DebertaV2ForSequenceClassification": TEXT | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "XLNetForSequenceClassification": {"d_model": 64, "n_layer": 3, "n_head": 4, "d_inner": 128, "vocab_size": 99},
    "T5ForConditionalGeneration": {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4, "vocab_size": 99, "decoder_start_token_id": 0},
    "BartForConditionalGeneration": TWO | {"max_position_embeddings": 64}, "WhisperForConditionalGeneration": TWO | {"num_mel_bins": 20, "max_source_positions": 50, "max_target_positions": 64},
    "ViTForImageClassification": IMAGE, "DeiTForImageClassification": IMAGE, "BeitForImageClassification": IMAGE,
    "SwinForImageClassification": {"image_size": 32, "patch_size": 4, "embed_dim": 24, "depths": [2, 2], "num_heads": [2, 4], "window_size": 4},
    "SegformerForImageClassification": {"depths": [1, 1, 1, 1], "hidden_sizes": [16, 32, 32, 64]}, "ConvNextForImageClassification": {"depths": [2, 2], "hidden_sizes": [32, 64], "num_stages": 2},
    "ResNetForImageClassification": {"embedding_size": 16, "hidden_sizes": [32, 64], "depths": [2, 2]},
    "Wav2Vec2ForSequenceClassification": SOUND, "HubertForSequenceClassification": SOUND,
    "CLIPModel": {"text_config": TEXT, "vision_config": IMAGE, "projection_dim": 32},
}  # fmt: skip


def build(name):
    """(a model, a batch for it)"""
    kind = next(end for end in (name, *BATCHES) if end in BATCHES and name.endswith(end))
    kind = "ForAudio" if MODELS[name] is SOUND else kind
    options = MODELS[name] | ({"num_labels": 10} if "Classification" in name and kind != "ForAudio" else {})
    model = getattr(library, name)
    torch.manual_seed(0)
    return model(model.config_class(**options)), BATCHES[kind]


@pytest.mark.parametrize("name", MODELS)
def test_an_architecture_in_use_gets_no_finding(name):
    report = audit(*build(name))
    assert not report.findings, str(report)
    assert len(report.rows) > 5 and report.loss > 0


LOUD = {"GPT2LMHeadModel": "transformer.h.1.mlp.c_fc", "LlamaForCausalLM": "model.layers.1.mlp.down_proj",
        "BertForSequenceClassification": "bert.encoder.layer.2.output.dense", "ViTForImageClassification": "vit.embeddings.patch_embeddings.projection",
        "ResNetForImageClassification": "resnet.encoder.stages.1.layers.0.layer.0.convolution"}  # fmt: skip


@pytest.mark.parametrize("name", LOUD)
def test_one_loud_layer_of_it_is_named_and_its_remedy_run_as_printed_removes_the_finding(name):
    model, x = build(name)
    with torch.no_grad():
        model.get_submodule(LOUD[name]).weight.mul_(100)
    found = audit(model, x).findings
    assert [finding.layer for finding in found] == [LOUD[name]] and found[0].fault == "kernel too large" and is_code(found[0].remedy), found
    assert not audit(**mended({"model": model, "x": x}, found[0])).findings


@pytest.mark.parametrize("name", ["BertForSequenceClassification", "ViTForImageClassification"])
def test_the_loss_is_the_model_s_own_also_where_labels_stand_beside_it(name):
    model, x = build(name)
    for part in model.modules():
        part.p = 0.0  # of dropout, so that every pass gives the same
    model.set_attn_implementation("eager")
    inputs = {key: value for key, value in x.items() if key != "labels"}
    losses = [float(model.train()(**x).loss), audit(model, x).loss, audit(model, inputs, x["labels"]).loss]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-5)


def test_labels_that_the_model_cannot_name_are_a_finding_and_not_an_error():
    model, x = build("BertForSequenceClassification")
    report = audit(model, x | {"labels": CLASSES + 5})
    assert report.outcome == "elsewhere" and "run from 5 to 12 and the output has 10 units" in str(report)
