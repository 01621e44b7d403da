"""A CPython manager server. Arguments: a folder for its socket, and the key (hexadecimal).

Prints its address, serves until the end of its input, and ends.
"""
import sys
from multiprocessing.managers import SyncManager

if __name__ == '__main__':
    with SyncManager(sys.argv[1] + '/socket', authkey=bytes.fromhex(sys.argv[2])) as manager:
        print(manager.address, flush=True)
        sys.stdin.read()
