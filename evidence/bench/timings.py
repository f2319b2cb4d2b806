"""How fast networks train: keras.fit, stacked, and the same stack in PyTorch, on the same networks in one run."""

import multiprocessing
import operator
import os
import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np

from evidence import mnist
from evidence.bench import speed
from evidence.networks.initializers import INITIALIZERS

WIDTHS, BATCH, EPOCHS = (784, 128, 64, 10), 128, 5
REPEATS, SECONDS = 3, 330  # no further repeat is begun that would end after so many seconds
TRAIN, TEST = 60_000, 10_000
MISSING = (
    "PyTorch is not installed, so it is missing here: pip install torch==2.13.0, on Linux from PyTorch's CPU wheel "
    "index (the default brings gigabytes of CUDA), or pip install -r requirements-frameworks.txt"
)


def flop(train, test):
    """Floating-point operations of one network in one epoch of `train` images, evaluated on `test` images.

    A weight costs one multiplication and one addition per image, three times: for the outputs, for the gradient of
    the weights and for the gradient of the layer's inputs. The first layer's inputs are pixels and need none:
    455 kFLOP per image. Evaluation needs the outputs alone.
    """
    weights = [fan_in * fan_out for fan_in, fan_out in zip(WIDTHS, WIDTHS[1:])]
    return train * (6 * sum(weights) - 2 * weights[0]) + test * 2 * sum(weights)


def networks(count):
    """The first `count` of: every initializer with seed 0, every initializer with seed 1, and so on."""
    rules = list(INITIALIZERS.values())
    return [(rules[k % len(rules)], k // len(rules)) for k in range(count)]


def sgemm(multiply, array, size=2048):
    """FLOP/s of the fastest of ten products of two square float32 matrices."""
    a = array(np.random.default_rng(0).normal(size=(size, size)).astype("float32"))

    def seconds():
        start = time.perf_counter()
        multiply(a, a)
        return time.perf_counter() - start

    return 2 * size**3 / min(seconds() for _ in range(10))


class Keras:
    """One network by keras.fit, `steps` batches per execution."""

    def __init__(self, data, steps):
        import keras

        self.data = data
        hidden = [keras.layers.Dense(units, "relu", kernel_initializer="he_normal") for units in WIDTHS[1:-1]]
        output = keras.layers.Dense(WIDTHS[-1], "softmax", kernel_initializer="he_normal")
        self.model = keras.Sequential([*hidden, output])
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], steps_per_execution=steps)

    def train(self, count, epochs, images=TRAIN):
        (x, y), test = self.data
        self.model.fit(x[:images], y[:images], batch_size=BATCH, epochs=epochs, validation_data=test, verbose=0)

    def peak(self):
        import tensorflow as tf

        return sgemm(lambda a, b: tf.linalg.matmul(a, b).numpy(), tf.constant)


