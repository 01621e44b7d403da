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


def import_bugs(name=None):
    """All modules of bugs, or only that of one bug: an adapter is started for each case."""
    for module in sorted(HERE.glob("*.py")):
        is_ours = module.name != pathlib.Path(__file__).name
        if is_ours and (name is None or "def {}(".format(name) in module.read_text()):
            importlib.import_module(module.stem)


class PlantedActor(adapter.Actor):
    def __init__(self, options, number, objects):
        super().__init__(options, number, objects)
        import_bugs(options.bug)
        planting.BUGS[options.bug].plant(self)


def list_bugs():
    import_bugs()
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
    parser.add_argument("--bug", required=True, metavar="NAME", help="see --list")
    options = adapter.parse_options(parser)
    import_bugs(options.bug)
    if options.bug not in planting.BUGS:
        parser.error("there is no bug {}, see --list".format(options.bug))
    PlantedActor(options, int(os.environ["MPSPEC_ACTOR"]), {}).run()
