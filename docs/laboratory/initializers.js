// Random numbers from a seed, and every initializer of the book by Keras's name.

const CUT = 0.87962566103423978 // standard deviation of a standard normal cut at ±2; Keras has the same digits

/** Uniform numbers in [0, 1), 53 bits each, of two seeds: Doty-Humphrey's sfc32. */
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

/** Standard normal numbers of uniform ones, by Box and Muller, who make them in pairs. */
export function normals(uniform) {
  let spare = null
  return () => {
    const kept = spare
    spare = null
    if (kept !== null) return kept
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
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

// Stewart 1980, section 3: reflections that make normal vectors of ever fewer entries of the axes, last to first
function orthogonal(rows, columns, normal) {
  const tall = rows >= columns, [long, short] = tall ? [rows, columns] : [columns, rows]
  const q = Array.from({length: short + 3}, () => new Float64Array(long)), mirrors = q.slice(0, short).map((axis, k) => {
    const v = axis.map((_, i) => (i < k ? 0 : normal())), norm = Math.sqrt(v.reduce((sum, each) => sum + each * each, 0))
    const twice = 1 / (norm * (norm + Math.abs(v[k]))) // 2 / |v|² of the v to come
    axis[k] = v[k] < 0 ? 1 : -1 // so that the reflection gives v, not -v
    v[k] -= axis[k] * norm
    return {v, k, twice}
  })
  for (let j = 0; j < short; j += 4) { // four columns: each vector is read once for them
    for (const mirror of mirrors.slice(0, j + 4).reverse()) reflect(mirror, q[j], q[j + 1], q[j + 2], q[j + 3])
  }
  return (i, j) => (tall ? q[j][i] : q[i][j])
}

function reflect({v, k, twice}, a, b, c, d) {
  let s = 0, t = 0, u = 0, w = 0
  for (let i = k; i < v.length; i++) {
    s += v[i] * a[i]
    t += v[i] * b[i]
    u += v[i] * c[i]
    w += v[i] * d[i]
  }
  for (let i = k; i < v.length; i++) {
    const x = twice * v[i]
    a[i] -= s * x
    b[i] -= t * x
    c[i] -= u * x
    d[i] -= w * x
  }
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
  return () => { // cut at ±2, as Keras does, whose normal initializers by fan are cut as well
    let z
    do z = normal()
    while (Math.abs(z) > 2)
    return std / CUT * z
  }
}
