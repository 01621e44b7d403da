#!/usr/bin/env python3
"""Runs a tutorial: what stands in its code blocks, in order, in a new folder.

    tutorial_test.py README.md FOLDER...       FOLDERs come first in the PATH

A block ```sh is run by bash; the block ```text after it is what it prints, on standard output. There, a
line `...` stands for any lines. A block ```LANGUAGE FILE is written to that file.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DEADLINE_S = 300


def matches(expected, printed):
    """Whether the lines are the expected ones; ... stands for any number of lines."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line + "\n") for line in expected)
    return re.fullmatch(pattern, printed) is not None


def run(script, folder, path):
    environment = {**os.environ, "PATH": ":".join([*path, os.environ["PATH"]])}
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        universal_newlines=True,
        timeout=DEADLINE_S,
    )


def main():
    tutorial, path = pathlib.Path(sys.argv[1]), [os.path.abspath(name) for name in sys.argv[2:]]
    blocks = BLOCK.findall(tutorial.read_text())
    printed, compared = None, 0
    with tempfile.TemporaryDirectory(prefix="tutorial.") as folder:
        for kind, name, text in blocks:
            if name:
                beside = tutorial.parent / name
                if beside.exists() and beside.read_text() != text:
                    sys.exit("{} is not what the tutorial shows".format(beside))
                target = pathlib.Path(folder) / name
                target.parent.mkdir(exist_ok=True)
                target.write_text(text)
            elif kind == "sh":
                finished = run(text, folder, path)
                printed = finished.stdout
                if finished.returncode != 0:
                    sys.exit("{}\nends with {}:\n{}".format(text, finished.returncode, printed))
            elif kind == "text":
                if printed is None or not matches(text.splitlines(), printed):
                    sys.exit("the tutorial says\n{}\nbut this is printed:\n{}".format(text, printed))
                compared += 1
    if compared < 5:
        sys.exit("only {} outputs were compared".format(compared))
    print("{} blocks, {} outputs as the tutorial says".format(len(blocks), compared))


if __name__ == "__main__":
    main()
