"""The Python side of three_way.cpp. Argument: this program's name. Standard input: a line with the
manager's key and the pickled proxies, both hexadecimal."""
import multiprocessing
import pickle
import sys

ROUNDS = 100

if __name__ == '__main__':
    name = sys.argv[1]
    key, proxies = map(bytes.fromhex, sys.stdin.readline().split())
    multiprocessing.current_process().authkey = key  # what proxies prove themselves with
    totals, lock, start = pickle.loads(proxies)

    start.wait()
    for _ in range(ROUNDS):
        with lock:
            totals[name] = totals.get(name, 0) + 1
            totals['all'] = totals.get('all', 0) + 1
