#!/usr/bin/env python3
"""terminal_test.py MPSPEC: a terminal gets a live line and colours, a file gets neither."""

import os
import pathlib
import pty
import re
import subprocess
import sys
import unittest

BAD = pathlib.Path(__file__).resolve().parents[1] / "selftest" / "adapters" / "bad_adapter.py"
MPSPEC = sys.argv.pop(1)
RUN = [MPSPEC, "run", "--backend", "python3 {} --bug wrong_error_type".format(BAD)]
RUN += ["--filter", "ADAPTER-006", "--filter", "ADAPTER-001", "--expectations", str(BAD.parent)]


def on_terminal(words, **variables):
    """What a terminal would get."""
    child, descriptor = pty.fork()
    if child == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ.update(variables)
        os.execv(words[0], words)
    printed = b""
    try:
        for data in iter(lambda: os.read(descriptor, 4096), b""):
            printed += data
    except OSError:
        pass  # how Linux ends a terminal
    os.close(descriptor)
    os.waitpid(child, 0)
    return printed.decode()


class Terminal(unittest.TestCase):
    def test_a_live_line_that_is_cleared_at_the_end(self):
        printed = on_terminal(RUN)
        self.assertRegex(printed, r"\r\x1b\[K\d/3 cases[^\r\n]*: ADAPTER_00\d_")
        after = printed[printed.rindex("cases") :]
        self.assertIn("\r\x1b[K", after)
        self.assertIn("\x1b[1;31mF", printed)

    def test_quiet_and_no_color(self):
        self.assertNotIn("cases", on_terminal(RUN + ["--quiet"]))
        self.assertNotIn("\x1b[1;31m", on_terminal(RUN, NO_COLOR="1"))

    def test_files_get_neither(self):
        run = subprocess.run(RUN, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        self.assertNotIn("\x1b", run.stdout)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertEqual(len(re.findall("^ADAPTER-006 fail on", run.stdout, re.MULTILINE)), 2, run.stdout)
        self.assertIn("again: mpspec run --backend", run.stdout)


if __name__ == "__main__":
    unittest.main()
