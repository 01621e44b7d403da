// What the reader chose. It is kept in the address, so that a view can be linked:
// #CLAUSE?view=disagreements&area=QUEUE&verdict=hang&backend=NAME&...

const NOTHING_CHOSEN = () => ({
  view: "matrix", text: "", area: "", backend: "", differ: false,
  strengths: new Set(), verdicts: new Set(), pair: [],
});

function stateFromHash(hash) {
  let text = hash.replace(/^#/, "");
  const at = text.indexOf("?");
  const parameters = new URLSearchParams(at < 0 ? "" : text.slice(at + 1));
  if (at >= 0) text = text.slice(0, at);
  let clause = text;
  try { clause = decodeURIComponent(text); } catch { /* a stray % is no clause */ }
  const known = (values, allowed) => values.filter((value) => allowed.includes(value));
  const names = backends.map((backend) => backend.name);
  const pair = known(parameters.getAll("pair"), names);
  return {
    clause: rowOf.has(clause) ? clause : null,
    theme: parameters.get("theme"),
    saysMore: at >= 0,
    view: parameters.get("view") === "disagreements" ? "disagreements" : "matrix",
    text: parameters.get("text") ?? "",
    area: known(parameters.getAll("area"), areas)[0] ?? "",
    backend: known(parameters.getAll("backend"), names)[0] ?? "",
    differ: parameters.has("differ"),
    strengths: new Set(known(parameters.getAll("strength"), ["MUST", "SHOULD", "MAY"])),
    verdicts: new Set(known(parameters.getAll("verdict"), VERDICTS)),
    pair: pair.length === 2 ? pair : [],
  };
}

function hashOf(state, clause) {
  const parameters = new URLSearchParams();
  if (state.view !== "matrix") parameters.set("view", state.view);
  for (const name of ["text", "area", "backend"]) if (state[name]) parameters.set(name, state[name]);
  if (state.differ) parameters.set("differ", "");
  for (const strength of state.strengths) parameters.append("strength", strength);
  for (const verdict of state.verdicts) parameters.append("verdict", verdict);
  for (const name of state.pair) parameters.append("pair", name);
  const query = parameters.toString();
  return `#${clause ?? ""}${query ? `?${query}` : ""}`;
}

function isFiltered(state) {
  return Boolean(state.text || state.area || state.backend || state.differ || state.strengths.size ||
    state.verdicts.size || state.pair.length);
}

/** Whether the filters let a clause through. Clauses that did not run show only when asked for. */
function matches(row, state) {
  if (state.strengths.size > 0 && !state.strengths.has(row.strength)) return false;
  if (state.area && row.area !== state.area) return false;
  if ((state.differ || state.view === "disagreements") && !row.differs) return false;
  if (state.view === "disagreements" && state.pair.length === 2 &&
      !disagree(row, ...state.pair.map((name) => columnOf.get(name)))) return false;
  if (state.verdicts.size > 0) {
    const cells = state.backend ? [row.cells[columnOf.get(state.backend)]] : row.cells;
    if (!cells.some((verdict) => state.verdicts.has(verdict))) return false;
  } else if (!row.wasRun) {
    return false;
  }
  const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => searchText(row).includes(word));
}
