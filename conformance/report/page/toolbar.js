// The filters' controls.

function option(value, text) { return el("option", { value }, text); }

/** Makes the controls; `show(changes)` is called with what the reader changed. */
function buildToolbar(state, show) {
  const flip = (set, value) => {
    const out = new Set(set);
    out.has(value) ? out.delete(value) : out.add(value);
    return out;
  };
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => show({ view: button.dataset.view }));
  }
  for (const button of document.querySelectorAll("[data-strength]")) {
    button.addEventListener("click", () =>
      show({ strengths: flip(state.strengths, button.dataset.strength) }));
  }
  byId("area").append(option("", "all areas"),
    ...areas.map((area) => option(area, data.chapters[area] ? `${area} · ${data.chapters[area]}` : area)));
  byId("backend").append(option("", "in any backend"),
    ...backends.map((backend) => option(backend.name, `in ${backend.name}`)));
  for (const id of ["area", "backend"]) {
    byId(id).addEventListener("change", () => show({ [id]: byId(id).value }));
  }
  byId("differ").addEventListener("change", () => show({ differ: byId("differ").checked }));
  byId("text").addEventListener("input", () => show({ text: byId("text").value }));
  byId("reset").addEventListener("click", () => show({ ...NOTHING_CHOSEN(), view: state.view }));
  byId("toolbar").addEventListener("submit", (event) => event.preventDefault());

  const totals = backends.map((_, column) => scoreOf(rows, column).counts);
  for (const verdict of VERDICTS) {
    const count = totals.reduce((sum, counts) => sum + counts[verdict], 0);
    if (count === 0) continue;
    byId("legend").append(el("button", {
      type: "button", class: "quiet", "data-verdict": verdict, title: MEANINGS[verdict],
      onclick: () => show({ verdicts: flip(state.verdicts, verdict) }),
    }, mark(verdict, { word: true }), " ", el("small", null, String(count))));
  }
  byId("disagreeing").textContent = String(rows.filter((row) => row.differs).length);
}

function refreshToolbar(state, shown) {
  const press = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));
  for (const button of document.querySelectorAll("[data-view]")) press(button, button.dataset.view === state.view);
  for (const button of document.querySelectorAll("[data-strength]")) press(button, state.strengths.has(button.dataset.strength));
  for (const button of document.querySelectorAll("[data-verdict]")) press(button, state.verdicts.has(button.dataset.verdict));
  for (const id of ["area", "backend", "text"]) if (byId(id).value !== state[id]) byId(id).value = state[id];
  byId("differ").checked = state.differ || state.view === "disagreements";
  byId("differ").disabled = state.view === "disagreements";
  byId("reset").hidden = !isFiltered(state);
  const notRun = rows.filter((row) => !row.wasRun).length;
  byId("count").textContent = `${shown} of ${plural(rows.length, "clause")}` +
    (notRun > 0 ? `, ${notRun} not run` : "");
  byId("empty").hidden = shown > 0;
  byId("empty").textContent = data.run.results.length === 0 ? "This run has no results."
    : "No clause matches these filters.";
}
