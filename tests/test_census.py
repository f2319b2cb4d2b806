"""The census: what it says is what other programs measure, a new model enters by itself, and its page shows what is on record."""

import json
import math
import re
import socket
import sys
import types

import numpy as np
import pytest
from scipy import stats

from evidence.engine import record
from evidence.readings import census as reading
from evidence.readings import census_papers as papers
from evidence.tables import census as table
from tests import pages

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
needs_transformers = pytest.mark.needs("transformers")
SIZES = [[64, 2], [128, 2], [128, 8]]


@pytest.fixture(scope="module")
def runs():
    return {"census": record.read("census")["runs"]}


@pytest.fixture(scope="module")
def built():
    """Models of the census's last size, made by the library's own classes and by hand."""
    import transformers as library

    library.set_seed(7)
    sizes = {"vocab_size": 512}
    return {
        "gpt2": library.GPT2LMHeadModel(library.GPT2Config(n_embd=128, n_layer=8, n_head=4, **sizes)),
        "llama": library.LlamaForCausalLM(
            library.LlamaConfig(hidden_size=128, num_hidden_layers=8, num_attention_heads=4, intermediate_size=512, **sizes)
        ),
        "t5": library.T5ForConditionalGeneration(
            library.T5Config(d_model=128, num_layers=8, num_decoder_layers=8, num_heads=4, d_kv=32, d_ff=512, **sizes)
        ),
        "vit": library.ViTForImageClassification(
            library.ViTConfig(hidden_size=128, num_hidden_layers=8, num_attention_heads=4, intermediate_size=512, image_size=32, patch_size=8)
        ),
    }


# Where the matrices of a kind stand, read from each model's printed structure
PLACES = {
    "gpt2": {
        "embedding": ["transformer.wte"], "query_key_value": ["attn.c_attn"], "attention_out": ["attn.c_proj"],
        "feed_forward_in": ["mlp.c_fc"], "feed_forward_out": ["mlp.c_proj"],
    },
    "llama": {
        "query": ["q_proj"], "key": ["k_proj"], "attention_out": ["o_proj"], "feed_forward_gate": ["gate_proj"],
        "feed_forward_out": ["down_proj"], "head": ["lm_head"],
    },
    "t5": {
        "embedding": ["shared"], "query": [".q"], "key": [".k"], "attention_out": [".o"], "feed_forward_out": [".wo"],
    },
    "vit": {
        "patch": ["patch_embeddings.projection"], "query": ["query", "q_proj"], "attention_out": ["attention.output.dense", "o_proj"],
        "feed_forward_in": ["intermediate.dense", "fc1"], "head": ["classifier"],
    },
}  # fmt: skip
CELLS = [(name, kind) for name, places in PLACES.items() for kind in places]


@needs_transformers
def test_twenty_cells_agree_with_models_that_were_built_by_hand(runs, built):
    assert len(CELLS) > 20
    for name, kind in CELLS:
        held = [p.detach().numpy().ravel() for path, p in built[name].named_parameters() if path.removesuffix(".weight").endswith(tuple(PLACES[name][kind]))]
        values, cell = np.concatenate(held), reading.cells(runs, reading.found(runs, name))[kind]
        error = cell.std * math.sqrt(1 / 2 / len(values))
        assert abs(values.std() - cell.std) < 6 * error, (name, kind, values.std(), cell)
        pvalue = stats.kstest(values[:5000] / values.std(), "norm").pvalue  # another test than that of the census
        assert (pvalue > 1e-4) == (cell.law == "normal"), (name, kind, pvalue, cell.law)


@needs_transformers
def test_the_first_loss_agrees_with_the_librarys_own(runs, built):
    import torch

    words = torch.randint(0, 512, (8, 64))
    for name in ("gpt2", "llama"):
        with torch.no_grad():
            loss = built[name].eval()(input_ids=words, labels=torch.randint(0, 512, words.shape)).loss.item() - math.log(512)
        recorded = reading.found(runs, name)["first_loss"][:, -1]
        assert abs(loss - recorded.mean()) < 0.06  # of 512 labels, each with a loss that strays by 0.25


@needs_transformers
def test_every_architecture_of_the_installed_library_is_in_the_record(runs):
    from evidence.networks.census_models import architectures

    names = {arm.partition("__")[2] for arm in architectures()}
    recorded = {arm.partition("__")[2] for arm in reading.architectures(runs)} | reading.missing(runs).keys()
    assert names == recorded and len(reading.tables(runs)) == len(reading.architectures(runs)) >= 150


@pytest.fixture
def new_model(monkeypatch):
    """A model that no release has yet, registered as the library registers its own, with a start of its own."""
    from transformers import LlamaConfig, LlamaForCausalLM, initialization
    from transformers.models.auto import modeling_auto

    class NovelConfig(LlamaConfig):
        model_type = "novel"

    class NovelForCausalLM(LlamaForCausalLM):
        config_class = NovelConfig

        def _init_weights(self, module):
            super()._init_weights(module)
            if module is getattr(self, "lm_head", None):
                initialization.uniform_(module.weight, -0.1, 0.1)

    module = types.ModuleType("transformers.models.novel")
    module.NovelForCausalLM = NovelForCausalLM
    monkeypatch.setitem(sys.modules, "transformers.models.novel", module)
    monkeypatch.setitem(modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, "novel", "NovelForCausalLM")
    return NovelConfig


