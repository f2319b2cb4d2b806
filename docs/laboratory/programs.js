// The network of the page as a program, and the run as a table.
import {label} from "./pictures.js"

const keras = { // what Keras's name alone does not say
  constant: () => "keras.initializers.Constant(0.1)",
  standard_normal: () => "keras.initializers.RandomNormal(stddev=1.0)",
  variance_scaling: scale => `keras.initializers.VarianceScaling(${scale}, "fan_in", "truncated_normal")`,
}
export const kerasRule = (name, scale) => keras[name]?.(scale) ?? `"${name}"`

/** A Keras program that trains A and B as the page does, 160 steps on the first of MNIST's training images. */
export function kerasProgram(s) {
  const images = Math.min(2560, 160 * s.batch) // of small batches 160 steps do not see all of them
  return `"""From the laboratory of Step Zero: ${s.depth} hidden layers of ${s.width} units, started from A and from B."""
import keras

(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
x, x_test = (images.reshape(len(images), 784).astype("float32") / 255 for images in (x, x_test))
starts = {"A": lambda: ${kerasRule(s.a, s.a_scale)}, "B": lambda: ${kerasRule(s.b, s.b_scale)}}  # a new one for each layer
for name, start in starts.items():
    keras.utils.set_random_seed(${s.seed})
    hidden = [keras.layers.Dense(${s.width}, "${s.activation}", kernel_initializer=start()) for _ in range(${s.depth})]
    model = keras.Sequential([keras.Input((784,)), *hidden, keras.layers.Dense(10, kernel_initializer=start())])
    optimizer = keras.optimizers.${s.optimizer === "adam" ? "Adam" : "SGD"}(${s.rate})
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    model.fit(x[:${images}], y[:${images}], batch_size=${s.batch}, epochs=${160 * s.batch / images}, verbose=0)
    print(name, model.evaluate(x_test[:1000], y_test[:1000], verbose=0))
`
}

const torchActivations = {
  relu: "nn.ReLU()", leaky_relu: "nn.LeakyReLU(0.2)", tanh: "nn.Tanh()", sigmoid: "nn.Sigmoid()", gelu: "nn.GELU()", silu: "nn.SiLU()",
  selu: "nn.SELU()", linear: "nn.Identity()",
}
const fan = {he: "2 / fan_in", glorot: "2 / (fan_in + fan_out)", lecun: "1 / fan_in"}
const cut = std => `nn.init.trunc_normal_(w, std=(${std}) / CUT, a=-2 * (${std}) / CUT, b=2 * (${std}) / CUT)`
export function torchRule(name, scale) {
  const [family, form] = name.split("_")
  if (fan[family]) return form === "uniform" ? `nn.init.uniform_(w, -(3 * ${fan[family]}) ** 0.5, (3 * ${fan[family]}) ** 0.5)` : cut(`(${fan[family]}) ** 0.5`)
  return {
    variance_scaling: cut(`(${scale} / fan_in) ** 0.5`), constant: "nn.init.constant_(w, 0.1)", identity: "nn.init.eye_(w)", standard_normal: "nn.init.normal_(w)",
    random_normal: "nn.init.normal_(w, std=0.05)", random_uniform: "nn.init.uniform_(w, -0.05, 0.05)",
    truncated_normal: "nn.init.trunc_normal_(w, std=0.05, a=-0.1, b=0.1)",
  }[name] ?? `nn.init.${name}_(w)`
}

/** The same in PyTorch, with MNIST from Keras's file. */
export function torchProgram(s) {
  const start = (name, scale) => `lambda w, fan_in, fan_out: ${torchRule(name, scale)}`
  return `"""From the laboratory of Step Zero: ${s.depth} hidden layers of ${s.width} units, started from A and from B."""
import numpy as np
import torch
from torch import nn

CUT = 0.87962566103423978  # standard deviation of a standard normal cut at two, as Keras corrects for it
mnist = np.load("mnist.npz")  # https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz
x, x_test = (torch.tensor(mnist[name].reshape(-1, 784) / 255, dtype=torch.float32) for name in ("x_train", "x_test"))
y, y_test = (torch.tensor(mnist[name], dtype=torch.int64) for name in ("y_train", "y_test"))
x, y, x_test, y_test = x[:2560], y[:2560], x_test[:1000], y_test[:1000]
starts = {
    "A": ${start(s.a, s.a_scale)},
    "B": ${start(s.b, s.b_scale)},
}
for name, start in starts.items():
    torch.manual_seed(${s.seed})
    widths, layers = [784, *[${s.width}] * ${s.depth}], []
    for fan_in, fan_out in zip(widths, widths[1:]):
        layers += [nn.Linear(fan_in, fan_out), ${torchActivations[s.activation]}]
    model = nn.Sequential(*layers, nn.Linear(${s.width}, 10))
    for layer in model:
        if isinstance(layer, nn.Linear):
            start(layer.weight, layer.in_features, layer.out_features)
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.${s.optimizer === "adam" ? `Adam(model.parameters(), lr=${s.rate}, eps=1e-7)` : `SGD(model.parameters(), lr=${s.rate})`}
    for step in range(160):
        batch = torch.arange(step * ${s.batch}, (step + 1) * ${s.batch}) % len(x)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        z = model(x_test)
    print(name, nn.functional.cross_entropy(z, y_test).item(), (z.argmax(1) == y_test).float().mean().item())
`
}

/** The run as CSV, a line per number. record: {settings, losses, tests, signals: [{step, measured}]}. */
export function csv({settings, losses, tests, signals}) {
  const lines = ["network,initializer,seed,step,layer,quantity,value"]
  for (const k of [0, 1]) {
    const name = "ab"[k], start = [name, label(settings, k), settings.seed]
    losses.forEach((pair, step) => lines.push([...start, step, "", "batch_loss", pair[k]].join(",")))
    for (const {step, pair} of tests) for (const part of ["loss", "accuracy"]) lines.push([...start, step, "", `test_${part}`, pair[k][part]].join(","))
    for (const {step, measured} of signals) {
      for (const [part, values] of Object.entries(measured[k])) {
        values.forEach((value, l) => { if (value !== null) lines.push([...start, step, l + 1, part, value].join(",")) })
      }
    }
  }
  return lines.join("\n") + "\n"
}
