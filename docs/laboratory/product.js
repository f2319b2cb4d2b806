// Matrix products: by WebAssembly's vectors where the browser has them, else by JavaScript.

/** {simd, reserve(bytes) -> ArrayBuffer, product(...)}; every array of a network lies in the reserved block. */
export async function engine(address = new URL("product.wasm", import.meta.url)) {
  try {
    const memory = new WebAssembly.Memory({initial: 1})
    const answer = await fetch(address)
    const {instance} = await WebAssembly.instantiate(await answer.arrayBuffer(), {laboratory: {memory}})
    return {
      simd: true,
      product: instance.exports.product,
      reserve(bytes) {
        const missing = Math.ceil((bytes - memory.buffer.byteLength) / 65536)
        if (missing > 0) memory.grow(missing)
        return memory.buffer
      },
    }
  } catch { // no WebAssembly, no vectors, or no file: the same in JavaScript
    return scalar()
  }
}

/** The engine without WebAssembly. Its product sums in float64 and stores float32. */
export function scalar() {
  let floats = new Float32Array(0)
  return {
    simd: false,
    reserve: bytes => {
      if (floats.byteLength < bytes) floats = new Float32Array(Math.ceil(bytes / 4))
      return floats.buffer
    },
    product(a, row, column, b, c, m, k, n) { // as in product.wat: a, row, column, b, c in bytes
      [a, row, column, b, c] = [a >> 2, row >> 2, column >> 2, b >> 2, c >> 2]
      for (let i = 0; i < m; i += 2) {
        for (let j = 0; j < n; j += 4) {
          let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0
          let p = a + i * row, q = b + j
          for (let left = k; left > 0; left--) {
            const x = floats[p], y = floats[p + row]
            const b0 = floats[q], b1 = floats[q + 1], b2 = floats[q + 2], b3 = floats[q + 3]
            s0 += x * b0; s1 += x * b1; s2 += x * b2; s3 += x * b3
            t0 += y * b0; t1 += y * b1; t2 += y * b2; t3 += y * b3
            p += column
            q += n
          }
          const out = c + i * n + j
          floats[out] = s0; floats[out + 1] = s1; floats[out + 2] = s2; floats[out + 3] = s3
          floats[out + n] = t0; floats[out + n + 1] = t1; floats[out + n + 2] = t2; floats[out + n + 3] = t3
        }
      }
    },
  }
}
