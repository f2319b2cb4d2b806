// The page of the laboratory: settings in, pictures out. The worker computes.
import {ROUND, legend, outcome, passedOn, signalCharts, summary, trainingCharts} from "./pictures.js"
import {csv, kerasProgram, torchProgram} from "./programs.js"
import {DEFAULTS, NAMES, PRESETS, RANGES, complaint, excess, query, read} from "./settings.js"

const PATIENCE = 500 // milliseconds until a start says that it goes on
const $ = id => document.getElementById(id)
const root = $("laboratory"), form = $("settings")
const colour = name => name.split("_")[0].replace(/standard|random|truncated/, "fixed").replace(/zeros|ones|identity/, "constant").replace("variance", "scaled")

const called = name => form.elements[name].getAttribute("aria-label") ?? form.elements[name].labels[0].firstChild.data.trim()
let {settings, complaints} = read(location.search, called)
let worker = null, id = 0, state = "loading", layer = settings.depth, run = null, guess = null, seen = null, waiting = false, queued = false, slow = null, held = null
const finished = new Map() // by settings without the seed: by seed, what was recorded

const say = words => { $("message").textContent = words }
const send = (kind, more) => worker?.postMessage({kind, ...more})
const family = () => query({...settings, seed: 0})

// ---- Settings ----

for (const [name, {values}] of Object.entries(RANGES)) {
  if (values) form.elements[name].replaceChildren(...values.map(value => new Option(value, value)))
}
for (const [name, changes] of Object.entries(PRESETS)) {
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = name
  button.onclick = () => change({...DEFAULTS, ...changes})
  $("presets").append(button)
}

const sliders = form.querySelectorAll("[data-for]")
for (const slider of sliders) {
  slider.oninput = () => {
    form.elements[slider.dataset.for].value = slider.dataset.log === undefined ? slider.value : Number((10 ** slider.value).toPrecision(2))
    form.onchange()
  }
}

function fillIn() {
  for (const [name, value] of Object.entries(settings)) form.elements[name].value = value
  for (const slider of sliders) slider.value = slider.dataset.log === undefined ? settings[slider.dataset.for] : Math.log10(settings[slider.dataset.for])
  for (const part of root.querySelectorAll("[data-scale]")) part.hidden = settings[part.dataset.scale] !== "variance_scaling"
  NAMES.forEach(name => root.style.setProperty(`--${name}`, `var(--${colour(settings[name])})`))
  for (const button of $("presets").children) {
    button.setAttribute("aria-pressed", query({...DEFAULTS, ...PRESETS[button.textContent], seed: settings.seed}) === query(settings))
  }
  $("legend").replaceChildren(...legend(settings))
  $("layer").max = settings.depth
  layer = Math.min(layer, settings.depth)
  $("layer").value = layer
  $("shown").textContent = layer
  $("program").querySelector("pre").textContent = kerasProgram(settings)
}

/** Take new settings: all starts anew, unless the rate alone changes while networks train. */
function change(next) {
  const wrong = Object.keys(next).map(name => complaint(name, next[name], called)).find(Boolean) ?? excess(next)
  if (wrong) {
    say(`${wrong} The settings stay as they were.`)
    return fillIn()
  }
  if (query(next) === query(settings)) {
    address()
    return fillIn()
  }
  const rateOnly = run && run.step > 0 && query({...next, rate: settings.rate}) === query(settings) && next.rate !== settings.rate
  const seedOnly = query({...next, seed: settings.seed}) === query(settings)
  if (layer === settings.depth) layer = next.depth // the last one stays the last one
  settings = next
  address()
  if (!rateOnly) return start(seedOnly)
  run.mixed = true // of no band: it was trained at two rates
  send("rate", {value: settings.rate})
  fillIn()
  say(`The rate is ${settings.rate} from step ${run.step} on.`)
}

function address() {
  try {
    history.replaceState(null, "", `?${query(settings)}`)
  } catch { // Safari throws at the hundredth change within seconds
  }
}

form.onchange = () => {
  const entries = Object.keys(DEFAULTS).map(name => {
    const text = form.elements[name].value
    return [name, typeof DEFAULTS[name] === "number" ? (text.trim() ? Number(text) : NaN) : text]
  })
  change(Object.fromEntries(entries))
}
form.onsubmit = event => event.preventDefault()

// ---- The worker ----

function start(keepGuess) {
  run = {settings, step: 0, losses: [], tests: [], signals: [], mixed: false}
  seen = null
  if (!keepGuess) ask(null)
  fillIn()
  $("outcome").textContent = ""
  become("starting")
  queued = waiting // while a slider moves, only the latest settings are sent when the worker is free again
  if (!waiting) launch()
}

/** Without `fillIn`, which would take from the reader what is half typed. */
function launch() {
  queued = false
  waiting = true
  id++
  send("start", {settings, id, layer})
  clearTimeout(slow)
  slow = setTimeout(() => { if (state === "starting" && worker && id > 1) say("Drawing the first weights …") }, PATIENCE)
}

function become(next) {
  state = next
  const idle = next === "ready", active = document.activeElement
  $("train").textContent = next === "training" ? "Pause" : run?.step ? "Train on" : "Train"
  $("train").disabled = !idle && next !== "training"
  for (const name of ["step", "csv"]) $(name).disabled = !idle
  for (const name of ["rewind", "reseed"]) $(name).disabled = !idle && next !== "training"
  for (const input of $("predict").elements) input.disabled = Boolean(run?.step)
  if (active.disabled) held = active // a button that is disabled loses the focus, and who works by keyboard the place
  else if (active !== document.body) held = null
  if (held && !held.disabled) held.focus({preventScroll: true})
}

