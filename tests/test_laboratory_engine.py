"""What the laboratory computes, in a real browser, against NumPy in float64, closed forms, and the book's own record."""

import base64
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from evidence.theory import activations, variance
from tests import dense_reference, rules
from tests.browser import browser, folder, site  # noqa: F401

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
RATES = {"sgd": 0.02, "adam": 0.002}
WIDTHS, ROWS, STEPS = (24, 16, 16, 10), 8, 20
SCALE = 1.7  # of variance_scaling
CODE = """
const load = name => import(new URL(`laboratory/${name}.js`, base))
const floats = text => new Float32Array(Uint8Array.from(atob(text), each => each.charCodeAt()).buffer)
const text = array => {
  const bytes = new Uint8Array(array.buffer.slice(array.byteOffset, array.byteOffset + array.byteLength))
  let all = ''
  for (let i = 0; i < bytes.length; i += 8192) all += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(all)
}
"""


@pytest.fixture(scope="module")
def ask(site):  # noqa: F811
    """Run JavaScript in a page of the site, which gets `given`; the page must have no fault."""
    context = site.context()
    page = context.new_page()
    page.goto(f"{site.base}laboratory/")  # the one page whose policy lets it run WebAssembly

    def run(code, **given):
        given |= {"base": site.base}
        return page.evaluate(f"async ({{{', '.join(given)}}}) => {{{CODE}{code}}}", given)

    yield run
    context.close()
    assert not context.faults


def floats(text, *shape):
    """What the page returned as text."""
    return np.frombuffer(base64.b64decode(text), "float32").reshape(shape or -1)


def text(array):
    return base64.b64encode(np.ascontiguousarray(array, "float32").tobytes()).decode()


PRODUCT = """
const {engine, scalar} = await load('product'), chosen = simd ? await engine() : scalar()
const A = floats(a), B = floats(b)
const memory = new Float32Array(chosen.reserve(4 * (A.length + B.length + m * n)))
memory.set(A)
memory.set(B, A.length)
const [row, column] = transposed ? [4, 4 * m] : [4 * k, 4]
chosen.product(0, row, column, 4 * A.length, 4 * (A.length + B.length), m, k, n)
return [chosen.simd, text(memory.subarray(A.length + B.length, A.length + B.length + m * n))]
"""


@pytest.mark.parametrize("simd", [True, False], ids=["simd", "javascript"])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("m, k, n", [(4, 1, 8), (64, 784, 64), (12, 3, 16), (784, 64, 16)])
def test_a_product_is_numpys(ask, simd, transposed, m, k, n):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype("float32"), rng.normal(size=(k, n)).astype("float32")
    given = dict(simd=simd, transposed=transposed, a=text(a.T if transposed else a), b=text(b), m=m, k=k, n=n)
    used, found = ask(PRODUCT, **given)
    exact = a.astype("float64") @ b
    bound = k * np.finfo("float32").eps * (abs(a).astype("float64") @ abs(b))  # of any order of additions
    assert used is simd
    assert (abs(floats(found, m, n) - exact) <= bound).all()


NETWORKS = """
const {engine} = await load('product'), {Network, Workspace, Arena, bytes, sharedBytes} = await load('network')
const chosen = await engine(), X = floats(x), found = {}
for (const name of names) {
  const adam = optimizer === 'adam'
  const arena = new Arena(chosen.reserve(bytes(widths, adam) + sharedBytes(widths, rows)))
  const workspace = new Workspace(arena, widths, rows)
  const network = new Network(chosen, arena, workspace, {widths, activation, rule: {name, scale}, seed: 3, adam})
  const cut = ({fanIn, fanOut, columns}, array) => { // without the columns that fill up to a multiple of eight
    const kept = new Float32Array(array.length / columns * fanOut)
    for (let i = 0; i < kept.length; i++) kept[i] = array[Math.floor(i / fanOut) * columns + i % fanOut]
    return text(kept)
  }
  const weights = () => network.layers.map(layer => [cut(layer, layer.kernel.value), cut(layer, layer.bias.value)])
  const show = step => workspace.h[0].set(X.subarray(step * rows * widths[0], (step + 1) * rows * widths[0]))
  const start = weights(), gradients = [], deltas = []
  show(0)
  network.forward(rows)
  const h = network.layers.map((layer, l) => cut(layer, workspace.h[l + 1].subarray(0, rows * layer.columns)))
  network.backward(labels[0], (l, input, delta) => {
    const {kernel, bias} = network.gradients(l, input, delta, rows)
    deltas.unshift(cut(network.layers[l], delta.subarray(0, rows * network.layers[l].columns)))
    gradients.unshift([cut(network.layers[l], kernel), cut(network.layers[l], Float32Array.from(bias))])
  })
  const losses = labels.map((each, step) => { show(step); return network.step(each, rate) })
  found[name] = {start, h, gradients, deltas, losses: losses.map(String), end: weights()}
}
return found
"""


