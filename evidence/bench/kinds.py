"""Processor time of a step, for a network of each kind that is not dense: built.Trainer, keras.fit and PyTorch, one thread each.

The experiments train such networks one after the other, a seed on each core, so what counts is the time of one core.
"""

import functools
import multiprocessing
import os
import time
from importlib.util import find_spec

import numpy as np

from evidence.bench import speed, timings

BATCH, STEPS, REPEATS, RATE = 64, 200, 5, 1e-3
EPSILON = 1e-3  # of a layer normalization in Keras
SHAPES = {"convolution": (14, 14, 1), "recurrent": (28, 28), "transformer": (16, 49)}  # MNIST pooled, by rows, by patches


def keras_network(kind):
    """A Keras model that gives logits."""
    import keras
    from keras import layers

    h = inputs = keras.Input(SHAPES[kind])
    if kind == "convolution":
        for stride in (1, 1, 2, 1):
            h = layers.Conv2D(32, 3, stride, "same", activation="relu")(h)
        h = layers.Flatten()(h)
    elif kind == "recurrent":
        h = layers.LSTM(64)(h)
    else:
        h = layers.Dense(32)(h)
        for _ in range(2):
            normal = layers.LayerNormalization()(h)
            h = h + layers.MultiHeadAttention(4, 8)(normal, normal)
            h = h + layers.Dense(32)(layers.Dense(128, "gelu")(layers.LayerNormalization()(h)))
        h = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(h))
    return keras.Model(inputs, layers.Dense(10)(h))


def torch_network(kind):
    """The same network as a PyTorch module, of images as Keras takes them, padded as Keras pads."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = (nn.LayerNorm(32, EPSILON) for _ in range(2))
            self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
            self.wide, self.back = nn.Linear(32, 128), nn.Linear(128, 32)

        def forward(self, h):
            normal = self.first(h)
            h = h + self.attention(normal, normal, normal, need_weights=False)[0]
            return h + self.back(nn.functional.gelu(self.wide(self.second(h))))

    class Last(nn.Module):
        def forward(self, found):
            return found[0][:, -1]

    class Mean(nn.Module):
        def forward(self, h):
            return h.mean(dim=1)

    class Channels(nn.Module):
        """Channels last in memory, as Keras has them, and first in name."""

        def forward(self, x):
            return x.permute(0, 3, 1, 2)

    class Pixels(nn.Module):
        def forward(self, h):
            return h.permute(0, 2, 3, 1).flatten(1)

    if kind == "convolution":
        parts = [Channels()]
        for channels, stride in ((1, 1), (32, 1), (32, 2), (32, 1)):  # at stride 2 Keras pads an even map below and to the right
            pad = [nn.ZeroPad2d((0, 1, 0, 1))] if stride == 2 else []
            parts += [*pad, nn.Conv2d(channels, 32, 3, stride, padding=2 - stride), nn.ReLU()]
        return nn.Sequential(*parts, Pixels(), nn.Linear(7 * 7 * 32, 10)).to(memory_format=torch.channels_last)
    if kind == "recurrent":
        return nn.Sequential(nn.LSTM(28, 64, batch_first=True), Last(), nn.Linear(64, 10))
    return nn.Sequential(nn.Linear(49, 32), Block(), Block(), nn.LayerNorm(32, EPSILON), Mean(), nn.Linear(32, 10))


def contenders(kind, x, y, order):
    """{name: a function that trains for len(order) steps of Adam on these batches}; PyTorch only where it is installed."""
    import keras

    from evidence.networks import built

    fitted, trainer = keras_network(kind), built.Trainer(keras_network(kind), "adam")
    fitted.compile(keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    trainer.begin(trainer.model.get_weights(), RATE)
    found = {
        "keras.fit": lambda: fitted.fit(x[order.ravel()], y[order.ravel()], batch_size=BATCH, shuffle=False, verbose=0),
        "built.Trainer": lambda: trainer.train(x, y, order),
    }
    return found | ({"PyTorch": functools.partial(torch_steps(kind), x, y, order)} if find_spec("torch") else {})


def torch_steps(kind):
    """A function of images, labels and batches that goes on training the network in PyTorch."""
    import torch

    torch.set_num_threads(1)
    network = torch_network(kind)
    adam = torch.optim.Adam(network.parameters(), RATE, fused=True)

    def steps(x, y, order):
        x, y = torch.tensor(x), torch.tensor(y).long()
        for batch in torch.tensor(order):
            loss = torch.nn.functional.cross_entropy(network(x[batch]), y[batch])
            adam.zero_grad()
            loss.backward()
            adam.step()

    return steps


def measure(repeats=REPEATS, steps=STEPS, say=print):
    """{kind: {contender: [processor milliseconds a step, a repeat each]}}, in turn, every second repeat the other way round."""
    rng, found = np.random.default_rng(0), {}
    for kind, shape in SHAPES.items():
        x, y = rng.random((steps * BATCH, *shape), "float32"), rng.integers(0, 10, steps * BATCH).astype("int32")
        programs = contenders(kind, x, y, np.arange(steps * BATCH).reshape(steps, BATCH))
        for program in programs.values():
            program()  # traced, and its memory allocated
        found[kind] = {name: [] for name in programs}
        for repeat in range(repeats):
            for name in list(programs)[:: -1 if repeat % 2 else 1]:
                before = time.process_time()
                programs[name]()
                found[kind][name].append(1000 * (time.process_time() - before) / steps)
        medians = ", ".join(f"{name} {np.median(values):.2f}" for name, values in found[kind].items())
        say(f"{kind}, processor milliseconds a step: {medians}", flush=True)
    return found


def main():
    """Measure in a process of one thread, print, and put the times on record where all contenders ran."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")
    os.environ |= threads
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(measure)
    if all("PyTorch" in times for times in found.values()):
        speed.write_kinds(found)
        print(f"recorded in {speed.RECORD.name}, for the page Seventy networks as one program")
    else:
        print(timings.MISSING)
    return 0
