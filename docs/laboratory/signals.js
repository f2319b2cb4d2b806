// What a network makes of a batch, layer by layer; summed in float64.
import {ACTIVATIONS} from "./activations.js"

/**
 * After images were put into workspace.h[0]: per layer {activation, delta, gradient: mean squares; dead, saturated: shares}.
 * gradient: of the weights, for one image, averaged over the images. dead: units that are 0 for every image; saturated:
 * activations within a half per cent of their range from a limit, null for an activation that has none. The last layer's activation is the logit.
 */
export function measure(network, labels, activation) {
  const rows = labels.length, {h} = network.workspace, last = network.layers.length - 1, found = {delta: [], gradient: []}
  network.forward(rows)
  network.backward(labels, (l, input, delta) => {
    const {fanIn, fanOut, columns} = network.layers[l]
    const incoming = squares(input, rows, fanIn, fanIn), errors = squares(delta, rows, columns, fanOut)
    found.delta.unshift(errors.reduce((sum, each) => sum + each / rows, 0))
    found.gradient.unshift(errors.reduce((sum, each, i) => sum + each * incoming[i] / rows, 0))
  })
  found.activation = network.layers.map(({columns, fanOut}, l) =>
    squares(h[l + 1], rows, columns, fanOut).reduce((sum, each) => sum + each / rows, 0))
  const hidden = network.layers.slice(0, last)
  found.dead = hidden.map(({columns}, l) => dead(h[l + 1], rows, columns))
  found.saturated = hidden.map(({columns}, l) => saturated(h[l + 1].subarray(0, rows * columns), ACTIVATIONS[activation][2]))
  return found
}

/** Per row of an array (rows, stride) the mean square of its first `columns` entries. */
export function squares(array, rows, stride, columns) {
  return Float64Array.from({length: rows}, (_, i) => {
    let sum = 0
    for (let j = 0; j < columns; j++) sum += array[i * stride + j] ** 2
    return sum / columns
  })
}

function dead(h, rows, units) {
  let silent = 0
  for (let j = 0; j < units; j++) {
    let i = 0
    while (i < rows && h[i * units + j] === 0) i++
    if (i === rows) silent++
  }
  return silent / units
}

function saturated(h, limits) {
  if (!limits) return null
  const [low, high] = limits, edge = (high - low) / 200
  return h.reduce((sum, each) => sum + (each < low + edge || each > high - edge ? 1 : 0), 0) / h.length
}

/** Counts of the finite values in equal parts of their range: {low, high, counts, lost}; lost: infinite or no numbers. */
export function histogram(values, bins) {
  const finite = values.filter(Number.isFinite), counts = Array(bins).fill(0)
  const [low, high] = finite.reduce(([a, b], each) => [Math.min(a, each), Math.max(b, each)], [Infinity, -Infinity])
  for (const each of finite) counts[high > low ? Math.min(bins - 1, Math.floor((each - low) / (high - low) * bins)) : 0]++
  return {low, high, counts, lost: values.length - finite.length}
}
