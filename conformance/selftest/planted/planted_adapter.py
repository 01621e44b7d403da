#!/usr/bin/env python3
"""CPython's adapter with one planted bug: a backend that breaks one clause.

    planted_adapter.py --bug NAME [options of the cpython adapter]
    planted_adapter.py --list        JSON: the name of every bug, its clause and what it does

../README.md says how to add one.
"""

import argparse
import importlib
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "adapters" / "cpython"))
import adapter

import planting

for module in sorted(HERE.glob("*.py")):
    if module.name != pathlib.Path(__file__).name:
        importlib.import_module(module.stem)  # lists its bugs


class PlantedActor(adapter.Actor):
    def __init__(self, options, number, objects):
        super().__init__(options, number, objects)
        planting.BUGS[options.bug].plant(self)


def list_bugs():
    listed = [
        {"name": name, "clause": bug.clause, "what": bug.what}
        for name, bug in planting.BUGS.items()
    ]
    print(json.dumps(listed, indent=1))


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        list_bugs()
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bug", required=True, choices=planting.BUGS, metavar="NAME", help="see --list"
    )
    options = adapter.parse_options(parser)
    PlantedActor(options, int(os.environ["MPSPEC_ACTOR"]), {}).run()
