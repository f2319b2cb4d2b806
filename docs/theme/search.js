// The theme's search, in its worker, with four things that it lacks: the words of docs/asked, which people use for a section
// and it does not; the section first of which someone has asked in nearly the same words; less weight for a page's first
// lines, which mention what its sections answer; and an ear for numbers and messages, in which signs are no operators.
// Whoever waits for the search does not wait longer for the words than PATIENCE milliseconds; without them it works as the theme's.
const FIRST_LINES = 0.7
const PATIENCE = 5000
const NEARLY = 0.8 // share of all words of a query and of a phrase that stand in both
const FUNCTION_WORDS = new Set(("a an and are at be by can did do does for from how i im in is it its me my of on or should that the this to " +
  "what when which why with").split(" "))
const ENDING = /(?:ing|ed|es|s)$/

let asked = [] // [address of a section, words of a phrase]
const queries = [] // whose results are still to come
const post = self.postMessage.bind(self)

/** The words of a text that say what it is about, without endings. */
function wordsOf(text) {
  const words = text.toLowerCase().replace(/['’]/g, "").match(/[\p{L}\p{N}_.]+/gu) ?? []
  return new Set(words.filter(word => !FUNCTION_WORDS.has(word)).map(word => word.length > 4 ? word.replace(ENDING, "") : word))
}

/** The addresses of which a phrase is nearest to the query, none if none is near. */
function nearest(query) {
  const words = wordsOf(query), found = new Set()
  let most = NEARLY
  for (const [address, phrase] of asked) {
    const both = [...phrase].filter(word => words.has(word)).length
    const share = both / Math.max(1, words.size + phrase.size - both)
    if (share > most) found.clear()
    if (share >= most) found.add(address)
    most = Math.max(most, share)
  }
  return found
}

/** Results, pages of sections, with the first of these addresses before all others. */
function reordered(pages, addresses) {
  const page = pages.find(sections => sections.some(({location}) => addresses.has(location)))
  if (!page) return pages
  const section = page.find(({location}) => addresses.has(location))
  return [[section, ...page.filter(other => other !== section)], ...pages.filter(other => other !== page)]
}

self.postMessage = message => {
  if (message.type === 3) message.data.items = reordered(message.data.items, nearest(queries.shift())) // 3: results
  post(message)
}

/** A query without the signs that Lunr would read as "not this word", "like this word", "so much weight" and "in this field". */
function plain(query) {
  return query.replace(/(^|[\s(])-+/g, "$1").replace(/[~^:]/g, " ")
}

addEventListener("message", async event => {
  if (event.data.prepared || ![0, 2].includes(event.data.type)) return
  event.stopImmediatePropagation()
  if (event.data.type === 2) { // a query
    queries.push(event.data.data)
    dispatchEvent(new MessageEvent("message", {data: {...event.data, data: plain(event.data.data), prepared: true}}))
    return
  } // 0: build the index
  const phrases = await fetch("../generated/asked.json", {signal: AbortSignal.timeout(PATIENCE)}).then(found => found.json()).catch(() => ({}))
  asked = Object.entries(phrases).flatMap(([address, all]) => all.split("; ").map(phrase => [address, wordsOf(phrase)]))
  for (const doc of event.data.data.docs) {
    doc.asked = phrases[doc.location] ?? ""
    if (!doc.location.includes("#")) doc.boost = (doc.boost ?? 1) * FIRST_LINES
  }
  dispatchEvent(new MessageEvent("message", {data: {...event.data, prepared: true}}))
})
importScripts(new URLSearchParams(location.search).get("theme"))