@pytest.fixture(scope="module")
def names(ask):
    return ask("return (await load('initializers')).INITIALIZERS")


def of_layers(pairs):
    return [(floats(kernel, a, b), floats(bias)) for (kernel, bias), a, b in zip(pairs, WIDTHS, WIDTHS[1:])]


EPS = np.finfo("float32").eps


def near(found, exact, others, sizes):
    """Whether the browser errs no more than a few times what others do, or what rounding terms of these sizes can do.

    Float32 gives nobody the same digits: the order of additions is another. The others: NumPy in float32, and in float64 from
    weights that are off by float32's rounding, since some networks carry a small error further than others do. What 20 steps end
    at has 20 errors of its own in it, where Adam divides one by a small number, and gets four times as much.
    """
    for ours, right, (size, times), *theirs in zip(found, exact, sizes, *others, strict=True):
        ours, right = np.asarray(ours, "float64"), np.asarray(right)
        allowed = max(np.max(abs(each - right)) for each in theirs)
        assert (abs(ours - right) <= times * (allowed + EPS * size)).all()


def term_sizes(weights, z, h, deltas, activation):
    """How large the terms are whose sums are h, δ and the gradients of kernels and biases: where they cancel, rounding is what is left."""
    backwards = [abs(deltas[-1]) + 1]  # p and y
    for (kernel, _), below in zip(weights[:0:-1], z[-2::-1], strict=True):
        backwards.insert(0, backwards[0] @ abs(kernel.T) * abs(dense_reference.SLOPES[activation](below)))
    forwards = [abs(before) @ abs(kernel) + abs(bias) for before, (kernel, bias) in zip(h, weights)]
    return forwards, backwards, [(abs(before).T @ delta / len(delta), delta.mean(0)) for before, delta in zip(h, backwards)]


@pytest.mark.parametrize("activation, optimizer", [*itertools.product(dense_reference.SLOPES, RATES)])
def test_networks_are_numpys(ask, names, activation, optimizer):
    rng = np.random.default_rng(1)
    x, y = rng.uniform(size=(STEPS, ROWS, WIDTHS[0])).astype("float32"), rng.integers(0, WIDTHS[-1], (STEPS, ROWS))
    given = dict(activation=activation, optimizer=optimizer, rate=RATES[optimizer], widths=WIDTHS, rows=ROWS, scale=SCALE)
    answers = ask(NETWORKS, **given, names=names, x=text(x), labels=y.tolist())
    assert answers.keys() == {*variance.VARIANCE, "variance_scaling", "standard_normal"}
    for found in answers.values():
        reference, sizes = [], []
        for precision, nudge in (("float64", 0), ("float32", 0), ("float64", EPS)):
            signs = rng.choice([-1, 1], (WIDTHS[0], WIDTHS[0]))
            weights = [(kernel.astype(precision) * (1 + nudge * signs[: kernel.shape[0], : kernel.shape[1]]).astype(precision),
                        bias.astype(precision)) for kernel, bias in of_layers(found["start"])]
            batches = [(images.astype(precision), labels) for images, labels in zip(x, y)]
            z, h = dense_reference.forward(weights, batches[0][0], activation)
            deltas = dense_reference.backward(weights, z, h, y[0], activation)
            gradients = dense_reference.gradients(weights, *batches[0], activation)[1]
            losses, end = dense_reference.train(weights, batches, activation, optimizer, RATES[optimizer])
            flat = [[part for layer in layers for part in layer] for layers in (gradients, end)]
            reference.append([*h[1:], *deltas, *flat[0], losses, *flat[1]])
            if not sizes:
                forwards, backwards, summed = term_sizes(weights, z, h, deltas, activation)
                ends = [abs(part) + 1e-3 for part in flat[1]]
                once = [*forwards, *backwards, *(part for pair in summed for part in pair)]
                sizes = [*((size, 8) for size in once), *((size, 32) for size in (np.max(forwards[-1]), *ends))]
        shapes = [(ROWS, width) for width in WIDTHS[1:]]
        ours = [floats(each, *shape) for part in ("h", "deltas") for each, shape in zip(found[part], shapes)]
        flat = [[part for layer in of_layers(found[name]) for part in layer] for name in ("gradients", "end")]
        ours += [*flat[0], np.array(found["losses"], "float64"), *flat[1]]
        assert np.isfinite(losses).all()
        near(ours, reference[0], reference[1:], sizes)


