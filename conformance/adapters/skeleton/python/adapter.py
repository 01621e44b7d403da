#!/usr/bin/env python3
"""The adapter of @NAME@: mpspec's way to it.

Add what the backend has to the table, by the names of spec/adapter/operations.md.
"""

import mpspec_kit as kit

OPERATIONS = {
    # **kit.processes(kit.ForkProcess),                 # children by fork, if @NAME@ has none of its own
    # "Lock.new": lambda actor: Lock(),                 # makes an object
    # **kit.methods("Lock", "acquire release"),         # its methods of the same names
}

if __name__ == "__main__":
    kit.serve("@NAME@", "0.1", OPERATIONS)
