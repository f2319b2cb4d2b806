// Random numbers from a seed, and every initializer of the book by Keras's name.

const CUT = 0.87962566103423978 // standard deviation of a standard normal cut at ±2; Keras has the same digits

/** Uniform numbers in [0, 1), 53 bits each, that depend on the two seeds alone: Doty-Humphrey's sfc32. */
export function uniforms(seed, stream) {
  let a = seed | 0, b = stream | 0, c = 0x9e3779b9 | 0, count = 1
  const next = () => {
    const sum = (a + b | 0) + count | 0
    count = count + 1 | 0
    a = b ^ b >>> 9
    b = c + (c << 3) | 0
    c = (c << 21 | c >>> 11) + sum | 0
    return sum >>> 0
  }
  for (let i = 0; i < 20; i++) next()
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
}

/** Standard normal numbers of a source of uniform ones, by Box and Muller, who make them in pairs. */
export function normals(uniform) {
  const pair = []
  return () => {
    if (!pair.length) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform()
      pair.push(radius * Math.sin(angle), radius * Math.cos(angle))
    }
    return pair.pop()
  }
}

/** 0 to n - 1 in a random order. */
export function shuffled(n, uniform) {
  const order = Uint16Array.from({length: n}, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]]
  }
  return order
}

function truncated(normal) {
  return () => {
    let z
    do z = normal()
    while (Math.abs(z) > 2)
    return z
  }
}

// columns of a normal matrix, made orthonormal one after the other; twice, since once leaves rounding errors
function orthogonal(rows, columns, normal) {
  const tall = rows >= columns, [long, short] = tall ? [rows, columns] : [columns, rows]
  const q = Array.from({length: short}, () => Float64Array.from({length: long}, normal))
  for (let j = 0; j < short; j++) {
    for (let twice = 0; twice < 2; twice++) {
      for (let k = 0; k < j; k++) {
        let dot = 0
        for (let i = 0; i < long; i++) dot += q[j][i] * q[k][i]
        for (let i = 0; i < long; i++) q[j][i] -= dot * q[k][i]
      }
    }
    const norm = Math.hypot(...q[j])
    for (let i = 0; i < long; i++) q[j][i] /= norm
  }
  return (i, j) => (tall ? q[j][i] : q[i][j])
}

const families = {
  lecun: fanIn => 1 / fanIn,
  glorot: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  he: fanIn => 2 / fanIn,
}
const fixed = { // initializers that draw no weight with mean zero: the theory has no line for them
  zeros: () => 0,
  ones: () => 1,
  constant: () => 0.1, // the book's; Keras's default is 0
  identity: (i, j) => (i === j ? 1 : 0),
}
export const INITIALIZERS = [
  "he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "lecun_normal", "lecun_uniform", "orthogonal", "random_normal",
  "random_uniform", "truncated_normal", "zeros", "ones", "constant", "identity", "variance_scaling", "standard_normal",
]

/** The variance of the weights by the formula; null where they are not drawn. scale: the c of c / fan_in. */
export function variance(name, fanIn, fanOut, scale) {
  const family = families[name.split("_")[0]]
  if (family) return family(fanIn, fanOut)
  return {
    orthogonal: 1 / Math.max(fanIn, fanOut), random_normal: 0.05 ** 2, random_uniform: 0.05 ** 2 / 3,
    truncated_normal: (0.05 * CUT) ** 2, variance_scaling: scale / fanIn, standard_normal: 1, zeros: 0,
  }[name] ?? null
}

/** A function of (row, column), to be asked row by row, that gives the weights of one layer of a network of this seed. */
export function weights(name, fanIn, fanOut, scale, seed, layer) {
  if (fixed[name]) return fixed[name]
  const uniform = uniforms(seed, layer), normal = normals(uniform), std = Math.sqrt(variance(name, fanIn, fanOut, scale))
  if (name === "orthogonal") return orthogonal(fanIn, fanOut, normal)
  if (name.endsWith("uniform")) return () => Math.sqrt(3) * std * (2 * uniform() - 1)
  if (name === "random_normal" || name === "standard_normal") return () => std * normal()
  const cut = truncated(normal) // as Keras does, whose normal initializers by fan are cut as well
  return () => std / CUT * cut()
}
