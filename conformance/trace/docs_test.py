#!/usr/bin/env python3
"""What the README files say holds: their links, paths, commands and numbers.

    docs_test.py MPSPEC [FILE...]       all Markdown files of the project by default

Links and their anchors exist. Paths in code exist. Options of mpspec, conformance/run and conformance/test
in code are in `mpspec COMMAND --help`, and ids, areas and backends there are in `mpspec list`. "N clauses"
in the README is what `mpspec list clauses` has, unless it is a small part of it.
"""

import functools
import pathlib
import re
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("spec/", "reference/", "conformance/", "fuzz/")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
MPSPEC = re.compile(r"(?:^|[/\s])mpspec ((?:run|list|planted|trace|judge|adapter|report|replay)\b.*)")
COUNT = re.compile(r"\b(\d+) clauses\b")


@functools.lru_cache(maxsize=None)
def output(*words):
    finished = subprocess.run([sys.argv[1], *words], stdout=subprocess.PIPE, universal_newlines=True)
    return finished.stdout


def listed(what):
    return {word for line in output("list", what).splitlines() for word in line.split()[:2]}


def slug(heading):
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip("# ")).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(path):
    text = FENCE.sub("", path.read_text())
    return {slug(line) for line in text.splitlines() if line.startswith("#")}


def code_lines(text):
    """Lines of code blocks, of indented blocks, and inline code."""
    for fence in FENCE.findall(text):
        yield from fence.splitlines()[1:-1]
    rest = FENCE.sub("", text)
    for line in rest.splitlines():
        if line.startswith("    "):
            yield line.strip()
    yield from INLINE.findall(rest)


def check_links(path, text):
    for target in LINK.findall(INLINE.sub("", FENCE.sub("", text))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists():
            yield "the link {} leads nowhere".format(target)
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            yield "{} has no heading #{}".format(name or path.name, anchor)


def check_paths(text):
    for line in code_lines(text):
        for word in re.findall(r"[\w./-]+", line):
            word = word.rstrip(".")
            named = word.startswith(FOLDERS) and not word.endswith("-")  # part of a pattern
            if named and not (TOP / word).exists():
                yield "there is no {}, which `{}` names".format(word, line)


def check_command(line):
    found = MPSPEC.search(line.split(" # ")[0])
    if found is None:
        return
    try:
        words = shlex.split(found.group(1).split(" | ")[0], comments=True)
    except ValueError:
        return  # a piece of a command
    command = words[:2] if words[0] == "adapter" else words[:1]
    help_text = output(*command, "--help")
    for word in words:
        option = word.split("=")[0]
        if re.match(r"--?[a-z]", option) and not re.search(re.escape(option) + r"\b", help_text):
            yield "`mpspec {}` has no {}".format(" ".join(command), option)
    for option, what in (("--filter", "cases"), ("--area", "clauses")):
        for name, value in zip(words, words[1:]):
            known = listed(what) if option == "--filter" else {i.rpartition("-")[0] for i in listed(what)}
            placeholder = value == "NAME" or not re.fullmatch(r"[A-Z0-9-]+", value)
            if name == option and not placeholder and value not in known:
                yield "`{}` names {}, which does not exist".format(line, value)


def check_commands(text):
    for line in code_lines(text):
        yield from check_command(line)
        if re.match(r"(\$ )?conformance/run ", line):
            yield from check_command("mpspec run " + line.split("conformance/run ", 1)[1])


def check_numbers(path, text):
    clauses = len(output("list", "clauses").splitlines())
    for count in COUNT.findall(text):
        whole = path == TOP / "README.md" or len(sys.argv) > 2  # elsewhere a part is judged
        if whole and int(count) > clauses / 2 and int(count) != clauses:
            yield "says {} clauses; there are {}".format(count, clauses)


def check(path):
    text = path.read_text()
    yield from check_links(path, text)
    yield from check_paths(text)
    yield from check_commands(text)
    yield from check_numbers(path, text)


def main():
    files = [pathlib.Path(name).resolve() for name in sys.argv[2:]]
    if not files:
        tracked = ["git", "-C", str(TOP), "ls-files", "*.md"]
        names = subprocess.run(tracked, stdout=subprocess.PIPE, universal_newlines=True).stdout
        files = [TOP / name for name in names.splitlines()]
    problems = 0
    for path in files:
        for problem in sorted(set(check(path))):
            print("{}: {}".format(path.relative_to(TOP) if TOP in path.parents else path, problem))
            problems += 1
    print("{} files, {} problems".format(len(files), problems))
    sys.exit(1 if problems or not files else 0)


if __name__ == "__main__":
    main()