DRAW = """
const {weights} = await load('initializers'), draw = weights(name, shape[0], shape[1], scale, 5, layer)
return text(Float32Array.from({length: shape[0] * shape[1]}, (_, at) => draw(Math.floor(at / shape[1]), at % shape[1])))
"""
OTHERS = {  # not Keras's names: rules of the page
    "variance_scaling": lambda shape: rules.cut_normal(SCALE / shape[0]),
    "standard_normal": lambda shape: rules.Rule(0, 1, cdf=rules.ndtr),
}


def test_initializers_follow_their_closed_form(ask, names):
    for (layer, shape), name in itertools.product(enumerate([(784, 64), (64, 64), (64, 128)], 1), names):
        kernel = floats(ask(DRAW, name=name, shape=shape, scale=SCALE, layer=layer), *shape).astype("float64")
        rules.check(kernel, OTHERS[name](shape) if name in OTHERS else rules.rule(name, shape))
        if name == "orthogonal":
            product = kernel.T @ kernel if shape[0] >= shape[1] else kernel @ kernel.T
            assert product == pytest.approx(np.eye(min(shape)), abs=1e-6)


MANY = """
const {weights} = await load('initializers'), found = []
for (let seed = 0; seed < seeds; seed++) {
  const draw = weights('orthogonal', shape[0], shape[1], 1, seed, 1)
  for (let i = 0; i < shape[0]; i++) for (let j = 0; j < shape[1]; j++) found.push(draw(i, j))
}
return text(Float32Array.from(found))
"""


@pytest.mark.parametrize("shape", [(6, 6), (6, 4), (4, 6)])
def test_no_orthogonal_matrix_is_more_likely_than_another(ask, shape):
    """An entry of a uniform one follows a beta distribution; the trace of a square one has mean 0 and variance 1 (Diaconis and Shahshahani 1994)."""
    kernels = floats(ask(MANY, shape=shape, seeds=1000), -1, *shape)
    half = (max(shape) - 1) / 2
    entry = stats.beta(half, half, loc=-1, scale=2)
    places = itertools.product(*map(range, shape))
    assert min(stats.kstest(kernels[:, i, j], entry.cdf).pvalue for i, j in places) > 1e-4
    if shape[0] == shape[1]:
        traces = np.trace(kernels, axis1=1, axis2=2)
        assert abs(traces.mean()) < 5 / math.sqrt(1000) and abs((traces**2).mean() - 1) < 5 * math.sqrt(2 / 1000)


def test_layers_and_seeds_have_weights_of_their_own(ask):
    draws = [floats(ask(DRAW.replace("5, layer", f"{seed}, layer"), name="he_normal", shape=(64, 64), scale=1, layer=layer))
             for seed, layer in itertools.product(range(3), range(1, 4))]
    correlations = np.corrcoef(draws)[~np.eye(len(draws), dtype=bool)]
    assert abs(correlations).max() < 5 / math.sqrt(64 * 64)


