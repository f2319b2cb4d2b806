// Charts as SVG, as wide as there is room, and a table of the same numbers.

const LEFT = 56, RIGHT = 14, TOP = 12, BOTTOM = 36, HEIGHT = 190
const NS = "http://www.w3.org/2000/svg"
const power = exponent => `10${String(exponent).replace(/./g, each => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(each)])}`

/** A number for people: three digits, powers of ten where it is small or large, NaN and infinity as what they are. */
export function shown(value) {
  if (value === null || value === undefined) return "–"
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞"
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-3 && size < 1e4)) return String(Number(value.toPrecision(3))).replace("-", "−")
  const [digits, exponent] = value.toExponential(2).split("e")
  return `${digits.replace("-", "−")} · ${power(Number(exponent))}`
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(NS, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

const tick = (x, y, anchor, words) => element("text", {class: "lab-tick", x, y, "text-anchor": anchor}, words)

const nice = (low, high, count) => { // ticks at 1, 2 or 5 times a power of ten
  const rough = (high - low) / count, unit = 10 ** Math.floor(Math.log10(rough))
  const step = unit * [1, 2, 5, 10].find(each => each * unit >= rough)
  return Array.from({length: Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1}, (_, i) => (Math.ceil(low / step - 1e-9) + i) * step)
}

const marks = [ // of A a dot, of B a diamond, so that nobody needs the colour
  (x, y) => `M${x} ${y}m-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0`,
  (x, y) => `M${x} ${y}m-4.2 0l4.2-4.2 4.2 4.2-4.2 4.2z`,
]
const cross = (x, y) => `M${x - 4} ${y - 4}l8 8m0-8l-8 8`

/**
 * Draw into figure's svg. log: whether y is; x, y: [low, high] or undefined, where the points say it; series: {kind: "dots",
 * "line", "theory" or "band", who: 0 or 1, points: [x, y] or [x, low, high] each}; level: {y, text} of a faint line.
 * What lies beyond y, is infinite or no number becomes a cross at the border.
 */
export function draw(figure, {x, y, log, xLabel, series, level, words}) {
  const svg = figure.querySelector("svg"), width = Math.max(220, svg.clientWidth || svg.parentNode.clientWidth)
  const all = series.flatMap(({points}) => points.map(([, ...values]) => values)).flat()
  const usable = all.filter(value => Number.isFinite(value) && (!log || value > 0))
  const [low, high] = y ?? [Math.min(...usable), Math.max(...usable)]
  const scale = log ? Math.log10 : Number
  let [bottom, top] = usable.length || y ? [scale(low), scale(high)] : [-1, 1]
  if (log) [bottom, top] = [Math.floor(bottom - 0.2), Math.ceil(top + 0.2)]
  const px = value => LEFT + (value - x[0]) / Math.max(1e-9, x[1] - x[0]) * (width - LEFT - RIGHT)
  const inside = value => HEIGHT - BOTTOM - (scale(value) - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)
  const beyond = value => (log && value === 0 ? HEIGHT - BOTTOM : Number.isNaN(value) || value > high * (1 + 1e-9) ? TOP : null)
  const parts = axes({width, bottom, top, log, x, px, inside, xLabel})
  if (level) {
    parts.push(element("path", {class: "lab-level", d: `M${LEFT} ${inside(level.y)}H${width - RIGHT}`}))
    parts.push(tick(width - RIGHT, inside(level.y) - 5, "end", level.text))
  }
  for (const {kind, who, points} of series) {
    const lost = points.filter(([, value]) => beyond(value) !== null), kept = points.filter(([, value]) => beyond(value) === null)
    const at = ([a, b]) => `${px(a).toFixed(1)} ${inside(b).toFixed(1)}`
    const d = {
      dots: () => kept.map(([a, b]) => marks[who](px(a).toFixed(1), inside(b).toFixed(1))).join(""),
      band: () => `M${kept.map(([a, b]) => at([a, b])).join("L")}L${kept.toReversed().map(([a, , c]) => at([a, Math.min(c, high)])).join("L")}z`,
    }[kind] ?? (() => `M${kept.map(at).join("L")}`)
    if (kept.length) parts.push(element("path", {class: `lab-${kind} lab-${"ab"[who]}`, d: d()}))
    if (kind !== "band" && kind !== "theory") {
      parts.push(element("path", {class: `lab-cross lab-${"ab"[who]}`, d: lost.map(([a, b]) => cross(px(a), beyond(b))).join("")}))
    }
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`)
  svg.setAttribute("aria-label", words)
  svg.replaceChildren(...parts)
}

function axes({width, bottom, top, log, x, px, inside, xLabel}) {
  const end = width - RIGHT, floor = HEIGHT - BOTTOM
  const rows = nice(bottom, top, 4).filter(each => !log || Number.isInteger(each))
  const parts = rows.flatMap(each => {
    const at = inside(log ? 10 ** each : each)
    return [element("path", {class: "lab-grid", d: `M${LEFT} ${at}H${end}`}),
      tick(LEFT - 7, at + 4, "end", log ? power(each) : shown(each))]
  })
  const columns = nice(x[0], x[1], width < 400 ? 4 : 6).filter(Number.isInteger)
  parts.push(...columns.map(each => tick(px(each), floor + 16, "middle", String(each))))
  parts.push(element("path", {class: "lab-axis", d: `M${LEFT} ${floor}H${end}`}))
  parts.push(tick(end, HEIGHT - 3, "end", xLabel))
  return parts
}

/** A histogram of one network into an svg: bars from low to high. */
export function bars(svg, who, {low, high, counts, lost}, name) {
  const width = Math.max(140, svg.clientWidth), height = 90, most = Math.max(...counts), floor = height - 18
  const step = width / counts.length, total = counts.reduce((a, b) => a + b, 0)
  const d = counts.map((count, i) => (count ? `M${(i * step).toFixed(1)} ${floor}h${(step - 1).toFixed(1)}v${(-count / most * (floor - 4)).toFixed(1)}h${(1 - step).toFixed(1)}z` : "")).join("")
  const words = total ? `${name}: from ${shown(low)} to ${shown(high)}` : `${name}: no finite number`
  const more = lost ? `, and ${shown(lost / (lost + total) * 100)} % infinite or no number` : ""
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  const peak = total ? `; ${shown(most / total * 100)} % in the highest of ${counts.length} bars` : ""
  svg.setAttribute("aria-label", `Histogram of ${words}${more}${peak}.`)
  svg.replaceChildren(element("path", {class: `lab-bars lab-${"ab"[who]}`, d}), element("path", {class: "lab-axis", d: `M0 ${floor}H${width}`}),
    tick(width, 14, "end", name), tick(0, height - 3, "start", total ? shown(low) : ""), tick(width, height - 3, "end", total ? shown(high) : "NaN, ∞"))
}

/** Fill the table behind a chart, if it is open. rows: the first cell of each is its heading. */
export function table(figure, heads, rows) {
  const details = figure.querySelector("details")
  details.ontoggle = () => {
    if (!details.open) return
    const row = (cells, name) => {
      const made = document.createElement("tr")
      cells.forEach((cell, i) => {
        const kind = name === "th" || i === 0 ? "th" : "td", one = document.createElement(kind)
        if (kind === "th") one.scope = name === "th" ? "col" : "row"
        one.textContent = typeof cell === "number" ? shown(cell) : cell
        made.append(one)
      })
      return made
    }
    details.querySelector("table").replaceChildren(row(heads, "th"), ...rows().map(cells => row(cells)))
  }
  details.ontoggle()
}
