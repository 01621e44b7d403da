// The run: backends (columns), clauses (rows) and what each backend answered.

const data = JSON.parse(byId("data").textContent);
const backends = data.run.backends;
const columnOf = new Map(backends.map((backend, column) => [backend.name, column]));

// A clause that a backend was not asked about has this for a verdict.
const NOT_RUN = "not run";

const GLYPHS = {
  pass: "✓", fail: "×", hang: "∞", crash: "!", leak: "≈", inconclusive: "?", known: "(×)",
  unsupported: "–", [NOT_RUN]: "·",
};
const MEANINGS = {
  pass: "every assertion held",
  fail: "an assertion did not hold",
  hang: "an operation had no answer by its deadline",
  crash: "a process died without having been told to",
  leak: "processes, shared memory, sockets or files were left behind",
  inconclusive: "the case could not bring about what it judges",
  known: "a deviation that the backend's expectations list",
  unsupported: "the backend says it does not implement this",
  [NOT_RUN]: "no case of this clause ran on the backend",
};
const breaking = new Set(data.verdicts.filter((v) => v.breaks).map((v) => v.name));
const VERDICTS = ["pass", ...breaking,
  ...data.verdicts.map((v) => v.name).filter((name) => name !== "pass" && !breaking.has(name)),
  NOT_RUN];

const rows = data.clauses.map((clause) => ({
  ...clause,
  area: clause.id.slice(0, clause.id.lastIndexOf("-")),
  wasRun: clause.verdicts !== null,
  cells: backends.map((_, column) => clause.verdicts?.[column] ?? NOT_RUN),
  results: [],
}));
const rowOf = new Map(rows.map((row) => [row.id, row]));
for (const result of data.run.results) rowOf.get(result.clause).results.push(result);

// What a later column of the same backend changed, by clause and column.
const changeOf = new Map(data.changes.map((change) => [`${change.clause} ${change.to}`, change]));

const areas = [...new Set(rows.map((row) => row.area))];

/**
 * What a backend answered to a clause, to be compared with other backends; null for "no answer".
 * Two backends may both pass a MAY clause and go different ways: there, what was observed counts
 * too, but for its numbers, which are measurements as a rule.
 */
function answerOf(row, column) {
  const verdict = row.cells[column];
  if ([NOT_RUN, "unsupported", "inconclusive"].includes(verdict)) return null;
  if (verdict !== "pass" || row.strength !== "MAY") return verdict;
  const observed = row.results
    .filter((result) => columnOf.get(result.backend) === column && result.message)
    .map((result) => result.message.replace(/\d+([.,]\d+)*/g, "#"));
  return ["pass", ...new Set(observed.sort())].join("; ");
}

for (const row of rows) {
  row.answers = backends.map((_, column) => answerOf(row, column));
  row.differs = new Set(row.answers.filter((answer) => answer !== null)).size > 1;
}

/** Lower-case text that the search looks in; made when first asked for. */
function searchText(row) {
  row.searchText ??= [row.id, row.title, row.text, row.note, row.source,
    ...row.results.flatMap((result) => [result.case, result.message])].join("\n").toLowerCase();
  return row.searchText;
}

/** A word as a POSIX shell reads it back. */
function shellWord(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The backend's command rather than its name: a name may stand for another interpreter elsewhere. */
function replayCommand(result) {
  if (result.bundle) return `mpspec replay ${shellWord(result.bundle)}`;
  const backend = backends[columnOf.get(result.backend)].command || result.backend;
  const named = backend.startsWith("--address ") ? backend : `--backend ${shellWord(backend)}`;
  return `mpspec run ${named} --filter ${shellWord(result.case)} ` +
    `--seed ${data.seed}`;
}

/** The glyph with its word for who does not see it. */
function mark(verdict, { word = false } = {}) {
  return el("span", { class: `mark v-${verdict.replace(" ", "-")}` },
    el("span", { class: "glyph", "aria-hidden": "true" }, GLYPHS[verdict]),
    el("span", { class: word ? "word" : "unseen" }, verdict));
}
