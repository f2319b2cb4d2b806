// Computes beside the page, so that the page never waits.
import {digits} from "./digits.js"
import {engine} from "./product.js"
import {Run} from "./run.js"

const TEST_EVERY = 20, SLICE = 40 // steps; milliseconds until the next message is looked at
const SIGNALS_EVERY = 500 // milliseconds
const parts = Promise.all([engine(), digits()])
parts.catch(() => {}) // told as the answer to each message, which may come later
let run = null, id = null, layer = 1, training = false

const post = (kind, more) => postMessage({kind, id, ...more})
const breath = () => new Promise(done => {
  const {port1, port2} = new MessageChannel()
  port1.onmessage = () => { port1.close(); done() }
  port2.postMessage(0)
})
const signals = () => post("signals", {step: run.steps, measured: run.signals(), theory: run.theory})
const look = () => post("look", {layer, seen: run.look(layer)})

async function train(until) {
  const mine = run
  let seen = performance.now()
  training = true
  while (training && run === mine && run.steps < until) {
    const start = performance.now(), losses = [], tests = []
    do {
      losses.push(run.step())
      if (run.steps % TEST_EVERY === 0) tests.push({step: run.steps, pair: run.test()})
    } while (run.steps < until && performance.now() - start < SLICE)
    post("progress", {step: run.steps, losses, tests})
    if (performance.now() - seen > SIGNALS_EVERY) {
      signals()
      look()
      seen = performance.now()
    }
    await breath()
  }
  if (run !== mine) return
  training = false
  signals()
  look()
  post("stopped", {step: run.steps})
}

const orders = {
  start({settings, id: number, layer: shown}) {
    training = false
    id = number
    layer = shown
    run = null // its memory may be used again
    run = new Run(...built, settings)
    post("signals", {step: 0, measured: run.start, theory: run.theory})
    look()
    post("started", {simd: built[0].simd, examples: run.images(), test: run.test()})
  },
  train: ({until}) => { if (run && !training) train(until) },
  pause: () => { training = false },
  rate: ({value}) => { if (run) run.rate = value },
  layer: ({value}) => { layer = value; if (run) look() },
}

let built
onmessage = async ({data}) => {
  try {
    built = await parts
    orders[data.kind](data)
  } catch (error) {
    post("failed", {reason: error instanceof RangeError ? "This device has too little memory for so large a network." : error.message})
  }
}
