// Where backends disagree: how often each pair does, and who says what.

const disagree = (row, a, b) =>
  row.answers[a] !== null && row.answers[b] !== null && row.answers[a] !== row.answers[b];

/** Backends by their answer, the most frequent answer first. */
function answerGroups(row) {
  const groups = new Map();
  row.answers.forEach((answer, column) => {
    if (answer === null) return;
    if (!groups.has(answer)) groups.set(answer, []);
    groups.get(answer).push(column);
  });
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

function answersCell(row) {
  return el("td", { class: "answers" }, ...answerGroups(row).map(([answer, columns]) =>
    el("span", { class: "answer" }, mark(row.cells[columns[0]], { word: true }), " ",
      columns.map((column) => backends[column].name).join(", "),
      answer.startsWith("pass; ") ? el("small", null, ` ${answer.slice("pass; ".length)}`) : null)));
}

function pairCell(a, b, state, show) {
  if (a === b) return el("td", { class: "self" }, "–");
  const [one, other] = [backends[a].name, backends[b].name];
  const count = rows.filter((row) => disagree(row, a, b)).length;
  const pressed = state.pair.includes(one) && state.pair.includes(other);
  if (count === 0 && !pressed) return el("td", null, "0");
  return el("td", null, el("button", {
    type: "button", class: "quiet", "aria-pressed": String(pressed),
    title: `${one} and ${other} answer ${plural(count, "clause")} differently`,
    onclick: () => show({ pair: pressed ? [] : [one, other] }),
  }, String(count)));
}

function pairTable(state, show) {
  if (backends.length < 2) {
    return el("p", { class: "empty" }, "One backend alone has nobody to disagree with.");
  }
  const about = el("p", { class: "pairs-about" },
    "Clauses that two backends answer differently; choose a pair to see only its clauses. ",
    "Unsupported, inconclusive and not run are no answers. For MAY clauses, what was observed counts too, without its numbers.");
  const table = el("table", null, el("caption", { class: "unseen" }, "Disagreements by pair of backends"),
    el("thead", null, el("tr", null, el("td"),
      ...backends.map((backend) => el("th", { scope: "col" }, backend.name)))),
    el("tbody", null, ...backends.map((backend, a) => el("tr", null,
      el("th", { scope: "row" }, backend.name),
      ...backends.map((_, b) => pairCell(a, b, state, show))))));
  return el("div", null, about, el("div", { class: "pairs", tabindex: "0" }, table));
}
