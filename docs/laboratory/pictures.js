// What a run looks like: its pictures, each drawn in parts, and the sentences beside them.
import {bars, draw, element, shown, table} from "./charts.js"
import {NAMES} from "./settings.js"

export const ROUND = 160 // steps of one round
const WHO = ["A", "B"]
const LAST = 40, LEVEL = 0.02 // steps that decide who is ahead; losses that differ by less are level
const $ = id => document.getElementById(id)

/** What a network is called. */
export function label(settings, k) {
  const rule = settings[NAMES[k]]
  return rule === "variance_scaling" ? `${rule}(${settings[`${NAMES[k]}_scale`]})` : rule
}

/** What stands for A, for B and for theory in the charts. */
export function legend(settings) {
  const marks = [{class: "lab-dots lab-a", d: "M6 6m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"}, {class: "lab-dots lab-b", d: "M6 6m-5 0l5-5 5 5-5 5z"}, {class: "lab-theory", d: "M0 6h24"}]
  const words = [...WHO.map((who, k) => `${who}: ${label(settings, k)}`), "theory at the start"]
  return marks.map((mark, i) => {
    const span = document.createElement("span")
    span.append(element("svg", {viewBox: "0 0 24 12", "aria-hidden": "true"}, element("path", mark)), " ", words[i])
    return span
  })
}

/** Signal, error signal, gradient and idle units by layer, with theory's lines, at the latest step that they were measured. */
export function* signalCharts(run) {
  const {settings, theory: predicted} = run, {step, measured} = run.signals.at(-1)
  const xs = values => values.map((value, l) => [l + 1, value]), last = settings.depth + 1
  for (const part of ["activation", "delta", "gradient"]) {
    const theory = predicted.flatMap((lines, who) => (lines ? [{kind: "theory", who, points: xs(lines[part])}] : []))
    const words = measured.map((each, k) => `${WHO[k]}, ${label(settings, k)}: ${shown(each[part][0])} in layer 1, ${shown(each[part].at(-1))} in the last`)
    draw($(part), {
      x: [1, last], log: true, xLabel: "layer", words: `By layer, at step ${step}. ${words.join("; ")}.`,
      series: [...theory, ...measured.map((each, who) => ({kind: "dots", who, points: xs(each[part])}))],
    })
    note($(part), measured.map(each => each[part]))
    table($(part), ["layer", "A", "B", "theory of A", "theory of B"], () =>
      measured[0][part].map((_, l) => [String(l + 1), measured[0][part][l], measured[1][part][l], ...predicted.map(lines => lines?.[part][l] ?? "–")]))
    yield
  }
  const idle = measured.map(each => each.saturated?.[0] === null || !each.saturated ? each.dead : each.saturated.map((share, l) => Math.max(share, each.dead[l])))
  const percent = idle.map(each => each.map(share => 100 * share))
  draw($("idle"), {
    x: [1, last], y: [0, 100], xLabel: "layer", words: `Per cent of idle units at step ${step}: ${percent.map((each, k) => `${WHO[k]} ${shown(Math.max(...each))} at most`).join(", ")}.`,
    series: percent.map((each, who) => ({kind: "dots", who, points: xs(each)})),
  })
  table($("idle"), ["layer", "A", "B"], () => percent[0].map((_, l) => [String(l + 1), percent[0][l], percent[1][l]]))
}

/** Below a chart: where numbers stop to be numbers. */
function note(figure, pair) {
  const odd = pair.map((values, k) => {
    const at = values.findIndex(value => !Number.isFinite(value)), zeros = values.filter(value => value === 0).length
    return at >= 0 ? `${WHO[k]} is ${shown(values[at])} in layer ${at + 1}` : zeros ? `${WHO[k]} is exactly 0 in ${zeros} of ${values.length} layers` : ""
  })
  const words = odd.filter(Boolean).join("; ")
  figure.querySelector(".lab-note").textContent = words && `${words}.`
}

/** Loss and accuracy by step of this run, and as a band the range of this and of the other runs of the same settings. */
export function* trainingCharts(run, runs) {
  const end = Math.max(ROUND, run.step), seeds = runs.filter(each => each.settings.seed !== run.settings.seed)
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
    $(name).querySelector(".lab-note").textContent = seeds.length ? `Line: seed ${run.settings.seed}. Band: range of ${count} seeds.` : ""
    table($(name), ["step", "A", "B"], () => points(run, 0).map(([step, a], i) => [String(step), a, points(run, 1)[i][1]]))
    yield
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
export function* passedOn(run, seen) {
  seen.seen.forEach(({spread}, k) => bars($(`spread-${NAMES[k]}`), k, spread, `${WHO[k]}, layer ${seen.layer}`))
  yield
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
  for (const [k, {passed, answers}] of seen.seen.entries()) {
    yield
    const name = WHO[k], units = passed.length / 10, largest = passed.reduce((most, each) => Math.max(most, Math.abs(each)), 0)
    row(`${name} passes on`, answers.map((_, digit) => picture(passed.subarray(digit * units, (digit + 1) * units), 2 ** Math.ceil(Math.log2(units) / 2), largest, `layer ${seen.layer} of ${name} for the ${digit}`)))
    const line = row(`${name} says`, answers.map(answer => (answer < 0 ? "NaN" : String(answer))))
    answers.forEach((answer, digit) => { if (answer !== digit) line.cells[digit + 1].className = "lab-wrong" })
  }
  box.replaceChildren(made)
}

function picture(values, width, largest, words) {
  const canvas = document.createElement("canvas"), style = getComputedStyle($("laboratory"))
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

/** One sentence on what the first signals say. */
export function summary({settings, signals}) {
  const words = signals[0].measured.map(({activation}, k) => {
    const first = activation[0], last = activation[settings.depth - 1], grown = last / first
    const factor = shown(Math.max(grown, 1 / grown)), alone = last === 0 || !Number.isFinite(last) || settings.depth === 1
    const fate = alone ? shown(last) : grown > 2 ? `${factor} times larger than in layer 1` : grown < 0.5 ? `${factor} times smaller than in layer 1` : "about as large as in layer 1"
    return `${WHO[k]}'s signal (${label(settings, k)}) is ${fate}`
  })
  return `Before training, in layer ${settings.depth}: ${words.join("; ")}.`
}

/** What came of it, beside the guess, which was about the first round. */
export function outcome({step, losses, tests}, guess) {
  const now = standing(losses), then = standing(losses.slice(0, ROUND)).ahead
  if (step < ROUND) return `${now.numbers}.`
  const know = tests.at(-1).pair.map(({accuracy}) => `${shown(100 * accuracy)} %`).join(" and ")
  const verdict = guess === "none" ? "" : ` You guessed ${guess} for step ${ROUND}: ${guess === then ? "so it was" : `it was ${then}`}.`
  return `${now.numbers}: ${now.ahead} is ahead. Of the test images they know ${know}.${verdict}`
}

/** The mean losses of the last steps as a clause, and who is ahead: a single step goes up and down. */
function standing(losses) {
  const recent = losses.slice(-LAST), [a, b] = [0, 1].map(k => recent.reduce((sum, pair) => sum + pair[k] / recent.length, 0))
  const nats = loss => (loss < 100 ? loss.toFixed(2) : shown(loss))
  return {
    numbers: `In the last ${recent.length} of ${losses.length} steps the mean loss of A is ${nats(a)}, of B ${nats(b)}`,
    ahead: Math.abs(a - b) <= LEVEL || (!Number.isFinite(a) && !Number.isFinite(b)) ? "neither" : !(a < b) && Number.isFinite(b) ? "B" : "A",
  }
}
