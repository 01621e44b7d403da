#!/usr/bin/env python3
"""An adapter on the Python kit: a semaphore that is a pipe with a byte for each permit."""

import os
import pathlib
import select
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import mpspec_kit as kit


class Semaphore:
    def __init__(self, value=1):
        if value < 0:
            raise ValueError("the number of permits is not negative")
        self.taken_from, self.put_into = os.pipe()
        os.set_blocking(self.taken_from, False)  # another process may be faster after select
        os.write(self.put_into, b"." * value)

    def acquire(self, block=True, timeout=None):
        end = None if timeout is None else kit.now() + max(timeout, 0) * 1e9
        while True:
            try:
                return os.read(self.taken_from, 1) == b"."
            except BlockingIOError:
                left = [] if end is None else [max(end - kit.now(), 0) / 1e9]
                if not block or not select.select([self.taken_from], [], [], *left)[0]:
                    return False

    def release(self):
        os.write(self.put_into, b".")


OPERATIONS = {
    **kit.processes(kit.ForkProcess),
    "Semaphore.new": lambda actor, value=1: Semaphore(value),
    **kit.methods("Semaphore", "acquire release"),
}

if __name__ == "__main__":
    kit.serve("toy", "1.0", OPERATIONS)
