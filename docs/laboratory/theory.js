// What the chapter "The variance rule" predicts for an untrained network, layer by layer.
import {ACTIVATIONS} from "./activations.js"
import {variance} from "./initializers.js"

const SPAN = 10, PIECES = 600 // beyond 10 standard deviations lies 1e-23 of the normal distribution

/** E[f(z)] for normal z with mean zero and variance q, by Simpson's rule on either side of 0, where the kinks are. */
export function expected(f, q) {
  let sum = 0
  for (let i = 1; i <= PIECES; i++) {
    const u = i / PIECES, t = SPAN * u ** 3, z = Math.sqrt(q) * t // u³: most points near 0, where a large q turns quickly
    const share = (i === PIECES ? 1 : i % 2 ? 4 : 2) / (3 * PIECES) * SPAN * 3 * u * u
    sum += share * Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI) * (f(z) + f(-z))
  }
  return sum
}

/**
 * Mean squares per layer, first to last: {activation, delta, gradient}, or null where weights are not drawn with mean zero.
 * square: of the images; top: of δ at the output, which depends on the labels. The last layer's activation is the logit.
 */
export function lines({widths, activation, rule, square, top}) {
  const gains = widths.slice(1).map((fanOut, l) => [variance(rule.name, widths[l], fanOut, rule.scale), widths[l], fanOut])
  if (gains[0][0] === null) return null
  const [phi, slope] = ACTIVATIONS[activation], last = gains.length - 1, q = [], h = [], slopes = []
  gains.forEach(([spread, fanIn], l) => {
    q.push(fanIn * spread * (l ? h[l - 1] : square))
    h.push(l === last ? q[l] : expected(z => phi(z) ** 2, q[l]))
    slopes.push(l === last ? 1 : expected(z => slope(z) ** 2, q[l]))
  })
  const delta = Array(last + 1).fill(top)
  for (let l = last - 1; l >= 0; l--) delta[l] = delta[l + 1] * gains[l + 1][2] * gains[l + 1][0] * slopes[l]
  return {activation: h, delta, gradient: delta.map((each, l) => each * (l ? h[l - 1] : square))}
}
