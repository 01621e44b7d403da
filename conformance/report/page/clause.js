// What a row opens to: the clause, and what every backend did with it.

/** Repeats of a case that came to the same are told once. */
function groupedResults(row) {
  const groups = new Map();
  for (const result of row.results) {
    const key = JSON.stringify([result.backend, result.case, result.verdict, result.message]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(result);
  }
  return [...groups.values()].sort((a, b) =>
    columnOf.get(a[0].backend) - columnOf.get(b[0].backend) || a[0].case.localeCompare(b[0].case));
}

function secondsText(group) {
  const all = group.map((result) => result.seconds);
  const text = (seconds) => seconds >= 100 ? seconds.toFixed(0) : seconds.toFixed(3);
  const [least, most] = [text(Math.min(...all)), text(Math.max(...all))];
  return least === most ? `${least} s` : `${least}–${most} s`;
}

function runsText(row, group) {
  const { backend, case: name } = group[0];
  const total = row.results.filter((r) => r.backend === backend && r.case === name).length;
  if (total === 1) return null;
  if (group.length === total) return el("span", { class: "runs" }, `all ${total} runs`);
  const which = group.slice(0, 8).map((result) => result.run).join(", ");
  return el("span", { class: "runs" }, `${group.length} of ${total} runs` +
    (group[0].verdict === "pass" ? "" : `: ${which}${group.length > 8 ? ", …" : ""}`));
}

function copyButton(code) {
  const button = el("button", { type: "button", class: "quiet copy" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {  // not allowed here: leave it selected for the user's own copy
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return button;
}

/** A long message shows its beginning; the rest follows when asked for. */
function messageBlocks(message) {
  if (!message) return [];
  const start = message.split("\n", 12).join("\n").slice(0, 1200);
  const rest = message.slice(start.length);
  if (rest.length < 200) return [el("pre", { class: "message" }, message)];
  return [el("pre", { class: "message" }, start),
    el("details", { class: "rest" }, el("summary", null, `${rest.length} characters more`),
      el("pre", { class: "message" }, rest.replace(/^\n/, "")))];
}

function transcriptBlock(transcript) {
  if (!transcript?.length) return null;
  const block = el("details", { class: "transcript" },
    el("summary", null, `Transcript (${plural(transcript.length, "line")})`));
  block.addEventListener("toggle", () => block.append(el("pre", null, transcript.join("\n"))),
    { once: true });
  return block;
}

/** A page of its own, drawn from recorded calls: it gets no rights here. */
function timelineBlock(timeline) {
  if (!timeline) return null;
  const block = el("details", { class: "timeline" }, el("summary", null, "Timeline of the calls"));
  block.addEventListener("toggle", () => {
    const frame = el("iframe", { title: "Timeline of the calls", sandbox: "" });
    frame.srcdoc = timeline;
    block.append(frame);
  }, { once: true });
  return block;
}

function resultBlock(row, group) {
  const result = group[0];
  const command = el("code", { class: "replay" }, replayCommand(result));
  return el("li", { class: result.verdict === "pass" ? "result passed" : "result" },
    el("span", { class: "verdict" }, mark(result.verdict, { word: true })),
    el("span", { class: "who" }, el("b", null, result.backend), " ",
      el("small", null, backends[columnOf.get(result.backend)].version)),
    el("span", { class: "what" }, el("code", null, result.case), " ",
      el("span", { class: "seconds" }, secondsText(group)), " ", runsText(row, group)),
    el("div", { class: "why" }, ...messageBlocks(result.message), timelineBlock(result.timeline),
      transcriptBlock(result.transcript)),
    el("span", { class: "how" }, command, copyButton(command)));
}

/** Backends without a result are named, so that an empty column is no riddle. */
function unjudgedLine(row) {
  const unjudged = backends.filter((_, column) => row.cells[column] === NOT_RUN);
  if (unjudged.length === 0) return null;
  return el("p", { class: "unjudged" }, mark(NOT_RUN, { word: true }), " on ",
    unjudged.map((backend) => backend.name).join(", "));
}

function clauseDetail(row) {
  return el("div", { class: "opened" },
    el("div", { class: "clause-text" },
      row.text ? null : el("p", null, "This clause is not in the specification that made this report."),
      ...markdown(row.text ?? ""),
      row.note ? el("blockquote", null, ...markdown(row.note)) : null,
      el("p", { class: "origin" },
        row.source ? "Source: " : null, ...inline(row.source ?? ""),
        row.file ? el("span", { class: "file" }, ` spec/${row.file}:${row.line}`) : null)),
    el("ul", { class: "results", "aria-label": "Results by backend" },
      ...groupedResults(row).map((group) => resultBlock(row, group))),
    unjudgedLine(row));
}
