#!/usr/bin/env python3
"""Prints the Debian packages of the backends that `mpspec run` with these arguments judges.

    packages.py -b pypy --backend=billiard --quiet      # pypy3, python3, python3-billiard: a line each

They stand in backends.json. A backend that is not known there, such as the command of an adapter of
your own, needs none; so does a known one with an interpreter of your own (NAME=INTERPRETER), because
only you know what belongs to that.
"""

import argparse
import json
import pathlib

BACKENDS = pathlib.Path(__file__).resolve().parent / "backends.json"


def main():
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-b", "--backend", action="append", default=[])
    wanted = parser.parse_known_args()[0].backend
    known = json.loads(BACKENDS.read_text())
    packages = {name for entry in known if entry["name"] in wanted for name in entry["packages"]}
    for name in sorted(packages):
        print(name)


if __name__ == "__main__":
    main()
