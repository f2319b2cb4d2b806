// A long table can be searched and sorted. Without this script it is a plain table.
for (const box of document.querySelectorAll(".searchable")) {
  const table = box.querySelector("table"), body = table.tBodies[0], rows = [...body.rows]
  const label = document.createElement("label"), field = document.createElement("input"), count = document.createElement("output")
  field.type = "search"
  label.append("Search the table ", field, " ", count)
  box.prepend(label)
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/)
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word))
    count.value = `${rows.filter(row => !row.hidden).length} of ${rows.length}`
  }
  field.addEventListener("input", show)
  show()
  const read = (row, column) => row.cells[column].textContent.trim()
  const compare = (one, other) => {
    if (!one || !other) return !one - !other // what is empty comes last, both ways
    const [a, b] = [one, other].map(text => parseFloat(text.replace("−", "-")))
    return isNaN(a) || isNaN(b) ? one.localeCompare(other) : a - b
  }
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement("button")
    button.type = "button"
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending"
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort")
      head.setAttribute("aria-sort", down ? "descending" : "ascending")
      rows.sort((one, other) => {
        const [a, b] = [read(one, column), read(other, column)]
        return down && a && b ? compare(b, a) : compare(a, b)
      })
      body.append(...rows)
    })
  }
}
