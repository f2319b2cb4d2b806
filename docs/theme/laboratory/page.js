// The page of the laboratory: settings in, pictures out. The worker computes.
import {bars, draw, element, shown, table} from "./charts.js"
import {csv, kerasProgram, torchProgram} from "./programs.js"
import {DEFAULTS, PRESETS, RANGES, complaint, excess, query, read} from "./settings.js"

const ROUND = 160, LAST = 40, LEVEL = 0.02 // steps of one round; of its verdict; losses that differ by less are level
const NAMES = ["a", "b"]
const $ = id => document.getElementById(id)
const root = $("laboratory"), form = $("settings")
const colour = name => ({variance: "scaled", standard: "fixed", random: "fixed", truncated: "fixed", zeros: "constant", ones: "constant", constant: "constant", identity: "constant"})[name.split("_")[0]] ?? name.split("_")[0]

let {settings, complaints} = read(location.search)
let worker = null, id = 0, state = "loading", layer = settings.depth, run = null, guess = null, seen = null, waiting = false, queued = false
const finished = new Map() // by settings without the seed: by seed, what was recorded

const say = words => { $("message").textContent = words }
const label = k => (settings[NAMES[k]] === "variance_scaling" ? `variance_scaling(${settings[`${NAMES[k]}_scale`]})` : settings[NAMES[k]])
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
  $("legend").replaceChildren(...NAMES.map((name, k) => legend(k)), theoryLegend())
  $("layer").max = settings.depth
  layer = Math.min(layer, settings.depth)
  $("layer").value = layer
  $("shown").textContent = layer
  $("program").querySelector("pre").textContent = kerasProgram(settings)
}

function legend(k) {
  const mark = element("path", {class: `lab-dots lab-${NAMES[k]}`, d: k ? "M6 6m-5 0l5-5 5 5-5 5z" : "M6 6m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"})
  return named(element("svg", {viewBox: "0 0 24 12", "aria-hidden": "true"}, mark), `${NAMES[k].toUpperCase()}: ${label(k)}`)
}

function theoryLegend() {
  return named(element("svg", {viewBox: "0 0 24 12", "aria-hidden": "true"}, element("path", {class: "lab-theory", d: "M0 6h24"})), "theory at the start")
}

function named(svg, words) {
  const span = document.createElement("span")
  span.append(svg, " ", words)
  return span
}

/** Take new settings: all starts anew, unless the rate alone changes while networks train. */
function change(next) {
  const wrong = Object.keys(next).map(name => complaint(name, next[name])).find(Boolean) ?? excess(next)
  if (wrong) {
    say(`${wrong} The settings stay as they were.`)
    return fillIn()
  }
  if (query(next) === query(settings)) return fillIn()
  const rateOnly = run && run.step > 0 && query({...next, rate: settings.rate}) === query(settings) && next.rate !== settings.rate
  const seedOnly = query({...next, seed: settings.seed}) === query(settings)
  if (layer === settings.depth) layer = next.depth // the last one stays the last one
  settings = next
  history.replaceState(null, "", `?${query(settings)}`)
  if (!rateOnly) return start(seedOnly)
  run.mixed = true // of no band: it was trained at two rates
  send("rate", {value: settings.rate})
  fillIn()
  say(`The rate is ${settings.rate} from step ${run.step} on.`)
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
  if (waiting) return
  waiting = true
  id++
  send("start", {settings, id, layer})
}

function become(next) {
  state = next
  const idle = next === "ready"
  $("train").textContent = next === "training" ? "Pause" : run?.step ? "Train on" : "Train"
  $("train").disabled = !idle && next !== "training"
  for (const name of ["step", "csv"]) $(name).disabled = !idle
  for (const name of ["rewind", "reseed"]) $(name).disabled = !idle && next !== "training"
  for (const input of $("predict").elements) input.disabled = Boolean(run?.step)
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
    if (queued) return start(true)
    run.examples = examples
    run.tests.push({step: 0, pair: test})
    become("ready")
    say([...complaints, simd ? "" : "This browser lacks WebAssembly's vectors: training takes several times as long.", summary()].filter(Boolean).join(" "))
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
    tell()
  },
  failed({reason}) {
    waiting = false
    become("failed")
    say(reason)
  },
}

/** One sentence on what the first signals say. */
function summary() {
  const words = run.signals[0].measured.map(({activation}, k) => {
    const [first, last] = [activation[0], activation[settings.depth - 1]]
    return `${NAMES[k].toUpperCase()}'s signal goes from ${shown(first)} in layer 1 to ${shown(last)} in layer ${settings.depth}`
  })
  return `Before training, ${words.join("; ")}.`
}

