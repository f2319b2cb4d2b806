// The theme's search, in its worker, with two things that it lacks: the words of docs/asked, which people use for a section
// and it does not; and less weight for a page's first lines, which mention what its sections answer. Whoever waits for the
// search does not wait longer for the words than PATIENCE milliseconds; without them it works as the theme's.
const FIRST_LINES = 0.7
const PATIENCE = 5000

addEventListener("message", async event => {
  if (event.data.type !== 0 || event.data.asked) return // 0: build the index
  event.stopImmediatePropagation()
  const asked = await fetch("../generated/asked.json", {signal: AbortSignal.timeout(PATIENCE)}).then(found => found.json()).catch(() => ({}))
  for (const doc of event.data.data.docs) {
    doc.asked = asked[doc.location] ?? ""
    if (!doc.location.includes("#")) doc.boost = (doc.boost ?? 1) * FIRST_LINES
  }
  dispatchEvent(new MessageEvent("message", {data: {...event.data, asked: true}}))
})
importScripts(new URLSearchParams(location.search).get("theme"))
