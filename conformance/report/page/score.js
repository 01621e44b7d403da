// One score card per backend: clauses passed of clauses judged.

/** How many of these clauses came to each verdict on one backend. */
function scoreOf(chosen, column) {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (const row of chosen) ++counts[row.cells[column]];
  const broken = [...breaking].reduce((sum, verdict) => sum + counts[verdict], 0);
  return { counts, broken, passed: counts.pass, judged: counts.pass + counts.known + broken,
           run: chosen.length - counts[NOT_RUN] };
}

function scoreLine(title, chosen, column) {
  const score = scoreOf(chosen, column);
  const percent = (count) => (score.run === 0 ? 0 : (100 * count) / score.run).toFixed(2);
  return el("tr", { style: `--pass-end:${percent(score.passed)}%;` +
      `--known-end:${percent(score.passed + score.counts.known)}%;--judged-end:${percent(score.judged)}%` },
    el("th", { scope: "row" }, title),
    el("td", null, score.judged === 0 ? "–" : el("b", null, String(score.passed)),
      score.judged === 0 ? null : `/${score.judged}`));
}

/** One line on the MUST clauses: the worst that is to be said of them. */
function headline({ counts, broken, judged, run }) {
  const line = (verdict, text) =>
    el("p", { class: "headline" }, verdict ? mark(verdict) : null, ` ${text}`);
  if (broken > 0) return line("fail", `${broken} MUST broken`);
  if (counts.known > 0) return line("known", `${counts.known} MUST known`);
  if (judged === 0) return line(null, run === 0 ? "no MUST run" : "no MUST judged");
  const all = counts.unsupported === 0 && counts[NOT_RUN] === 0;
  return line("pass", all ? "all MUST pass" : "judged MUST pass");
}

/** `show(changes)` changes the filters; a card's counts lead to the clauses they count. */
function scoreCard(backend, column, show) {
  const must = rows.filter((row) => row.strength === "MUST");
  const all = scoreOf(rows, column);
  const others = VERDICTS.filter((verdict) => verdict !== "pass" && all.counts[verdict] > 0);
  return el("article", { class: "card" },
    el("h2", { title: backend.command }, backend.name, " ", el("small", null, backend.version)),
    headline(scoreOf(must, column)),
    el("table", { class: "scores" },
      el("caption", { class: "unseen" }, `${backend.name}: clauses passed of clauses judged`),
      el("tbody", null,
        scoreLine("MUST", must, column),
        scoreLine("SHOULD", rows.filter((row) => row.strength === "SHOULD"), column),
        scoreLine("Crash safety", rows.filter((row) => row.area === "CRASH"), column))),
    el("p", { class: "others" }, ...others.map((verdict) =>
      el("button", { type: "button", class: "quiet", title: `${verdict}: ${MEANINGS[verdict]}`,
        onclick: () => show({ backend: backend.name, verdicts: new Set([verdict]) }) },
        mark(verdict), ` ${all.counts[verdict]}`))));
}
