// Two networks that differ in their initializer alone, trained side by side on the same batches.
import {PIXELS, TEST, TRAIN} from "./digits.js"
import {uniforms, shuffled} from "./initializers.js"
import {Arena, Network, Workspace, bytes, sharedBytes} from "./network.js"
import {NAMES} from "./settings.js"
import {histogram, measure, squares} from "./signals.js"
import {lines} from "./theory.js"

const ROWS = 256 // images at a time, and those that the signals are measured on
const BINS = 40

export class Run {
  constructor(engine, digits, settings) {
    const {depth, width, activation, optimizer, seed} = settings
    const widths = [PIXELS, ...Array(depth).fill(width), 10], adam = optimizer === "adam"
    const arena = new Arena(engine.reserve(2 * bytes(widths, adam) + sharedBytes(widths, ROWS)))
    Object.assign(this, {digits, settings, widths, steps: 0, rate: settings.rate})
    this.workspace = new Workspace(arena, widths, ROWS)
    this.rules = NAMES.map(name => ({name: settings[name], scale: settings[`${name}_scale`]}))
    this.networks = this.rules.map(rule => new Network(engine, arena, this.workspace, {widths, activation, rule, seed, adam}))
    const first = digit => digits.labels.indexOf(digit, TRAIN)
    this.examples = Array.from({length: 10}, (_, digit) => first(digit))
    this.start = this.signals()
    this.theory = this.predicted()
  }

  /** Put images into the workspace; their labels. */
  show(indices) {
    this.digits.fill(this.workspace.h[0], indices)
    return Array.from(indices, index => this.digits.labels[index])
  }

  /** The pixels of the ten examples. */
  images() {
    this.show(this.examples)
    return this.examples.map((_, digit) => this.workspace.h[0].slice(digit * PIXELS, (digit + 1) * PIXELS))
  }

  /** The indices of the next batch: an order per seed and epoch, the same for both networks. */
  batch() {
    const {batch, seed} = this.settings, perEpoch = TRAIN / batch, at = this.steps % perEpoch
    if (!at) this.order = shuffled(TRAIN, uniforms(seed, ~(this.steps / perEpoch)))
    return this.order.subarray(at * batch, (at + 1) * batch)
  }

  /** One step of both; their losses on the batch before it. */
  step() {
    const labels = this.show(this.batch())
    this.steps++
    return this.networks.map(network => network.step(labels, this.rate))
  }

  /** Loss and accuracy of both on the test images. */
  test() {
    const sums = this.networks.map(() => ({loss: 0, accuracy: 0}))
    for (let start = 0; start < TEST; start += ROWS) {
      const labels = this.show(range(TRAIN + start, TRAIN + Math.min(TEST, start + ROWS)))
      this.networks.forEach((network, k) => {
        network.forward(labels.length)
        for (const {loss, hit} of network.answers(labels)) {
          sums[k].loss += loss / TEST
          sums[k].accuracy += hit / TEST
        }
      })
    }
    return sums
  }

  /** See `measure`, of both, on the first training images. */
  signals() {
    const labels = this.show(range(0, ROWS))
    return this.networks.map(network => measure(network, labels, this.settings.activation))
  }

  /** Theory's lines for both; that of δ starts from the δ measured at the output before training. */
  predicted() {
    const {widths, rules, settings: {activation}} = this
    const square = squares(this.workspace.h[0], ROWS, PIXELS, PIXELS).reduce((sum, each) => sum + each / ROWS, 0)
    return rules.map((rule, k) => lines({widths, activation, rule, square, top: this.start[k].delta.at(-1)}))
  }

  /** Of one hidden layer, from 1: a histogram of its activations, and what it makes of ten digits, one of each class. */
  look(layer) {
    const width = this.settings.width
    return this.networks.map(network => {
      this.show(range(0, ROWS))
      network.forward(ROWS)
      const spread = histogram(this.workspace.h[layer].subarray(0, ROWS * width), BINS)
      this.show([...this.examples, ...this.examples.slice(0, 2)]) // the product takes four rows at a time
      network.forward(12)
      const answers = network.answers(range(0, 10)).map(({answer}) => answer)
      return {spread, passed: this.workspace.h[layer].slice(0, 10 * width), answers}
    })
  }
}

const range = (start, end) => Array.from({length: end - start}, (_, i) => start + i)