const heard = {
  signals({step, measured, theory}) {
    run.theory = theory
    if (run.signals.at(-1)?.step === step) run.signals.pop()
    if (run.signals.length > 1) run.signals.length = 1 // the start and the latest
    run.signals.push({step, measured})
  },
  look(data) { seen = data },
  started({simd, examples, test}) {
    waiting = false
    if (queued) return launch()
    run.examples = examples
    run.tests.push({step: 0, pair: test})
    become("ready")
    say([...complaints, simd ? "" : "This browser lacks WebAssembly's vectors: training takes several times as long.", summary(run)].filter(Boolean).join(" "))
    complaints = []
  },
  progress({step, losses, tests}) {
    run.step = step
    run.losses.push(...losses)
    run.tests.push(...tests)
    become(state === "pausing" ? "pausing" : "training")
  },
  stopped({step}) {
    run.step = step
    if (!run.mixed) {
      if (!finished.has(family())) finished.set(family(), new Map())
      finished.get(family()).set(settings.seed, run)
    }
    become("ready")
    $("outcome").textContent = outcome(run, guess)
  },
  failed({reason}) {
    waiting = false
    if (queued && worker) return launch()
    become("failed")
    say(reason)
  },
}

function open() {
  try {
    worker = new Worker(new URL("worker.js", import.meta.url), {type: "module"})
  } catch {
    return heard.failed({reason: "This browser gives the page no workers, in which the laboratory computes. Any browser since 2015 has them."})
  }
  worker.onerror = () => {
    worker = null
    heard.failed({reason: "The laboratory's program did not load whole. Reload the page to try again."})
  }
  worker.onmessage = ({data}) => {
    const last = data.kind === "started" || data.kind === "failed"
    if ((data.id !== id || queued) && !last) return // of settings that were changed since
    heard[data.kind](data)
    later(...({started: ["progress", "look"], stopped: ["progress"], failed: []})[data.kind] ?? [data.kind])
  }
  start(false)
}

// ---- Training ----

$("train").onclick = ({detail}) => {
  if (detail > 1) return // the second half of a double click is no wish to pause
  if (state === "training") {
    become("pausing")
    return send("pause")
  }
  go((Math.floor(run.step / ROUND) + 1) * ROUND)
}
$("step").onclick = () => go(run.step + 1)
$("rewind").onclick = () => start(true)
$("reseed").onclick = () => change({...settings, seed: (settings.seed + 1) % (RANGES.seed.most + 1)})

function go(until) {
  if (state !== "ready") return
  if (!guess) {
    say("First say which will be ahead, or that you don't want to guess.")
    $("predict").querySelector("input").focus()
    return
  }
  $("outcome").textContent = ""
  become("training")
  send("train", {until})
}

$("predict").onchange = event => { ask(event.target.value) }
function ask(value) {
  guess = value
  for (const input of $("predict").querySelectorAll("input")) input.checked = input.value === value
}

// ---- Pictures ----

const PICTURES = {
  signals: () => run?.signals.length && signalCharts(run),
  progress: () => run?.tests.length && trainingCharts(run, [...(finished.get(family())?.values() ?? [])]),
  look: () => seen && passedOn(run, seen),
}
const stale = new Set()
let drawing = null

/** Draw what has changed, from the next frame on; a tab in the background draws the latest when it is seen. */
function later(...names) {
  const idle = !drawing && !stale.size
  names.forEach(name => stale.add(name))
  if (idle) next()
}
const all = () => later(...Object.keys(PICTURES))

/** One part of a picture, or the page would stop for a moment. */
function paint() {
  const [name] = stale
  if (!drawing) {
    stale.delete(name)
    drawing = PICTURES[name]()
  }
  $("clock").textContent = run?.step ? `step ${run.step}` : ""
  if (!drawing || drawing.next().done) drawing = null
  next()
}

function next() {
  const busy = Boolean(drawing || stale.size)
  if (busy) requestAnimationFrame(paint)
  root.querySelectorAll(".lab-panels").forEach(each => { each.ariaBusy = busy })
}

$("layer").oninput = event => {
  layer = Number(event.target.value)
  $("shown").textContent = layer
  send("layer", {value: layer})
}
new ResizeObserver(all).observe(root)
new MutationObserver(all).observe(document.body, {attributeFilter: ["data-md-color-scheme"]})

// ---- To take away ----

async function copy(text, words) {
  try {
    await navigator.clipboard.writeText(text)
    say(words)
  } catch {
    $("program").open = true
    $("program").querySelector("pre").textContent = text
    say("The browser does not let the page copy: take it from the box below.")
  }
}
$("link").onclick = () => copy(`${location.origin}${location.pathname}?${query(settings)}`, "The link to these settings is copied.")
$("keras").onclick = () => program(kerasProgram(settings), "The Keras program is copied.")
$("torch").onclick = () => program(torchProgram(settings), "The PyTorch program is copied.")
function program(text, words) {
  $("program").querySelector("pre").textContent = text
  copy(text, words)
}
$("csv").onclick = () => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([csv(run)], {type: "text/csv"}))
  link.download = `laboratory-seed-${settings.seed}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

fillIn()
if (document.readyState === "complete") open()
else addEventListener("load", open)
navigator.serviceWorker?.register("offline.js").catch(() => {}) // a browser that keeps nothing shows the page with a network only
