"""Who types what he sees into the search box finds the section about it first.

The built site's own worker answers, in Chromium, from the site's own index: part of `make verify`.

    python -m pytest tests/test_search.py --site site
"""

import pytest

from test_browser import browser, folder, site  # noqa: F401: fixtures

pytestmark = pytest.mark.browser

# How people title what goes wrong, in our words, and the section, or the page, that must come first.
FIRST = {
    "loss stuck at 0.693": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "loss stays at 2.30": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "loss not decreasing": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "initial loss too high": "checklist/#the-first-loss-is-far-above-log-of-the-number-of-classes",
    "first loss huge": "checklist/#the-first-loss-is-far-above-log-of-the-number-of-classes",
    "loss nan after first batch": "checklist/#the-loss-is-nan-from-the-first-batches",
    "loss becomes nan after a few epochs": "checklist/#the-loss-falls-then-becomes-nan",
    "val accuracy 0.1 never changes": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "predicts only one class": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "all outputs the same class": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "always predicts class 0": "checklist/#the-accuracy-is-the-share-of-the-first-class",
    "weights not updating": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
    "gradient is none": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
    "gradients are zero": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
    "gradients tiny": "checklist/#gradients-are-flat-but-tiny",
    "relu dying": "checklist/#dying-relu",
    "dead neurons": "checklist/#dying-relu",
    "tanh saturated": "checklist/#tanh-is-saturated",
    "two layers same weights": "checklist/#two-layers-are-identical",
    "TransformerEncoder layers identical": "checklist/#transformer-encoder",
    "learning rate too high": "checklist/#learning-rate-too-high-or-too-low",
    "network not learning": "checklist/",
    "model does not train": "checklist/",
    "softmax twice": "outputs/#softmax-twice",
    "softmax one unit": "outputs/#one-softmax-unit",
    "labels out of range": "outputs/#labels-out-of-range",
    "target out of bounds": "outputs/#labels-out-of-range",
    "shape mismatch target size broadcasting": "outputs/#labels-of-the-wrong-shape",
    "loss negative": "outputs/#the-loss-is-negative",
    "regression loss huge": "outputs/#large-targets",
    "regression predicts same value": "outputs/#out-of-reach",
    "loss stuck at 16.118": "outputs/#clipped-probabilities",
    "which activation for output layer": "outputs/#output-activation-and-loss",
    "nan gradient finite loss": "nan/#nan-gradient",
    "float16 nan": "nan/#half-precision",
    "orthogonal bfloat16": "nan/#half-precision",
    "orthogonal init ppo": "choosing/#reinforcement-learning-and-gans",
    "dcgan weight init 0.02": "choosing/#reinforcement-learning-and-gans",
    "imbalanced classes bias": "biases/#the-output-bias-knows-the-labels",
    "lstm forget gate bias": "biases/#the-forget-gate-of-an-lstm",
    "gradient clipping": "nan/#gradient-clipping",
    "weights don't change after training": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
    "training loss constant 2.3026": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "validation loss not improving": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "accuracy stuck at 10 percent": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "model not converging": "checklist/#what-you-see",
    "relu neurons always zero": "checklist/#dying-relu",
    "binary classifier always outputs 1": "outputs/#one-softmax-unit",
    "cross entropy with softmax pytorch wrong": "outputs/#softmax-twice",
    "fp16 loss nan": "nan/#half-precision",
    "initialize lstm weights": "biases/#the-forget-gate-of-an-lstm",
    "how to initialize bias": "biases/#why-zero-works",
    "how to check initialization": "checklist/#what-to-print",
    "same initializer instance": "fans/#one-instance-the-same-weights",
    "batchnorm initialization": "normalization/#the-scale-drops-out",
    "gelu initialization": "he/#other-rectifiers",
    "pretrained weights": "transfer/#new-heads-only",
    "kaiming vs xavier": "answer/#xavier-or-kaiming",
    "pytorch default init": "fans/#other-frameworks",
    "he initialization when preferred": "he/",
    "he initialization": "he/",
    "implement he initialization pytorch": "he/#in-code",
    "lecun initialization": "activations/#selu-and-lecun",
    "saturation": "random/#saturated-and-exploding",
    "initialize weights pytorch": "init_model/",
    "reinitialize model weights": "init_model/#draw-again",
    "muon initialization": "muon/",
    "mixture of experts router initialization": "mixture_of_experts/",
    "moe all tokens go to one expert": "mixture_of_experts/",
    "bf16 initialization": "bfloat16/",
    "adam bfloat16 keras not training": "bfloat16/#adam",
    "lottery ticket initialization": "lottery_tickets/",
    "supermask": "lottery_tickets/",
    "load model custom initializer unknown": "init_model/#save-and-load",
    "should I use softmax before CrossEntropyLoss": "outputs/#softmax-twice",
    "GAN discriminator loss does not change sigmoid BCEWithLogitsLoss": "outputs/#softmax-twice",
    "how to initialize LoRA A and B zero": "finetuning/#why-not-both-zero",
    "model.half() nan after optimizer step": "nan/#half-precision",
    "tied embeddings language model initial loss too high": "attention/#a-tied-head-reads-its-own-token",
    "what std for weights of a policy network ppo": "choosing/#reinforcement-learning-and-gans",
    "loss stuck at 1.46": "outputs/#softmax-twice",
    "BCELoss stuck at 100": "outputs/#clipped-probabilities",
    "CrossEntropyLoss error float labels expected long": "outputs/#labels-of-the-wrong-shape",
    "peft lora default init kaiming uniform": "finetuning/#what-the-libraries-draw",
    "best learning rate changes when I make the model wider": "mup/#does-the-best-rate-stay",
    "pre layer norm activations grow with depth": "transformers/#stream",
    "should I init embedding with std 1 or 0.02": "attention/#the-spread-of-embeddings-in-training",
    "why divide attention scores by sqrt d": "attention/#the-scale-of-attention",
    "gru hidden to hidden weights orthogonal or glorot": "recurrent/#the-kernels-of-gates",
    "rnn gradient vanishes over time steps": "recurrent/#the-gradient-through-time",
    "conv2d fan_in how to calculate kernel size": "convolutions/#the-fans-drawn",
}
ASK = """async phrases => {
  const config = JSON.parse(document.getElementById('__config').textContent)
  const {config: settings, docs} = await (await fetch(new URL('search/search_index.json', new URL(config.base, location)))).json()
  const worker = new Worker(new URL(config.search, new URL(config.base, location)))
  const ask = message => new Promise(done => { worker.onmessage = event => done(event.data); worker.postMessage(message) })
  await ask({type: 0, data: {config: settings, docs, options: {suggest: false}}})
  const hits = {}
  for (const phrase of phrases) {
    const {data} = await ask({type: 2, data: phrase})
    hits[phrase] = data.items.map(page => page[0].location)
  }
  return hits
}"""


@pytest.fixture(scope="module")
def hits(site):  # noqa: F811
    """{phrase: the addresses that the search gives, best first, the best section of each page}."""
    context = site.context()
    page = context.new_page()
    page.goto(site.base)
    found = page.evaluate(ASK, [*FIRST])
    context.close()
    return found


@pytest.mark.parametrize("phrase", FIRST)
def test_the_search_puts_the_section_first_that_helps(hits, phrase):
    assert hits[phrase][:1] == [FIRST[phrase]], f"the search gives {hits[phrase][:4]}"
