// The Markdown that clauses are written in: paragraphs, lists, code, emphasis.

/** Splits text at clause ids that this report knows and links them. */
function linked(text) {
  return text.split(/\b([A-Z]+-\d{3})\b/).map((part, index) =>
    index % 2 === 1 && rowOf.has(part) ? el("a", { href: `#${part}` }, part) : part);
}

function inline(text) {
  const nodes = [];
  const token = /(`+)(.+?)\1(?!`)|\*\*(.+?)\*\*|\*(.+?)\*|\[([^\]]*)\]\([^)]*\)/gs;
  let from = 0;
  for (const match of text.matchAll(token)) {
    nodes.push(...linked(text.slice(from, match.index)));
    from = match.index + match[0].length;
    const [, , code, strong, emphasis, link] = match;
    if (code !== undefined) nodes.push(el("code", null, ...linked(code)));
    else if (strong !== undefined) nodes.push(el("strong", null, ...inline(strong)));
    else if (emphasis !== undefined) nodes.push(el("em", null, ...inline(emphasis)));
    else nodes.push(...inline(link));  // it points into the specification, which is not here
  }
  nodes.push(...linked(text.slice(from)));
  return nodes;
}

function markdown(text) {
  const blocks = [];
  let lines = [];
  let list = null;
  const flush = () => {
    if (lines.length > 0) (list ?? blocks).push(el(list ? "li" : "p", null, ...inline(lines.join("\n"))));
    lines = [];
  };
  const endList = () => {
    flush();
    if (list) blocks.push(el("ul", null, ...list));
    list = null;
  };
  let fence = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      if (fence) blocks.push(el("pre", null, fence.join("\n")));
      else endList();
      fence = fence ? null : [];
    } else if (fence) {
      fence.push(line);
    } else if (/^[*-] /.test(line)) {
      flush();
      list ??= [];
      lines = [line.slice(2)];
    } else if (line.startsWith("|")) {  // a table reads well as it is written
      endList();
      if (blocks.at(-1)?.tagName === "PRE") blocks.at(-1).append(`\n${line}`);
      else blocks.push(el("pre", null, line));
    } else {
      if (list && !line.startsWith(" ")) endList();
      lines.push(line.trim());
    }
  }
  if (fence) blocks.push(el("pre", null, fence.join("\n")));
  endList();
  return blocks;
}
