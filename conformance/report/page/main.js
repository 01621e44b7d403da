// Puts the page together and answers the reader.

const state = NOTHING_CHOSEN();
let current = null;   // the clause that the address names
let builtView = null;

function refresh() {
  if (builtView !== state.view) buildTable(builtView = state.view);
  byId("pairs").replaceChildren(...(state.view === "disagreements" ? [pairTable(state, show)] : []));
  const shown = filterTable((row) => row.id === current || matches(row, state));
  refreshToolbar(state, shown);
  fitTable();
}

function show(changes) {
  Object.assign(state, changes);
  current = null;
  refresh();
  history.replaceState(null, "", hashOf(state, current));
}

/** Opens the clause that the address names, whatever the filters say. */
function openCurrent() {
  const row = rowOf.get(current);
  if (!row) return;
  setCollapsed(row.area, false);
  setOpen(row, true);
  row.tr.scrollIntoView({ block: "start" });
  row.button.focus({ preventScroll: true });
}

function followAddress() {
  const { clause, theme, saysMore, ...chosen } = stateFromHash(location.hash);
  if (theme) setTheme(theme);
  if (saysMore || builtView === null) Object.assign(state, chosen);
  current = clause;
  refresh();
  openCurrent();
}

function toggleRow(row) {
  const open = row.detail === null;
  setOpen(row, open);
  current = open ? row.id : null;
  history.replaceState(null, "", hashOf(state, current));
}

function onTableClick(event) {
  const tr = event.target.closest("tr.clause");
  if (!tr || (event.target.closest("button, a") && !event.target.closest(".clause-button"))) return;
  if (!getSelection().isCollapsed && event.detail > 0) return;  // the reader is selecting text
  toggleRow(rowOf.get(tr.id));
}

/** Tooltips are made when the pointer arrives: thousands of them would only weigh. */
function onTableHover(event) {
  const cell = event.target.closest("table.matrix tr.clause > td");
  if (!cell || cell.title) return;
  const row = rowOf.get(cell.parentNode.id);
  const column = cell.cellIndex - 1;
  const { name } = backends[column];
  const why = row.results.find((r) => r.backend === name && r.verdict === row.cells[column] && r.message);
  cell.title = `${row.id} on ${name}: ${row.cells[column]}${why ? `\n${why.message.slice(0, 300)}` : ""}`;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest("input, select, textarea");
  if (event.key === "/" && !field) {
    event.preventDefault();
    byId("text").focus();
  } else if (event.key === "Escape") {
    if (event.target === byId("text")) return show({ text: "" });
    const detail = event.target.closest("tr.detail")?.previousElementSibling ?? event.target.closest("tr.clause");
    const row = detail && rowOf.get(detail.id);
    if (!row?.detail) return;
    toggleRow(row);
    row.button.focus();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.matches(".clause-button, .area-button")) {
    const next = neighbour(event.target, event.key === "ArrowDown" ? 1 : -1);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

/** Whether a column is too narrow for its backend's name, which breaks between words only. */
function namesNeedMoreRoom(heads) {
  return heads.some((head) => head.offsetWidth < 60 || head.scrollWidth > head.clientWidth);
}

/** A table that is wider than the window scrolls inside its own frame, so that its head stays. */
function fitTable() {
  const scroller = byId("scroller");
  scroller.classList.remove("inside");
  const root = document.documentElement.style;
  const bar = byId("toolbar");
  const sticks = getComputedStyle(bar).position === "sticky";
  root.setProperty("--bar-height", `${sticks ? bar.offsetHeight : 0}px`);
  const table = byId("table");
  scroller.classList.toggle("inside", table.offsetWidth > scroller.clientWidth + 1);
  table.classList.remove("upright");
  table.classList.toggle("upright", state.view === "matrix" && namesNeedMoreRoom([...table.rows[0].cells].slice(1)));
  root.setProperty("--view-width", `${scroller.clientWidth}px`);
  root.setProperty("--head-height", `${table.tHead.offsetHeight}px`);
}

const THEMES = ["auto", "light", "dark"];
function setTheme(theme) {
  if (!THEMES.includes(theme)) return;
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
}
function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
  setTheme(theme);
  try { localStorage.setItem("mpspec-theme", theme); } catch { /* not kept, then */ }
}

/** On paper nobody can open a row: what needs explaining is opened before. */
let openedForPrint = [];
function beforePrint() {
  openedForPrint = rows.filter((row) => !row.tr.hidden && row.detail === null &&
    (row.differs || row.cells.some((verdict) => breaking.has(verdict) || verdict === "known")));
  for (const row of openedForPrint) setOpen(row, true);
}
function afterPrint() {
  for (const row of openedForPrint) setOpen(row, false);
}

function start() {
  setTheme("auto");
  try { setTheme(localStorage.getItem("mpspec-theme")); } catch { /* no storage, no memory */ }
  const { suite } = data.run;
  byId("version").textContent = suite.version;
  for (const [name, value] of [["commit", suite.commit], ["seed", data.seed], ["host", suite.host]]) {
    if (value) byId("facts").append(el("div", null, el("dt", null, name), el("dd", null, value)));
  }
  if (data.changes.length > 0) {
    byId("facts").append(el("div", null, el("dt", null, "changed"),
      el("dd", null, plural(data.changes.length, "verdict"))));
  }
  document.querySelector("main").hidden = false;
  byId("cards").append(...backends.map((backend, column) => scoreCard(backend, column, show)));
  buildToolbar(state, show);
  byId("theme").addEventListener("click", nextTheme);
  byId("table").addEventListener("click", onTableClick);
  byId("table").addEventListener("pointerover", onTableHover);
  addEventListener("keydown", onKey);
  addEventListener("resize", fitTable);
  addEventListener("hashchange", followAddress);
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  followAddress();
}

start();
