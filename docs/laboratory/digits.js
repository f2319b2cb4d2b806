// The digits: digits.txt has their source and licence, evidence/book/digits.py makes the pack.

export const TRAIN = 2560, TEST = 1000, PIXELS = 784
const COUNT = TRAIN + TEST

/** {labels, fill(into, indices)}: training images first, then test images. Throws an Error with a sentence for the reader. */
export async function digits(address = new URL("digits.pack", import.meta.url)) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser can't unpack the digits: it lacks DecompressionStream, which browsers have since 2023.")
  }
  const unpacked = async answer => new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer())
  const data = await fetch(address).then(unpacked).catch(() => []) // a page that says "not found" is no pack either
  if (data.length !== COUNT * (1 + PIXELS / 2)) throw new Error("The digits did not arrive whole. Reload the page to try again.")
  return decoded(data)
}

/** The digits of an unpacked pack: a byte per label, then half a byte per pixel, the left one first. */
function decoded(data) {
  const labels = data.subarray(0, COUNT), pixels = data.subarray(COUNT)
  return {
    labels,
    /** Write images, row by row, as float32 from 0 to 1. */
    fill(into, indices) {
      indices.forEach((index, row) => {
        for (let i = 0; i < PIXELS / 2; i++) {
          const two = pixels[index * PIXELS / 2 + i], at = row * PIXELS + 2 * i
          into[at] = (two >> 4) / 15
          into[at + 1] = (two & 15) / 15
        }
      })
    },
  }
}
