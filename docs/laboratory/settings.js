// What can be set, what a link may say, and the presets.
import {ACTIVATIONS} from "./activations.js"
import {INITIALIZERS} from "./initializers.js"

export const NAMES = ["a", "b"] // of the two networks

const whole = (least, most) => ({least, most, whole: true})
const real = (least, most) => ({least, most})
const choice = values => ({values})
/** By name: the values that a setting may take. */
export const RANGES = {
  depth: whole(1, 50), width: choice([16, 32, 64, 128, 256, 512]), activation: choice(Object.keys(ACTIVATIONS)),
  a: choice(INITIALIZERS), a_scale: real(0.01, 100), b: choice(INITIALIZERS), b_scale: real(0.01, 100),
  optimizer: choice(["sgd", "adam"]), rate: real(1e-6, 100), batch: choice([8, 16, 32, 64, 128, 256]), seed: whole(0, 999999),
}
export const DEFAULTS = {
  depth: 30, width: 64, activation: "relu", a: "glorot_normal", a_scale: 1, b: "he_normal", b_scale: 2,
  optimizer: "sgd", rate: 0.01, batch: 64, seed: 0,
}
const WEIGHTS = 4e6 // more take too long, and too much memory for a phone

/** Each preset: what differs from the defaults. */
export const PRESETS = {
  "Thirty ReLU layers: Glorot and He": {},
  "Zeros": {depth: 2, a: "zeros", rate: 0.1},
  "N(0, 1)": {depth: 5, a: "standard_normal", rate: 0.01},
  "Tanh at the edge": {activation: "tanh", a: "variance_scaling", a_scale: 0.5, b: "variance_scaling", b_scale: 1, rate: 0.1},
  "Sigmoid": {depth: 5, activation: "sigmoid", optimizer: "adam", rate: 0.003, a: "glorot_normal", b: "variance_scaling", b_scale: 16},
  "A wide layer": {depth: 10, width: 256, a: "random_normal", b: "he_normal", rate: 0.03, batch: 32},
}

/** Why a value can't be taken, as a sentence, or null. called(name): what the page calls a setting. */
export function complaint(name, value, called) {
  const {values, least, most, whole} = RANGES[name]
  const fits = values ? values.includes(value) : value >= least && value <= most && (!whole || Number.isInteger(value))
  const taken = values ? `one of ${values.join(", ")}` : `a ${whole ? "whole " : ""}number from ${least} to ${most}`
  return fits ? null : `“${called(name)}” takes ${taken}.`
}

/** Why settings that are possible one by one can't be taken together, as a sentence, or null. */
export function excess({depth, width}) {
  const count = 784 * width + (depth - 1) * width ** 2
  if (count <= WEIGHTS) return null
  return `${depth} layers of ${width} units are ${(count / 1e6).toFixed(1)} million weights, and the laboratory takes 4: take fewer layers or units.`
}

/** The settings of an address's query, and a sentence for each part that is impossible. Of a setting said twice the last possible one counts. */
export function read(query, called) {
  const settings = {...DEFAULTS}, refused = []
  for (const [name, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(RANGES, name)) continue // what others append to links
    const value = typeof DEFAULTS[name] === "number" ? (text.trim() ? Number(text) : NaN) : text
    const wrong = complaint(name, value, called)
    if (wrong) refused.push([name, text, wrong])
    else settings[name] = value
  }
  const complaints = refused.map(([name, text, wrong]) => `The link says ${name}=${text.slice(0, 40)}, but ${wrong} Taken instead: ${settings[name]}.`)
  if (excess(settings)) {
    complaints.push(`The link asks for too much. ${excess(settings)} Taken instead: ${DEFAULTS.depth} layers of ${DEFAULTS.width} units.`)
    Object.assign(settings, {depth: DEFAULTS.depth, width: DEFAULTS.width})
  }
  return {settings, complaints}
}

/** The query that `read` understands. */
export function query(settings) {
  const scaled = name => !name.endsWith("_scale") || settings[name[0]] === "variance_scaling"
  return new URLSearchParams(Object.entries(settings).filter(([name]) => scaled(name))).toString()
}