@needs_transformers
def test_a_model_of_a_newer_release_enters_by_itself_and_asks_no_network(new_model, monkeypatch):
    from evidence.experiments import census

    monkeypatch.setattr(socket.socket, "connect", lambda *address: pytest.fail("it asked the network"))
    place = census.architectures()["causal__novel"]
    quantities = {name: np.array([values, values, values]) for name, values in census.architecture("causal__novel", place, 0).items()}
    runs = {"census": record.Arms({"causal__novel": quantities}, json.loads(json.dumps(census.PROTOCOL)), {})}
    cells = reading.cells(runs, quantities)
    assert {kind for kind, cell in cells.items() if cell.law == "uniform"} == {"head"}
    assert cells["head"].std == pytest.approx(0.1 / math.sqrt(3), rel=0.01)


@needs_transformers
def test_what_cannot_be_built_is_listed_with_its_reason_and_the_rest_goes_on(new_model, monkeypatch):
    from evidence.experiments import census

    def refuses(self, **rest):
        if self.hidden_size < 1000:
            raise ValueError("Widths must be\n prime. Choose others.")
        super(new_model, self).__post_init__(**rest)

    monkeypatch.setattr(new_model, "__post_init__", refuses)
    chosen = {name: place for name, place in census.architectures().items() if name in ("causal__novel", "causal__gpt2")}
    monkeypatch.setattr(census, "architectures", lambda: chosen)
    assert {*census.measure(0)} == {"causal__gpt2", "missing__novel__the library refuses a small form of it: Widths must be prime"}


@needs_transformers
def test_what_the_library_cannot_build_by_default_either_is_said_to_be_its_own(new_model, monkeypatch):
    from evidence.networks import census_models

    monkeypatch.setattr(new_model, "__post_init__", lambda self, **rest: self.rotary_base)
    with pytest.raises(census_models.Unbuilt, match="the library's own default form of it stops as well, with AttributeError"):
        census_models.build(census_models.architectures()["causal__novel"], 64, 2)


@needs_transformers
def test_a_list_with_an_entry_a_layer_has_as_many_entries_as_there_are_layers():
    from transformers import Gemma3nTextConfig

    from evidence.networks.census_models import small

    assert small(Gemma3nTextConfig, 64, 8).intermediate_size == [256] * 8


@needs_transformers
def test_weights_are_read_before_a_model_runs_for_running_changes_those_of_rwkv(runs):
    import torch
    from transformers import RwkvConfig, RwkvForCausalLM

    torch.manual_seed(0)
    model = RwkvForCausalLM(RwkvConfig(vocab_size=512, hidden_size=128, num_hidden_layers=8, context_length=128)).eval()
    last = model.rwkv.blocks[-1].attention.output.weight
    before = last.std().item()
    recorded = reading.cells(runs, reading.found(runs, "rwkv"))["attention_out"]
    assert recorded.std == pytest.approx(before, rel=0.01) and recorded.depth == 0
    with torch.no_grad():
        model(torch.randint(0, 512, (1, 4)))
    assert last.std().item() == pytest.approx(before / 2, rel=1e-3)


@needs_transformers
@pytest.mark.slow
def test_all_architectures_take_less_than_three_minutes_of_one_core():
    import time

    from evidence.experiments import census

    begin = time.process_time()
    assert sum(not arm.startswith("missing__") for arm in census.measure(0)) >= 150
    assert time.process_time() - begin < 180


@needs_transformers
def test_a_fault_of_ours_is_not_taken_for_the_librarys(monkeypatch):
    from evidence.experiments import census

    monkeypatch.setattr(census, "architectures", lambda: {"causal__gpt2": ("transformers.models.gpt2.modeling_gpt2", "GPT2LMHeadModel")})
    monkeypatch.setattr(census, "kinds", lambda model: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        census.measure(0)


# The page

def test_what_a_cut_leaves_of_a_spread_is_scipys():
    assert papers.UNCORRECTED == pytest.approx(stats.truncnorm(-2, 2).std()) and papers.AT_ONE == pytest.approx(stats.truncnorm(-1, 1).std())


def test_every_source_has_its_footnote_on_the_page():
    page = (pages.ROOT / "docs/census.md").read_text()
    notes = {note for said in papers.PAPERS.values() for note in re.findall(r"\[\^\w+\]", said.notes)}
    assert len(papers.PAPERS) >= 10 and [note for note in notes if f"\n{note}: " not in page] == []


def test_the_table_has_a_row_for_each_architecture_and_a_cell_for_each_column(runs):
    rows = table.table(runs).splitlines()
    assert len(rows) == 2 + len(reading.architectures(runs)) and len({row.count("|") for row in rows}) == 1


def test_the_columns_of_the_record_are_those_that_are_read(runs):
    assert runs["census"].protocol["sizes"] == SIZES
    for quantities in reading.architectures(runs).values():
        for kind in reading.matrices(quantities):
            assert quantities[kind].shape[1] == len(runs["census"].protocol["columns"])


RECIPES = {"GPT-2": "gpt2", "Llama": "llama", "T5": "t5", "ViT": "vit"}


@needs_transformers
def test_the_recipes_start_as_the_census_says(runs):
    tried = []
    for block in pages.python_blocks(pages.ROOT / "docs/census.md"):
        namespace = {}
        exec(block.code, namespace)
        name = RECIPES[namespace["__doc__"].partition("'")[0]]
        cells = reading.cells(runs, reading.found(runs, name))
        recipe = {kind: np.array(values) for kind, values in namespace["weights"].items()}
        left_out = {"head", "position"} - recipe.keys()  # tied, or drawn like the rest
        assert cells.keys() - left_out == recipe.keys(), name
        for kind, values in recipe.items():
            assert values.std() == pytest.approx(cells[kind].std, rel=5 / math.sqrt(2 * values.size) + 0.005), (name, kind)
        tried.append((name, "torch" in block.code))
    assert sorted(tried) == sorted((name, framework) for name in RECIPES.values() for framework in (False, True))
