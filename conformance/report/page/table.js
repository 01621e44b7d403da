// The table of clauses: a column per backend, or one column that says who answered what.

const collapsed = new Set();  // areas
const tbodyOf = new Map();    // area -> its part of the table

function verdictCell(row, verdict, column) {
  const change = changeOf.get(`${row.id} ${backends[column].name}`);
  if (!change) return el("td", null, mark(verdict));
  return el("td", { class: "changed", title: `${change.before} in ${change.from}` }, mark(verdict),
    el("span", { class: "unseen" }, `, was ${change.before}`));
}

function clauseRow(row, view) {
  row.button = el("button", { type: "button", class: "clause-button", "aria-expanded": "false" },
    el("span", { class: "id" }, row.id), " ",
    el("span", { class: `strength ${row.strength}` }, row.strength), " ",
    el("span", { class: "title" }, row.title || "(not in this specification)"),
    row.differs && view === "matrix"
      ? el("span", { class: "differs", title: "Backends disagree" },
        el("span", { "aria-hidden": "true" }, "≠"), el("span", { class: "unseen" }, "backends disagree"))
      : null);
  const cells = view === "matrix"
    ? row.cells.map((verdict, column) => verdictCell(row, verdict, column))
    : [answersCell(row)];
  row.detail = null;
  row.tr = el("tr", { class: "clause", id: row.id }, el("th", { scope: "row" }, row.button), ...cells);
  return row.tr;
}

function areaRow(area, view) {
  const chosen = rows.filter((row) => row.area === area);
  const button = el("button", { type: "button", class: "area-button", "aria-expanded": "true",
    onclick: () => setCollapsed(area, !collapsed.has(area)) },
    el("span", { class: "id" }, area), " ", el("span", { class: "title" }, data.chapters[area] ?? ""));
  const cells = backends.map((_, column) => {
    const score = scoreOf(chosen, column);
    return el("td", { class: score.broken > 0 ? "broken" : null, title: "passed / judged" },
      score.judged === 0 ? "" : `${score.passed}/${score.judged}`);
  });
  return el("tr", { class: "area" }, el("th", { scope: "rowgroup" }, button),
    ...(view === "matrix" ? cells : [el("td")]));
}

function headRow(view) {
  const columns = view === "matrix"
    ? backends.map((backend) => el("th", { scope: "col", title: `${backend.name} ${backend.version}\n${backend.command}` },
      el("span", { class: "backend" }, backend.name), el("small", null, backend.version)))
    : [el("th", { scope: "col" }, "Answers")];
  return el("tr", null, el("th", { scope: "col", class: "corner" }, "Clause"), ...columns);
}

function buildTable(view) {
  const table = byId("table");
  table.className = view;
  table.style.setProperty("--columns", String(backends.length));
  collapsed.clear();
  tbodyOf.clear();
  for (const area of areas) {
    tbodyOf.set(area, el("tbody", null, areaRow(area, view),
      ...rows.filter((row) => row.area === area).map((row) => clauseRow(row, view))));
  }
  table.replaceChildren(
    el("caption", { class: "unseen" }, view === "matrix" ? "Verdicts by clause and backend"
      : "Clauses that backends answer differently"),
    el("thead", null, headRow(view)), ...tbodyOf.values());
}

function setCollapsed(area, closed) {
  closed ? collapsed.add(area) : collapsed.delete(area);
  const part = tbodyOf.get(area);
  part.classList.toggle("collapsed", closed);
  part.querySelector(".area-button").setAttribute("aria-expanded", String(!closed));
}

/** Shows the rows that the predicate chooses; returns how many. */
function filterTable(chosen) {
  let shown = 0;
  const used = new Set();
  for (const row of rows) {
    row.tr.hidden = !chosen(row);
    if (row.detail) row.detail.hidden = row.tr.hidden;
    if (row.tr.hidden) continue;
    ++shown;
    used.add(row.area);
  }
  for (const [area, part] of tbodyOf) part.hidden = !used.has(area);
  byId("scroller").hidden = shown === 0;
  return shown;
}

function setOpen(row, open) {
  if (open === (row.detail !== null)) return;
  row.button.setAttribute("aria-expanded", String(open));
  row.tr.classList.toggle("open", open);
  if (open) {
    row.detail = el("tr", { class: "detail", id: `${row.id}-detail` },
      el("td", { colspan: row.tr.cells.length }, clauseDetail(row)));
    row.button.setAttribute("aria-controls", row.detail.id);
    row.tr.after(row.detail);
  } else {
    row.button.removeAttribute("aria-controls");
    row.detail.remove();
    row.detail = null;
  }
}

/** The button of the next clause that can be seen, in the direction given. */
function neighbour(button, step) {
  const visible = [...byId("table").querySelectorAll("tbody:not([hidden])")]
    .flatMap((part) => [...part.querySelectorAll(part.classList.contains("collapsed")
      ? ".area-button" : ".area-button, tr.clause:not([hidden]) .clause-button")]);
  return visible[visible.indexOf(button) + step];
}