LINES = "return (await load('theory')).lines({widths, activation, rule: {name, scale}, square, top})"


@pytest.mark.parametrize("activation", dense_reference.SLOPES)
def test_theorys_lines_are_those_of_the_evidence(ask, names, activation):
    widths, square, top = [784, *[64] * 6, 10], 0.1, 0.09
    for name in names:
        found = ask(LINES, widths=widths, activation=activation, name=name, scale=SCALE, square=square, top=top)
        if name in variance.FIXED - {"zeros"}:
            assert found is None
            continue
        of = {"variance_scaling": lambda shape: SCALE / shape[0], "standard_normal": lambda shape: 1.0}
        spreads = [(of.get(name) or variance.VARIANCE[name])(shape) for shape in zip(widths, widths[1:])]
        q, h = [], [square]
        for fan_in, spread in zip(widths, spreads):
            q.append(fan_in * spread * h[-1])
            h.append(activations.mean_square(activation, q[-1]))
        h[-1], delta = q[-1], [top]
        for fan_out, spread, below in zip(widths[:1:-1], spreads[::-1], q[-2::-1]):
            slope = activations.expected(lambda z: dense_reference.SLOPES[activation](z) ** 2, below)
            delta.insert(0, delta[0] * fan_out * spread * slope)
        assert found["activation"] == pytest.approx(h[1:], rel=1e-6)
        steep = name == "standard_normal"  # z is so wide that few points of the quadrature fall where the activation bends
        assert found["delta"] == pytest.approx(delta, rel=1e-3 if steep else 1e-6)
        assert found["gradient"] == pytest.approx(np.array(found["delta"]) * [square, *found["activation"][:-1]])


STATISTICS = """
const {engine} = await load('product'), {digits} = await load('digits'), {Run} = await load('run'), {DEFAULTS} = await load('settings')
const chosen = await engine(), pack = await digits(), runs = []
for (let seed = 0; seed < seeds; seed++) {
  const run = new Run(chosen, pack, {...DEFAULTS, seed})
  const labels = run.show(Array.from({length: 52}, (_, i) => seed * 52 + i)), gradients = run.networks.map(network => {
    const found = []
    network.forward(labels.length)
    network.backward(labels, (l, input, delta) => {
      const {fanIn, fanOut} = network.layers[l], {kernel} = network.gradients(l, input, delta, labels.length)
      found.unshift(Math.sqrt(kernel.reduce((sum, each) => sum + each ** 2, 0) / (fanIn * fanOut)))
    })
    return found
  })
  if (seed < trained) while (run.steps < 160) run.step()
  runs.push({gradients, losses: run.test().map(each => each.loss), settings: run.settings})
}
return runs
"""


def test_whole_runs_are_those_of_the_record(ask):
    """He and Glorot at 30 layers, which differ from the record's in their seeds, and in which images of MNIST they see."""
    results = {name: json.loads((ROOT / f"evidence/results/{name}.json").read_text()) for name in ("rectifier_depth", "rectifier_signal")}
    found = ask(STATISTICS, seeds=15, trained=5)
    settings, protocol = found[0]["settings"], results["rectifier_depth"]["protocol"]
    assert [settings[name] for name in ("width", "depth", "batch", "activation")] == [
        protocol["width"], protocol["hidden_layers"][-1], protocol["batch_size"], protocol["activation"]]
    for k, name in enumerate((settings["a"], settings["b"])):
        recorded = np.log(results["rectifier_signal"]["runs"][f"start_{name}_30"]["gradient"])
        measured = np.log([run["gradients"][k] for run in found])
        assert stats.ttest_ind(recorded, measured, equal_var=False).pvalue.min() > 1e-4  # the smallest of 31
        losses = np.array(results["rectifier_depth"]["runs"][f"{name}_sgd_30_{settings['rate']}"]["test_loss"])[:, -1]
        ours = np.array([run["losses"][k] for run in found[: len(losses)]])
        stalled = [abs(each - math.log(10)).max() < 1e-3 for each in (losses, ours)]
        assert all(stalled) or stats.ttest_ind(losses, ours, equal_var=False).pvalue > 1e-3