function open() {
  if (!("Worker" in window)) return heard.failed({reason: "This browser has no workers, in which the laboratory computes. Any browser since 2015 has."})
  worker = new Worker(new URL("worker.js", import.meta.url), {type: "module"})
  worker.onerror = () => heard.failed({reason: "The laboratory's program did not load whole. Reload the page to try again."})
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

/** What came of it, beside the guess: a mean over the last steps, since a single one goes up and down. */
function tell() {
  const recent = run.losses.slice(-LAST), [a, b] = [0, 1].map(k => recent.reduce((sum, pair) => sum + pair[k] / recent.length, 0))
  const nats = loss => (loss < 100 ? loss.toFixed(2) : shown(loss))
  const numbers = `In the last ${recent.length} of ${run.step} steps the mean loss of A is ${nats(a)}, of B ${nats(b)}`
  if (run.step < ROUND) {
    $("outcome").textContent = `${numbers}.`
    return
  }
  const ahead = Math.abs(a - b) <= LEVEL || (!Number.isFinite(a) && !Number.isFinite(b)) ? "neither" : !(a < b) && Number.isFinite(b) ? "b" : "a"
  const found = {a: "A is ahead", b: "B is ahead", neither: "neither is ahead"}
  const said = {a: "You said A. ", b: "You said B. ", neither: "You said neither. ", none: ""}
  const right = run.tests.at(-1).pair.map(({accuracy}) => `${shown(100 * accuracy)} %`).join(" and ")
  const verdict = guess === "none" ? "" : guess === ahead ? " As you said." : " Not as you said."
  $("outcome").textContent = `${said[guess]}${numbers}: ${found[ahead]}.${verdict} Of the test images they know ${right}.`
}

// ---- Pictures ----

const PICTURES = {
  signals: () => run?.signals.length && signalCharts(run.signals.at(-1)),
  progress: () => run?.tests.length && trainingCharts(),
  look: () => seen && passedOn(),
}
const stale = new Set()

/** Draw what has changed, in the next frame; a tab in the background draws nothing until it is seen, and then the latest. */
function later(...names) {
  if (!stale.size && names.length) requestAnimationFrame(paint)
  names.forEach(name => stale.add(name))
}
const all = () => later(...Object.keys(PICTURES))

function paint() {
  $("clock").textContent = run?.step ? `step ${run.step}` : ""
  const [name, ...rest] = stale // one a frame, or the page would stop for a moment
  stale.clear()
  PICTURES[name]()
  if (rest.length) later(...rest)
}

function signalCharts({step, measured}) {
  const xs = values => values.map((value, l) => [l + 1, value]), last = settings.depth + 1
  for (const part of ["activation", "delta", "gradient"]) {
    const theory = run.theory.flatMap((lines, who) => (lines ? [{kind: "theory", who, points: xs(lines[part])}] : []))
    const words = measured.map((each, k) => `${NAMES[k].toUpperCase()}, ${label(k)}: ${shown(each[part][0])} in layer 1, ${shown(each[part].at(-1))} in the last`)
    draw($(part), {
      x: [1, last], log: true, xLabel: "layer", words: `By layer, at step ${step}. ${words.join("; ")}.`,
      series: [...theory, ...measured.map((each, who) => ({kind: "dots", who, points: xs(each[part])}))],
    })
    note($(part), measured.map(each => each[part]))
    table($(part), ["layer", "A", "B", "theory of A", "theory of B"], () =>
      measured[0][part].map((_, l) => [String(l + 1), measured[0][part][l], measured[1][part][l], ...run.theory.map(lines => lines?.[part][l] ?? "–")]))
  }
  const idle = measured.map(each => each.saturated?.[0] === null || !each.saturated ? each.dead : each.saturated.map((share, l) => Math.max(share, each.dead[l])))
  const percent = idle.map(each => each.map(share => 100 * share))
  draw($("idle"), {
    x: [1, last], y: [0, 100], xLabel: "layer", words: `Per cent of idle units at step ${step}: ${percent.map((each, k) => `${NAMES[k].toUpperCase()} ${shown(Math.max(...each))} at most`).join(", ")}.`,
    series: percent.map((each, who) => ({kind: "dots", who, points: xs(each)})),
  })
  table($("idle"), ["layer", "A", "B"], () => percent[0].map((_, l) => [String(l + 1), percent[0][l], percent[1][l]]))
}

/** Below a chart: where numbers stop to be numbers. */
function note(figure, pair) {
  const odd = pair.map((values, k) => {
    const at = values.findIndex(value => !Number.isFinite(value)), zeros = values.filter(value => value === 0).length
    return at >= 0 ? `${NAMES[k].toUpperCase()} is ${shown(values[at])} in layer ${at + 1}` : zeros ? `${NAMES[k].toUpperCase()} is exactly 0 in ${zeros} of ${values.length} layers` : ""
  })
  const words = odd.filter(Boolean).join("; ")
  figure.querySelector(".lab-note").textContent = words && `${words}.`
}

function trainingCharts() {
  const end = Math.max(ROUND, run.step), seeds = [...(finished.get(family())?.values() ?? [])].filter(each => each !== run)
  const every = Math.max(1, Math.ceil(end / 80))
  const losses = (each, k) => means(each.losses.map(pair => pair[k]), every)
  const accuracies = (each, k) => each.tests.map(({step, pair}) => [step, Number.isFinite(pair[k].loss) ? 100 * pair[k].accuracy : NaN])
  const charts = [["loss", losses, [0, 3], {y: Math.log(10), text: "ten equal guesses"}], ["accuracy", accuracies, [0, 100], {y: 10, text: "chance"}]]
  for (const [name, points, y, level] of charts) {
    const bands = [0, 1].flatMap(who => (seeds.length ? [{kind: "band", who, points: range([run, ...seeds].map(each => points(each, who)))}] : []))
    const now = [0, 1].map(k => points(run, k).at(-1)?.[1])
    draw($(name), {
      x: [0, end], y, level, xLabel: "step", series: [...bands, ...[0, 1].map(who => ({kind: "line", who, points: points(run, who)}))],
      words: run.step ? `${name} at step ${run.step}: A ${shown(now[0])}, B ${shown(now[1])}.` : "Not trained yet.",
    })
    const count = seeds.length + 1
    $(name).querySelector(".lab-note").textContent = seeds.length ? `Line: seed ${settings.seed}. Band: range of ${count} seeds.` : ""
    table($(name), ["step", "A", "B"], () => points(run, 0).map(([step, a], i) => [String(step), a, points(run, 1)[i][1]]))
  }
}

const means = (values, every) => Array.from({length: Math.floor(values.length / every)}, (_, i) =>
  [(i + 1) * every, values.slice(i * every, (i + 1) * every).reduce((sum, each) => sum + each, 0) / every])

/** [x, lowest, highest] wherever at least two of the lists of points have a number. */
function range(lists) {
  const found = new Map()
  for (const [x, value] of lists.flat()) if (Number.isFinite(value)) found.set(x, [...(found.get(x) ?? []), value])
  return [...found].filter(([, values]) => values.length > 1).map(([x, values]) => [x, Math.min(...values), Math.max(...values)]).sort(([a], [b]) => a - b)
}

/** The histograms, and the table of ten digits with what the layer makes of them. */
function passedOn() {
  seen.seen.forEach(({spread}, k) => bars($(`spread-${NAMES[k]}`), k, spread, `${NAMES[k].toUpperCase()}, layer ${seen.layer}`))
  const box = $("passed"), made = document.createElement("table")
  made.className = "lab-table" // the theme leaves tables with a class alone
  const row = (heading, cells) => {
    const line = made.insertRow(), head = document.createElement("th")
    head.scope = "row"
    head.textContent = heading
    line.append(head)
    for (const cell of cells) line.insertCell().append(cell)
    return line
  }
  if (run.examples) row("digit", run.examples.map((pixels, digit) => picture(pixels, 28, 1, `an image of a ${digit}`)))
  seen.seen.forEach(({passed, answers}, k) => {
    const name = NAMES[k].toUpperCase(), units = passed.length / 10, largest = passed.reduce((most, each) => Math.max(most, Math.abs(each)), 0)
    row(`${name} passes on`, answers.map((_, digit) => picture(passed.subarray(digit * units, (digit + 1) * units), 2 ** Math.ceil(Math.log2(units) / 2), largest, `layer ${seen.layer} of ${name} for the ${digit}`)))
    const line = row(`${name} says`, answers.map(({answer}) => (answer < 0 ? "NaN" : String(answer))))
    answers.forEach(({answer}, digit) => { if (answer !== digit) line.cells[digit + 1].className = "lab-wrong" })
  })
  box.replaceChildren(made)
}

function picture(values, width, largest, words) {
  const canvas = document.createElement("canvas"), style = getComputedStyle(root)
  canvas.width = width
  canvas.height = values.length / width
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", words)
  const pen = canvas.getContext("2d"), inks = [style.color, style.getPropertyValue("--book-accent")]
  values.forEach((value, i) => {
    pen.globalAlpha = largest > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / largest) : 0
    pen.fillStyle = inks[value < 0 ? 1 : 0]
    pen.fillRect(i % width, Math.floor(i / width), 1, 1)
  })
  return canvas
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
