#!/usr/bin/env python3
"""Prints what the backends that `mpspec run` with these arguments judges need: Debian packages.

    packages.py -b pypy --backend=billiard --quiet      # pypy3, python3, python3-billiard: a line each
    packages.py --targets -b boost                      # mpspec_adapter_boost: what is to be built

They stand in backends.json. A backend that is not known there, such as the command of an adapter of
your own, needs none; so does a known one with an interpreter of your own (NAME=INTERPRETER), because
only you know what belongs to that. A variant (NAME:VARIANT) needs what its backend needs.
"""

import argparse
import json
import pathlib

BACKENDS = pathlib.Path(__file__).resolve().parent / "backends.json"


def main():
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-b", "--backend", action="append", default=[])
    parser.add_argument("--targets", action="store_true")
    options = parser.parse_known_args()[0]
    wanted = {name.split(":")[0] for name in options.backend if "=" not in name}
    needed = set()
    for entry in json.loads(BACKENDS.read_text()):
        if entry["name"] in wanted:
            target = [entry["target"]] if "target" in entry else []
            needed.update(target if options.targets else entry["packages"])
    for name in sorted(needed):
        print(name)


if __name__ == "__main__":
    main()
