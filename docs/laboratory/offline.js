// Keeps the laboratory at each visit, for a time when the network fails.
const FILES = ["activations.js", "charts.js", "digits.js", "digits.pack", "initializers.js", "network.js", "pictures.js", "product.js",
  "product.wasm", "programs.js", "run.js", "settings.js", "signals.js", "theory.js", "worker.js"] // what the page loads, but doesn't name

async function keep() {
  const store = await caches.open("laboratory"), page = await fetch("./"), text = await page.clone().text()
  const named = [...text.matchAll(/(?:src|href)="?([^"#?:> ]+\.(?:js|css|svg))\b/g)].map(found => found[1])
  await store.addAll([...new Set([...named, ...FILES])])
  await store.put("./", page)
}

async function answer(request) {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await caches.match(request, {ignoreSearch: true})
    if (kept) return kept
    throw error
  }
}

oninstall = event => { skipWaiting(); event.waitUntil(keep()) }
onactivate = event => event.waitUntil(clients.claim())
onfetch = event => {
  if (event.request.method !== "GET") return
  event.respondWith(answer(event.request))
  if (event.request.mode === "navigate") event.waitUntil(keep().catch(() => {})) // without network the store stays as it is
}
