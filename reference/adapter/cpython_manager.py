"""A CPython manager server as a program, with mp-manager's options for one.

    cpython_manager.py --address ADDRESS --authkey-file FILE [--exit-with-parent]

Prints its address once clients can connect, and serves until SIGTERM.
"""
import argparse
import ctypes
import signal
import sys
from multiprocessing import current_process
from multiprocessing.managers import SyncManager

PR_SET_PDEATHSIG = 1


def address_of(text):
    """A path, or HOST:PORT; what contains a slash is a path."""
    if '/' in text or ':' not in text:
        return text
    host, _, port = text.rpartition(':')
    return host.strip('[]'), int(port)


def text_of(address):
    return address if isinstance(address, str) else '%s:%d' % address


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--address', required=True)
    parser.add_argument('--authkey-file', required=True)
    parser.add_argument('--exit-with-parent', action='store_true')
    options = parser.parse_args()
    with open(options.authkey_file, 'rb') as file:
        key = file.read().removesuffix(b'\n')
    current_process().authkey = key  # proxies of other managers' objects connect with it
    # As the server process of a SyncManager, and so that what it has made is removed at its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    if options.exit_with_parent:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    server = SyncManager(address_of(options.address), authkey=key).get_server()
    print(text_of(server.address), flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
