"""Every architecture that transformers registers, in a small form: which there are, their configurations, what can't be built."""

import importlib
import os
import re
import warnings
from itertools import cycle, islice

import torch
import transformers

from evidence.networks.census_sizes import COUNTS, DEPTHS, HEADS, LABELS, LAYERS, LONGEST, VOCABULARY, WIDTHS

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing is downloaded, ever
transformers.logging.set_verbosity_error()

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
RECOMPUTED = {"layer_types", "mlp_layer_types", "layers_block_type", "per_layer_config"}
REQUIRED = {"num_experts_per_tok", "n_shared_experts", "head_dim"}  # left at None by some, and needed
OTHERWISE = {  # the same word for another thing
    "dots1": lambda width, depth: {"n_routed_experts": HEADS},
    "gpt_neo": lambda width, depth: {"attention_types": [[["global"], depth]]},
    "lfm2_moe": lambda width, depth: {"layer_types": ["conv", "full_attention"] * (depth // 2)},
    "mamba2": lambda width, depth: {"head_dim": width // 2},
    "nemotron": lambda width, depth: {"num_key_value_heads": HEADS},
    "reformer": lambda width, depth: {"axial_pos_embds_dim": [width // 2] * 2, "axial_pos_shape": [8, LONGEST // 8], "attn_layers": ["local"] * depth},
    "rwkv": lambda width, depth: {"vocab_size": VOCABULARY + 1},  # it tells its head by its shape, which a feed-forward matrix has as well
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
    held = vars(config())
    layers = next((held[name] for name in LAYERS.split() if isinstance(held.get(name), int)), None)
    for name, value in held.items():
        if isinstance(value, transformers.PretrainedConfig):
            given[name] = small(type(value), width, depth)
        elif name in RECOMPUTED:
            given[name] = None
        elif isinstance(value, list | tuple) and len(value) == layers:  # an entry a layer
            given[name] = type(value)([sizes[name]] * depth if name in sizes else value[:depth])
        elif name in sizes and isinstance(value, list | tuple):
            given[name] = type(value)([sizes[name]] * len(value))
        elif name in sizes and (value is not None or name in REQUIRED):
            given[name] = sizes[name]
        elif name == "vocab_size" or "vocab" in name and isinstance(value, int) and value > VOCABULARY:
            given[name] = VOCABULARY
        elif name.endswith("token_id") and isinstance(value, int) and value >= VOCABULARY:
            given[name] = VOCABULARY - 1
    given["use_cache"] = False
    if "qk_nope_head_dim" in given:
        given.pop("head_dim", None)  # it follows from the two that the heads are made of
    if "expand" in held:
        given.pop("intermediate_size", None)  # Mamba's: it follows from the factor
    otherwise = OTHERWISE.get(config.model_type, lambda *sizes: {})(width, depth) | otherwise
    try:
        return config(**given | otherwise)
    except Exception:  # Zamba's recomputed types are as many as ever: now each type in turn
        turns = {name: [*islice(cycle(dict.fromkeys(held[name])), depth)] for name in RECOMPUTED if isinstance(held.get(name), list)}
        return config(**given | turns | otherwise)


def build(place, width, depth, **otherwise):
    """A model at random weights, in evaluation mode. Raises Unbuilt, which says why."""
    (module, name), made = place, None
    try:
        made = getattr(importlib.import_module(module), name, None) or getattr(transformers, name)
        config = small(made.config_class, width, depth, **otherwise)
        if hasattr(config, "num_labels"):
            config.num_labels = LABELS
        warnings.filterwarnings("ignore", "Initializing zero-element tensors")  # a padding of no width
        parameters = _parameters(made, config) if (width, depth) == (WIDTHS[0], DEPTHS[0]) else 0
        if parameters <= PARAMETERS:
            return made(config).eval()
    except Exception as error:  # whatever a library raises for a configuration that it was not made for
        raise Unbuilt(reason(error, own=_stops(made))) from error
    raise Unbuilt(f"its small form still has {parameters / 1e6:.0f} million parameters, of sizes that stand in no field we know")


def _stops(made):
    """True if the library can't build the form that its own configuration describes by default, either."""
    try:
        _parameters(made, made.config_class())
    except Exception:  # whatever a library raises
        return True
    return False


def _parameters(made, config):
    with torch.device("meta"):
        return sum(one.numel() for one in made(config).parameters())


class Unbuilt(Exception):
    """An architecture can't be built in a small form; the message says why, as one clause in plain words."""


def reason(error, own=False):
    """What a library's error says, as one clause: its first sentence, without what it wraps and without remedies.

    own: whether the library's own default form stops as well.
    """
    said = " ".join(str(error).split())
    if package := re.search(r"requires the (\w+) library", said):
        return f"it needs {package[1]}, which the book leaves out"
    words = re.split(r"ValueError: |TypeError: ", said)[-1].split(". ")[0].rstrip(".")
    kind = type(error).__name__
    if own:
        return f"the library's own default form of it stops as well, with {kind}: {words}"
    return f"the library refuses a small form of it: {words}" if isinstance(error, ValueError) else f"its small form stops with {kind}: {words}"