class Stacked:
    """`count` networks by snippets/tools/stacked.py, with the thread setting that it advises."""

    def __init__(self, data):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        self.data = data

    def train(self, count, epochs, images=TRAIN, tested=TEST):
        from snippets.tools import stacked

        (x, y), (x_test, y_test) = self.data
        test = x_test[:tested], y_test[:tested]
        options = {"widths": WIDTHS, "batch_size": BATCH, "epochs": epochs, "verbose": False}
        history, _ = stacked.train(networks(count), x[:images], y[:images], test, **options)
        return history["val_accuracy"][:, -1]

    def parts(self, count):
        """Where the time of an epoch goes: {part: share}."""
        from evidence.bench.breakdown import breakdown

        return breakdown(lambda: self.train(count, 1), lambda: self.train(count, 1, TRAIN // 5, 1))

    def drawn(self, count):
        """The initial kernels of the networks, and the batches of each seed's first epoch."""
        from snippets.tools import stacked

        kernels = [stacked.initial_kernels(name, WIDTHS, seed) for name, seed in networks(count)]
        return kernels, {seed: stacked.batch_order(seed, 0, TRAIN) for _, seed in networks(count)}


class PyTorch:
    """The same networks as one PyTorch program, for one epoch, from given kernels and batches.

    It has what made stacked fast, wherever that helped: the networks of a seed step together with one wide first
    product and batched others, one group per core and one thread per product, fused Adam, no weights for pixels
    that are always zero. Larger groups than in stacked, since Python runs every step: 14 beat 7.
    """

    def __init__(self, data, kernels, orders):
        import torch

        torch.set_num_threads(1)
        (x, y), (x_test, y_test) = data
        self.used = x.any(axis=0)
        self.x, self.x_test = torch.tensor(x[:, self.used]), torch.tensor(x_test)
        self.y, self.y_test = torch.tensor(y).long(), torch.tensor(y_test).long()
        self.kernels, self.orders = kernels, {seed: torch.tensor(order) for seed, order in orders.items()}

    def train(self, count, epochs, images=TRAIN):
        assert epochs == 1
        seeds = [seed for _, seed in networks(count)]
        groups = [[k for k in range(count) if seeds[k] == seed] for seed in dict.fromkeys(seeds)]
        if len(groups) % 2:  # halves at the end, or one core would be idle
            last = groups.pop()
            groups += [last[::2], last[1::2]]

        def run(group):
            order = self.orders[seeds[group[0]]]
            return self.train_group([self.kernels[k] for k in group], order[order < images])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            accuracy = dict(zip(sum(groups, []), np.concatenate(list(pool.map(run, groups)))))
        return np.array([accuracy[k] for k in range(count)])

    def train_group(self, kernels, order):
        import torch

        first, *others = (np.stack(layer) for layer in zip(*kernels))
        wide = first[:, self.used].transpose(1, 0, 2).reshape(self.used.sum(), -1)
        arrays = [wide, np.zeros(wide.shape[1], "float32")]
        for kernel in others:
            arrays += [kernel, np.zeros_like(kernel[:, :1])]
        weights = [torch.nn.Parameter(torch.tensor(array)) for array in arrays]
        adam = torch.optim.Adam(weights, eps=1e-7, fused=True)
        for batch in order.split(BATCH):
            z = forward(weights, self.x.index_select(0, batch), len(kernels))
            labels = self.y.index_select(0, batch).repeat(len(kernels))
            loss = torch.nn.functional.cross_entropy(z.flatten(0, 1), labels, reduction="sum") / len(batch)
            loss.backward()
            adam.step()
            adam.zero_grad()
        with torch.no_grad():
            whole = torch.tensor(first)
            whole[:, self.used] = weights[0].view(-1, len(kernels), WIDTHS[1]).transpose(0, 1)
            weights[0] = whole.transpose(0, 1).flatten(1)
            z = torch.cat([forward(weights, part, len(kernels)) for part in self.x_test.split(1000)], 1)
            return (z.argmax(2) == self.y_test).float().mean(1).numpy()

    def peak(self):
        import torch

        torch.set_num_threads(os.cpu_count())
        fastest = sgemm(torch.mm, torch.from_numpy)
        torch.set_num_threads(1)
        return fastest


def forward(weights, x, count):
    """Logits of `count` PyTorch networks, (count, images, 10); their first layer is one wide product."""
    import torch

    h = torch.addmm(weights[1], x, weights[0]).view(len(x), count, -1).transpose(0, 1)
    for kernel, bias in zip(weights[2::2], weights[3::2]):
        h = torch.baddbmm(bias, h.relu(), kernel)
    return h


class Process:
    """A contender in a process of its own, with the thread settings it likes."""

    def __init__(self, kind, *arguments):
        ignored = (signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one ends the others
        self.kind = kind
        self.pool = multiprocessing.get_context("spawn").Pool(1, signal.signal, ignored)
        self.pool.apply(_begin, (kind, arguments))

    def timed(self, method, *arguments):
        """(seconds, what the method returned)"""
        return self.pool.apply(_timed, (method, arguments))


def _begin(kind, arguments):
    global running
    running = kind(mnist.pixels(), *arguments)


def _timed(method, arguments):
    start = time.perf_counter()
    result = getattr(running, method)(*arguments)
    return time.perf_counter() - start, result


def main():
    """Measure, print a table, put the timings on record, return 0. Raises Problem without MNIST."""
    mnist.load()
    print(f"Networks {'-'.join(map(str, WIDTHS))}, Adam, batch {BATCH}; {os.cpu_count()} cores; about 4 minutes.")
    stack = Process(Stacked)
    rows = {  # process, networks, epochs timed
        "keras.fit": (Process(Keras, 1), 1, 1),
        "keras.fit, 50 steps": (Process(Keras, 50), 1, 1),  # steps_per_execution=50
        "stacked, K = 1": (stack, 1, EPOCHS),
        "stacked, K = 10": (stack, 10, 2),
        "stacked, K = 70": (stack, 70, 1),
    }
    if find_spec("torch"):
        _, drawn = stack.timed("drawn", 70)
        rows["PyTorch, K = 70"] = (Process(PyTorch, *drawn), 70, 1)
    else:
        print(MISSING)
    startup = {name: process.timed("train", count, 1, BATCH)[0] for name, (process, count, _) in rows.items()}
    peak, seconds, accuracy = measure(rows)
    report(rows, startup, peak, seconds, accuracy)
    parts = stack.timed("parts", 70)[1]
    print("\nwhere the time of stacked, K = 70, goes, as shares of the time of all cores:")
    for part, share in parts.items():
        print(f"  {part:26}{share:5.0%}")
    if find_spec("torch"):
        speed.write(rows, seconds, accuracy, peak, flop(TRAIN, TEST) * EPOCHS / peak, parts)
        print(f"recorded in {speed.RECORD.name}, for the page Seventy networks as one program")
    return 0


def measure(rows):
    """Best sgemm in FLOP/s; per row the seconds per network of every repeat; and its last test_accuracy."""
    seconds, accuracy, peaks, start = {name: [] for name in rows}, {}, [], time.perf_counter()
    for repeat in range(REPEATS):
        if (time.perf_counter() - start) * (repeat + 1) > SECONDS * repeat > 0:
            print("This machine is busy or slow: no further repeat.")
            break
        peaks.append(sgemm(np.matmul, np.asarray))
        for name, (process, count, epochs) in rows.items():
            if hasattr(process.kind, "peak"):
                peaks.append(process.timed("peak")[1])
            took, accuracy[name] = process.timed("train", count, epochs)
            seconds[name].append(took / count / epochs * EPOCHS)
            print(f"repeat {repeat + 1} of {REPEATS}: {name:22}{seconds[name][-1]:6.2f} s per network", flush=True)
    return max(peaks), seconds, accuracy


def report(rows, startup, peak, seconds, accuracy):
    """The table, and what its columns mean."""
    operations = flop(TRAIN, TEST) * EPOCHS
    print(f"\n{'':22}{'s/network':>10}{'range':>16}{'x keras.fit':>13}{'of sgemm':>10}{'start-up':>10}{'timed':>10}")
    for name, values in seconds.items():
        median, faster = statistics.median(values), map(operator.truediv, seconds["keras.fit"], values)
        spread, timed = f"{min(values):.2f} to {max(values):.2f}", f"{rows[name][2]} epoch{'s' * (rows[name][2] > 1)}"
        print(
            f"{name:22}{median:10.2f}{spread:>16}{statistics.median(faster):13.1f}"
            f"{operations / median / peak:10.0%}{startup[name]:8.1f} s{timed:>10}"
        )
    print(
        f"""
s/network    seconds for {EPOCHS} epochs of {TRAIN:,} images, each evaluated on {TEST:,}: the median of {len(values)} interleaved
             repeats, scaled from the epochs timed
x keras.fit  the median of the ratios within a repeat
of sgemm     {flop(1, 0):,} FLOP per image of training and {flop(0, 1):,} per image of evaluation, as a share of
             {peak / 1e9:.0f} GFLOP/s: the fastest product of two 2048 x 2048 matrices here, in NumPy, TensorFlow or PyTorch
start-up     tracing, and one batch of that many networks with its evaluation: once per process, not in s/network"""
    )
    same = [f"{name} {values.mean():.4f}" for name, values in accuracy.items() if name.endswith("K = 70")]
    print(f"mean test accuracy after one epoch from the same weights on the same batches: {', '.join(same)}")
