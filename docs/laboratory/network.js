// A dense softmax classifier: forward, back, and one step of SGD or Adam, in float32 as in practice.
import {ACTIVATIONS} from "./activations.js"
import {weights} from "./initializers.js"

const padded = units => Math.ceil(units / 8) * 8 // the product takes eight columns at a time

/** Bytes of all arrays of a network, which `Network` then takes from an Arena. */
export function bytes(widths, adam) {
  return 4 * pairs(widths).reduce((sum, [a, b]) => sum + (adam ? 3 : 1) * (a + 1) * padded(b), 0)
}

/** Bytes of the arrays that the networks of these widths share. */
export function sharedBytes(widths, rows) {
  const units = widths.reduce((sum, width) => sum + 2 * padded(width), 0)
  const kernels = pairs(widths).map(([a, b]) => padded(a) * padded(b))
  return 4 * (rows * (units + 2 * padded(Math.max(...widths))) + 2 * Math.max(...kernels))
}

const pairs = widths => widths.slice(1).map((width, l) => [widths[l], width])

/** Hands out float32 arrays of one block of memory, one behind the other. */
export class Arena {
  constructor(buffer) {
    this.buffer = buffer
    this.used = 0
  }

  floats(n) {
    const array = new Float32Array(this.buffer, this.used, n).fill(0)
    this.used += 4 * n
    return array
  }
}

/** What networks of the same widths share: z and h of each layer, δ, and room for transposed kernels and gradients. */
export class Workspace {
  constructor(arena, widths, rows) {
    const layer = width => arena.floats(rows * padded(width))
    const largest = Math.max(...pairs(widths).map(([a, b]) => padded(a) * padded(b)))
    this.rows = rows
    this.h = widths.map(layer) // h[0]: the images
    this.z = widths.map((width, l) => (l ? layer(width) : null))
    this.deltas = [0, 1].map(() => layer(Math.max(...widths)))
    this.transposed = arena.floats(largest)
    this.gradient = arena.floats(largest)
  }
}

export class Network {
  /** widths: inputs, hidden layers, classes; all but the classes are multiples of 8. rule: {name, scale}. Biases start at 0. */
  constructor(engine, arena, workspace, {widths, activation, rule, seed, adam}) {
    Object.assign(this, {engine, workspace, widths, steps: 0})
    ;[this.function, this.slope] = ACTIVATIONS[activation]
    this.layers = pairs(widths).map(([fanIn, fanOut], l) => {
      const columns = padded(fanOut), make = n => ({value: arena.floats(n), ...(adam && {m: arena.floats(n), v: arena.floats(n)})})
      const layer = {fanIn, fanOut, columns, kernel: make(fanIn * columns), bias: make(columns)}
      const draw = weights(rule.name, fanIn, fanOut, rule.scale, seed, l + 1)
      for (let i = 0; i < fanIn; i++) for (let j = 0; j < fanOut; j++) layer.kernel.value[i * columns + j] = draw(i, j)
      return layer
    })
  }

  /** From the images in workspace.h[0] to the logits, which end in the last z and h. rows: a multiple of 4. */
  forward(rows) {
    const {h, z} = this.workspace, last = this.layers.length
    this.layers.forEach(({fanIn, columns, kernel, bias}, l) => {
      const out = z[l + 1], next = h[l + 1], phi = l + 1 < last ? this.function : null
      this.engine.product(h[l].byteOffset, 4 * fanIn, 4, kernel.value.byteOffset, out.byteOffset, rows, fanIn, columns)
      for (let at = 0; at < rows * columns;) {
        for (let j = 0; j < columns; j++, at++) {
          const value = Math.fround(out[at] + bias.value[j])
          out[at] = value
          next[at] = phi ? phi(value) : value
        }
      }
    })
  }

  /** After `forward`: each image's loss in nats, the largest logit's class, and whether that is the label. */
  answers(labels) {
    const {h} = this.workspace, classes = this.widths.at(-1), columns = padded(classes)
    return Array.from(labels, (label, i) => {
      const logits = h.at(-1).subarray(i * columns, i * columns + classes)
      const top = Math.max(...logits), sum = logits.reduce((s, logit) => s + Math.exp(logit - top), 0)
      const answer = logits.indexOf(top)
      return {loss: Math.log(sum) + top - logits[label], hit: answer === label, answer}
    })
  }

  /**
   * After `forward`: δ = ∂J/∂z of each image, down from p - y. visit(l, input, delta) is called for each layer, last to first,
   * when what lies below it has its δ: it may change the weights of that layer. Padded columns of δ are 0.
   */
  backward(labels, visit) {
    const {h, z, deltas, transposed} = this.workspace, rows = labels.length
    let [delta, below] = deltas
    this.errors(labels, delta)
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const {fanIn, columns, kernel} = this.layers[l]
      if (l) { // nobody asks for the gradient with respect to pixels
        for (let i = 0; i < fanIn; i++) for (let j = 0; j < columns; j++) transposed[j * fanIn + i] = kernel.value[i * columns + j]
        this.engine.product(delta.byteOffset, 4 * columns, 4, transposed.byteOffset, below.byteOffset, rows, columns, fanIn)
        for (let i = 0; i < rows * fanIn; i++) below[i] *= this.slope(z[l][i])
      }
      visit(l, h[l], delta)
      ;[delta, below] = [below, delta]
    }
  }

  errors(labels, delta) {
    const {h} = this.workspace, classes = this.widths.at(-1), columns = padded(classes)
    delta.fill(0, 0, labels.length * columns)
    labels.forEach((label, i) => {
      const logits = h.at(-1).subarray(i * columns, i * columns + classes)
      const top = Math.max(...logits), sum = logits.reduce((s, logit) => s + Math.exp(logit - top), 0)
      logits.forEach((logit, c) => { delta[i * columns + c] = Math.exp(logit - top) / sum - (c === label ? 1 : 0) })
    })
  }

  /** The gradients of one layer's kernel and bias for the batch's mean loss, in arrays that the next call overwrites. */
  gradients(l, input, delta, rows) {
    const {fanIn, columns} = this.layers[l], {gradient} = this.workspace, bias = new Float64Array(columns)
    this.engine.product(input.byteOffset, 4, 4 * fanIn, delta.byteOffset, gradient.byteOffset, fanIn, rows, columns)
    const kernel = gradient.subarray(0, fanIn * columns)
    for (let i = 0; i < kernel.length; i++) kernel[i] /= rows
    for (let i = 0; i < rows * columns; i++) bias[i % columns] += delta[i] / rows
    return {kernel, bias}
  }

  /** One step on the images in workspace.h[0]; the batch's mean loss before it. */
  step(labels, rate) {
    this.forward(labels.length)
    const loss = this.answers(labels).reduce((sum, each) => sum + each.loss / labels.length, 0)
    this.steps++
    this.backward(labels, (l, input, delta) => {
      const found = this.gradients(l, input, delta, labels.length)
      for (const part of ["kernel", "bias"]) (this.layers[l][part].m ? adam : sgd)(this.layers[l][part], found[part], rate, this.steps)
    })
    return loss
  }
}

function sgd({value}, gradient, rate) {
  for (let i = 0; i < value.length; i++) value[i] -= rate * gradient[i]
}

// Kingma and Ba 2015, algorithm 1, with Keras's ε, which is added before the correction
function adam({value, m, v}, gradient, rate, step) {
  const scale = rate * Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i]
    m[i] += 0.1 * (g - m[i])
    v[i] += 0.001 * (g * g - v[i])
    value[i] -= scale * m[i] / (Math.sqrt(v[i]) + 1e-7)
  }
}
