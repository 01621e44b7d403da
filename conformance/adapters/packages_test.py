#!/usr/bin/env python3
"""packages.py finds the backends in the arguments of `mpspec run`, in every form that it takes."""

import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def packages(*arguments):
    command = [sys.executable, str(HERE / "packages.py"), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


class PackagesTest(unittest.TestCase):
    def test_every_form_of_the_option(self):
        for form in ["--backend", "pypy"], ["--backend=pypy"], ["-b", "pypy"], ["-bpypy"]:
            self.assertEqual(packages(*form, "--quiet", "--seed", "7"), ["pypy3"], form)

    def test_several_backends_name_a_package_once(self):
        together = packages("-b", "billiard", "-a", "QUEUE", "--backend", "multiprocess")
        apart = {*packages("-b", "billiard"), *packages("-b", "multiprocess")}
        self.assertEqual(together, sorted(apart))

    def test_what_is_not_known_needs_none(self):
        self.assertEqual(packages(), [])
        self.assertEqual(packages("-b", "python3 my_adapter.py", "-b", "nonsense"), [])
        self.assertEqual(packages("-b", "pypy=/path/to/pypy3"), [])

    def test_variants_need_what_their_backend_needs(self):
        self.assertEqual(packages("-b", "pypy:spawn"), ["pypy3"])
        self.assertEqual(packages("-b", "pypy:spawn=/path/to/pypy3"), [])

    def test_targets(self):
        self.assertEqual(packages("--targets", "-b", "boost", "-b", "cpython"), ["mpspec_adapter_boost"])
        self.assertEqual(packages("--targets"), [])

    def test_every_backend_says_what_it_needs(self):
        for entry in json.loads((HERE / "backends.json").read_text()):
            self.assertEqual(packages("-b", entry["name"]), sorted(entry["packages"]))


if __name__ == "__main__":
    unittest.main()
