#!/usr/bin/env python3
"""CPython's own manager server, with one planted bug: manager_server.py --address PATH --authkey-file FILE [--bug BUG]

  none     as it is
  dies     list.count ends the process
  hangs    list.index keeps the server's lock: nobody can make an object any more
  changes  list.reverse empties the lists of all clients
"""
import argparse
import os
from multiprocessing.managers import ListProxy, SyncManager


def bad_list(bug, server):
    class List(list):
        def count(self, *args):
            if bug == "dies":
                os._exit(3)
            return super().count(*args)

        def index(self, *args):
            if bug == "hangs":
                server[0].mutex.acquire()
            return super().index(*args)

        def reverse(self):
            if bug == "changes":
                for thing, *_ in list(server[0].id_to_obj.values()):
                    if isinstance(thing, list):
                        thing.clear()
            super().reverse()

    return List


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", required=True)
    parser.add_argument("--authkey-file", required=True)
    parser.add_argument("--bug", choices=("none", "dies", "hangs", "changes"), default="none")
    arguments = parser.parse_args()
    with open(arguments.authkey_file, "rb") as file:
        key = file.read()
    # A deep pickle is refused with a line on standard error for each: nothing to be read here.
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 2)
    server = []
    SyncManager.register("list", bad_list(arguments.bug, server), ListProxy)
    server.append(SyncManager(arguments.address, authkey=key).get_server())
    server[0].serve_forever()


if __name__ == "__main__":
    main()
