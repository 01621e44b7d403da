"""CPython's manager for mp-bench.

serve ADDRESS KEY      a server that runs until it is killed
run ADDRESS KEY WORK   a client: prints `ready`, reads a number of operations, prints the monotonic
                       nanoseconds of their begin and end, and so on until there is no number
ADDRESS is a path or HOST:PORT.
"""
import sys
import time
from multiprocessing.managers import SyncManager


def address_of(text):
    if text.startswith('/'):
        return text
    host, port = text.rsplit(':', 1)
    return host, int(port)


def operation(manager, work):
    if work == 'dict get':
        shared = manager.dict({'key': 1})
        return lambda: shared['key']
    if work == 'dict set':
        shared = manager.dict()
        return lambda: shared.__setitem__('key', 1)
    if work == 'create':
        return lambda: manager.Value('i', 0)
    raise SystemExit('no such work')


def main():
    what, address, key = sys.argv[1], address_of(sys.argv[2]), sys.argv[3].encode()
    manager = SyncManager(address, authkey=key)
    if what == 'serve':
        manager.get_server().serve_forever()
    manager.connect()
    each = operation(manager, sys.argv[4])
    for _ in range(20):
        each()
    print('ready', flush=True)
    for line in sys.stdin:
        count = range(int(line))
        begin = time.monotonic_ns()
        for _ in count:
            each()
        print(begin, time.monotonic_ns(), flush=True)


main()
