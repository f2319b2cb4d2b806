"""Who types what he sees into the search box finds the section about it first.

The built site's own worker answers, in Chromium, from the site's own index, and the search box shows what it says: part of `make verify`.

    python -m pytest tests/test_search.py --site site
"""

import re

import pytest

from tests.browser import browser, folder, page_with, site  # noqa: F401

pytestmark = pytest.mark.browser

# How people title what goes wrong, in our words, and the section, or the page, that must come first.
FIRST = {
    "loss stuck at 0.693": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "loss stays at 2.30": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "loss not decreasing": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "initial loss too high": "checklist/#the-first-loss-is-far-above-log-of-the-number-of-classes",
    "loss nan after first batch": "checklist/#the-loss-is-nan-from-the-first-batches",
    "loss becomes nan after a few epochs": "checklist/#the-loss-falls-then-becomes-nan",
    "val accuracy 0.1 never changes": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "predicts only one class": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "always predicts class 0": "checklist/#the-accuracy-is-the-share-of-the-first-class",
    "weights not updating": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
    "gradient is none": "checklist/#weights-do-not-update-the-gradient-is-none-or-zero",
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
    "accuracy stuck at 10 percent": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "model not converging": "checklist/#what-you-see",
    "relu neurons always zero": "checklist/#dying-relu",
    "binary classifier always outputs 1": "outputs/#one-softmax-unit",
    "cross entropy with softmax pytorch wrong": "outputs/#softmax-twice",
    "fp16 loss nan": "nan/#half-precision",
    "initialize lstm weights": "biases/#the-forget-gate-of-an-lstm",
    "how to initialize bias": "biases/",
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
    "saturation": "checklist/#tanh-is-saturated",
    "initialize weights pytorch": "init_model/#in-your-project",
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
    # half typed, and other forms of a word
    "vanishin": "vanishing/",
    "saturat": "checklist/#tanh-is-saturated",
    "explode gradients": "vanishing/",
    "initialise weights pytorch": "init_model/#in-your-project",
    "do I need lecun_normal with selu": "activations/#selu-and-lecun",
    "print mean and std of activations per layer with pytorch hooks": "checklist/#what-to-print",
    "most relu units dead after the first epoch": "checklist/#dying-relu",
    "val_acc stays at exactly 0.5 in binary classification": "outputs/#one-softmax-unit",
    "initialization for residual blocks without batchnorm": "residual/#which-of-them",
    "what is the default weight initialization of nn.Conv2d": "fans/#other-frameworks",
    "set forget gate bias to 1 in nn.LSTM": "biases/#the-forget-gate-of-an-lstm",
    "why initializer_range=0.02 in BERT config": "census/#the-answer",
    "how to initialize a new classification layer on a frozen backbone": "transfer/#zeros-for-a-new-head",
    "activations blow up layer after layer before any training": "checklist/#activations-shrink-or-grow-by-layer",
    "binary crossentropy goes below zero": "outputs/#the-loss-is-negative",
    "initializer for swish activation": "he/#other-rectifiers",
    "GRU cannot learn long sequences": "recurrent/#fifty-steps-of-nothing",
    "CNN gives the same prediction for every image": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "why does nn.Linear use kaiming_uniform with a=sqrt(5)": "fans/#other-frameworks",
    "loss is nan from the very first iteration": "checklist/#the-loss-is-nan-from-the-first-batches",
    "zero_init_residual: why is the last bn gamma zero": "normalization/#where-a-zero-belongs",
    "what happens if all weights start with the same constant value": "symmetry/",
    "layernorm weights never change in pure bf16 training": "bfloat16/",
    "std of truncated normal is smaller than what I asked for": "fans/#the-truncated-normal",
    "best kernel_initializer for a relu MLP in keras": "answer/#the-table",
    "does initialization still matter with adam": "answer/#how-much-it-matters",
    "gpt training loss starts at 80 instead of 10.8": "attention/#a-softmax-that-knows-nothing",
    "lora B stays zero, nothing is trained": "finetuning/#why-not-both-zero",
    "glorot uniform or glorot normal, is there a difference": "variance/#uniform-or-normal",
    "first layers receive almost no gradient": "vanishing/",
    "training goes fine, then loss suddenly nan in epoch 2": "checklist/#the-loss-falls-then-becomes-nan",
    "orthogonal init gain sqrt(2) hidden layers, 0.01 for actor output": "choosing/#reinforcement-learning-and-gans",
    "rewind weights to the original initialization after pruning": "lottery_tickets/#five-starts-of-a-pruned-network",
    "ConvTranspose2d fan_in and fan_out swapped": "fans/#transposed-convolutions",
    "retinanet focal loss bias prior pi": "prior_bias/",
    "fan out wrong for depthwise conv groups": "fans/#depthwise-convolutions",
    "post norm transformer diverges without warmup": "transformers/#gradient",
    "deep network with sigmoid activations is not learning": "activations/#sigmoid-and-where-the-four-comes-from",
    "attention output nearly identical for all tokens in deep layers": "attention/#attention-alone-forgets",
    "amp float16 training diverges, float32 is fine": "faq/#why-does-my-float16-model-turn-to-nan-with-adam",
    "LSTM forgets everything after a few dozen time steps": "biases/#the-forget-gate-of-an-lstm",
    "mup coord check not flat": "mup/#the-check",
    "RNN hidden state stuck at plus minus one": "recurrent/#one-matrix-many-times",
    "small positive bias 0.01 for relu layers, good idea?": "biases/#why-zero-works",
    "why gain 5/3 for tanh in calculate_gain": "activations/#tanh-and-five-thirds",
    "what learning rate for lora": "finetuning/#what-each-start-does",
    "all neurons in a layer learn the same thing": "symmetry/#sigmoid-everything-moves-nothing-differs",
    "predicting house prices, mse loss 1e10 does not go down": "outputs/#large-targets",
    "how do I apply xavier init to every layer of my model": "init_model/",
    "torch.sqrt in my loss gives nan gradients": "nan/#nan-gradient",
    "kaiming init for leaky relu, what gain": "he/#other-rectifiers",
    "scale residual projections by 1/sqrt(2 n_layer) at init": "residual/#residual-scale",
    "very deep resnet diverges when I remove batch normalization": "faq/#why-does-my-deep-resnet-diverge-without-batch-normalization",
    "does weight init matter if I use batch norm": "normalization/#the-scale-drops-out",
    "regression network predicts only the mean": "faq/#why-does-my-regression-network-predict-only-the-mean",
    "kaiming_normal_ mode fan_in or fan_out": "fans/#what-is-a-fan",
    "reset model weights between k folds": "init_model/#draw-again",
    "exploding gradient in a vanilla RNN": "recurrent/#one-matrix-many-times",
    "nn.Embedding default N(0, 1) is too large, model does not train": "attention/#a-tied-head-reads-its-own-token",
    "learning rate of the small model is too large for the big model": "mup/#does-the-best-rate-stay",
    "does dropout change the right init variance": "dropout/#dropout",
    "can logistic regression weights be initialized to zero": "symmetry/#when-zeros-are-right",
    "accuracy is different every time I retrain the same network": "experiment/#seeds",
    "keras loss is constant right from the start": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "training accuracy is the same number in every epoch": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "training a cnn from scratch, loss does not decrease": "checklist/#the-loss-stays-at-log-of-the-number-of-classes",
    "gan discriminator loss drops to zero": "faq/#why-does-my-gan-not-train",
    "vae kl loss explodes to nan": "faq/#why-is-the-kl-loss-of-my-vae-nan",
    "u-net predicts black image no mask": "faq/#why-all-zeros",
    "segmentation accuracy is high but every predicted mask is black": "faq/#why-all-zeros",
    "dqn agent cannot find a good policy": "faq/#why-does-my-dqn-or-ppo-agent-not-learn",
    "why are random weights better than zeros at initialization": "faq/#why-at-random-and-not-to-zero",
    "why is zero initialization not good": "faq/#is-zero-initialization-ever-right",
    "lstm time series forecast is the same value every time": "faq/#why-the-same-value-for-a-time-series",
    "bert text classification gives one result for everything": "faq/#why-the-same-result-for-every-input",
    "default kernel initializer of tf.layers.conv2d and dense": "fans/#kerass-defaults-read-from-keras",
    "neural network gives the same output for every input": "checklist/#the-accuracy-is-the-share-of-the-commonest-class",
    "results differ between runs even with fixed seed": "experiment/#seeds",
    "resnet trained from scratch does not reach the published accuracy": "faq/#why-does-my-resnet-not-reach-the-accuracy-of-the-paper",
    "vgg16 from scratch does not converge": "faq/#why-does-vgg16-not-converge",
    "lstm loss goes to nan exploding gradient": "faq/#why-does-my-rnn-explode",
    "initialize new token embeddings differently": "faq/#how-do-i-initialize-new-tokens",
    "bert weights newly initialized warning": "faq/#newly-initialized",
    "loss spikes during warmup llama 13b": "faq/#why-does-my-llm-spike",
    "xavier or gaussian initialization for convolution": "faq/#which-initializer-for-a-cnn-with-relu",
    "controlnet zero conv initialization": "faq/#why-does-a-zero-convolution-train",
    "vit from scratch loss does not drop": "faq/#why-so-slowly-at-the-beginning",
    "loss explodes and becomes nan in the first epoch": "faq/#why-is-my-loss-nan",
    "gcn classifies all nodes into one category": "faq/#why-the-same-result-for-every-input",
    "seq2seq repeats the same word": "faq/#why-the-same-word",
    "autoencoder reconstructions are all gray": "faq/#why-one-gray-image",
    "initial bias values for a neural network": "faq/#which-value-for-a-bias",
    "why is learning slow for sigmoid": "faq/#why-is-learning-slow-with-sigmoid",
    "pytorch seed to get the same initial weights": "faq/#how-do-i-seed",
    "validation accuracy does not improve with transfer learning": "faq/#why-no-better-in-transfer",
    "what happens if i don't freeze layers in transfer learning": "faq/#what-if-i-dont-freeze",
    "normal or uniform distribution for xavier initialization": "faq/#normal-or-uniform",
    "language model loss stays at log of vocabulary size": "faq/#why-at-the-log-of-the-vocabulary",
    "re-init keras weights without recompiling": "faq/#how-do-i-re-init-keras-weights-without-recompiling",
    "loss goes down much slower in bf16 than in fp32": "faq/#why-slower-in-bf16",
    "initialization for sine activation": "faq/#which-initializer-for-a-sine-activation-siren",
    "xor network stays near 0.6 loss": "faq/#why-does-my-xor-network-always-output-05",
    "what are good initial weights in a neural network": "faq/#what-are-good-initial-weights",
    "nn.embedding default distribution of weights": "faq/#which-initializer-for-embeddings",
    "loss fluctuates wildly what to change": "faq/#why-does-my-loss-oscillate",
    "multilabel classification outputs all ones or all zeros": "faq/#why-all-zeros",
    "how to do weight initialization for nn.Linear": "init_model/#in-your-project",
    "unet prediction is all black image": "faq/#why-all-zeros",
    "loss does not decrease when fine-tuning BERT": "faq/#why-not-decrease-in-fine-tuning",
    "initializers with the same seed produce different values keras": "faq/#same-seed-same-values",
    "pass scale parameter to keras layer initializer": "faq/#how-do-i-write-a-custom-initializer",
    "GCN training loss stuck at same value": "faq/#why-does-my-gnn-not-learn",
    "flax nn.Dense kernel_init arguments": "faq/#how-do-i-initialize-in-flax",
    "weight histogram flat in tensorboard": "faq/#how-do-i-detect-vanishing-gradients",
    "why does adding more layers make the output worse": "faq/#why-does-my-deep-network-get-stuck-where-one-with-few-layers-trains",
    "how to calculate fan_in and fan_out of conv layer": "convolutions/#the-fans-drawn",
    "pixelshuffle initialization icnr": "convolutions/#icnr",
    "pretrained resnet with one channel grayscale images": "transfer/#channels",
    "size mismatch load_state_dict strict=False": "transfer/#size-mismatch",
    "add a layer to a trained network without changing its output": "transfer/#more-layers",
    "lstm initial hidden state zeros or random": "recurrent/#first-state",
    "meta device to_empty weights are garbage": "init_model/#meta-device",
    "exclude bias and norm from weight decay": "dropout/#exclude",
    "bias for poisson count regression": "biases/#counts",
    "initializer is unseeded and being called multiple times": "fans/#one-instance-the-same-weights",
    "orthogonal_ not implemented for half": "nan/#half-precision",
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


def test_the_search_finds_he_and_opens_the_page(site):  # noqa: F811
    page = page_with(site, "h1")
    page.keyboard.press("/")
    page.locator("[data-md-component=search-query]").press_sequentially("he_normal")
    hit = page.locator(".md-search-result__link").first
    hit.wait_for()
    address = hit.get_attribute("href").split("?")[0].split("#")[0]
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.split("?")[0].split("#")[0] == address)
    assert "he_normal" in page.locator("article").inner_text()
    page.context.close()


TYPED = {  # what people type, and the page that must come first; with an anchor, the section that must be its first
    "dying relu": "checklist/#dying-relu",
    "xavier": "glorot/",
    "kaiming": "he/",
    "symmetry": "symmetry/",
    "nan loss": "nan/",
    "exploding gradient": "vanishing/",
}


@pytest.mark.parametrize("phrase", TYPED)
def test_the_search_puts_the_right_section_first(site, phrase):  # noqa: F811
    page = page_with(site, "h1")
    page.keyboard.press("/")
    page.locator("[data-md-component=search-query]").press_sequentially(phrase)
    page.locator(".md-search-result__link").first.wait_for()
    page.wait_for_timeout(500)  # results arrive letter by letter
    links = [link.get_attribute("href").removeprefix(site.base) for link in page.locator(".md-search-result__link").all()[:2]]
    found, section = (re.sub(r"\?[^#]*", "", link) for link in links)
    page.context.close()
    assert found == TYPED[phrase].partition("#")[0]
    assert "#" not in TYPED[phrase] or section == TYPED[phrase]
