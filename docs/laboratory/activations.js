// Activations and their slopes, in float64. Keras's names and constants.

const SCALE = 1.0507009873554805, ALPHA = 1.6732632423543772 // of SELU: Klambauer et al. 2017
const LEAK = 0.2 // Keras's slope of leaky ReLU

// Φ, the normal distribution, by cubic interpolation between points where its series gives it to 16 digits
const REACH = 8, STEPS = 64
const density = z => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)
const POINTS = Float64Array.from({length: 2 * REACH * STEPS + 1}, (_, i) => {
  const z = i / STEPS - REACH
  let term = Math.abs(z), sum = term
  for (let n = 3; term > 1e-18 * sum; n += 2) sum += term *= z * z / n
  return z > 0 ? 0.5 + density(z) * sum : Math.max(0, 0.5 - density(z) * sum)
})
const SLOPES = POINTS.map((_, i) => density(i / STEPS - REACH) / STEPS)

export function normal(z) {
  if (!(Math.abs(z) < REACH)) return z > 0 ? 1 : z < 0 ? 0 : NaN
  const at = (z + REACH) * STEPS, i = Math.floor(at), t = at - i, rest = 1 - t
  return rest * rest * ((1 + 2 * t) * POINTS[i] + t * SLOPES[i]) + t * t * ((3 - 2 * t) * POINTS[i + 1] - rest * SLOPES[i + 1])
}

const logistic = z => 1 / (1 + Math.exp(-z))
const bell = z => { // the slope of the logistic function: of h alone it would be lost where h rounds to 1
  const e = Math.exp(-Math.abs(z))
  return e / (1 + e) ** 2
}

/** Each [φ(z), φ'(z)], and the limits that φ saturates at, if it has any. */
export const ACTIVATIONS = {
  relu: [z => (z > 0 ? z : z <= 0 ? 0 : NaN), z => (z > 0 ? 1 : 0)],
  leaky_relu: [z => (z > 0 ? z : LEAK * z), z => (z > 0 ? 1 : LEAK)],
  tanh: [Math.tanh, z => 4 * bell(2 * z), [-1, 1]],
  sigmoid: [logistic, bell, [0, 1]],
  gelu: [z => (z === -Infinity ? 0 : z * normal(z)), z => normal(z) + (Math.abs(z) < REACH ? z * density(z) : 0)],
  silu: [z => (z < -700 ? 0 : z * logistic(z)), z => (Math.abs(z) < 700 ? logistic(z) * (1 + z * logistic(-z)) : z > 0 ? 1 : 0)],
  selu: [z => SCALE * (z > 0 ? z : ALPHA * Math.expm1(z)), z => SCALE * (z > 0 ? 1 : ALPHA * Math.exp(z))],
  linear: [z => z, () => 1],
}
