"""Hosts that share a dict and a queue, by an mp-manager on each of them (see reference/README.md).

    two_hosts.py make FILE    makes both, fills the queue, says in FILE where they are, and works once another one is there
    two_hosts.py work FILE    works, too
"""
import os
import pickle
import queue
import sys
from multiprocessing import current_process
from multiprocessing.managers import SyncManager

TASKS = 400


def make(manager, path):
    shared = manager.dict(), manager.JoinableQueue(), manager.Barrier(2)
    for number in range(TASKS):
        shared[1].put(number)
    with open(path + '.new', 'wb') as file:
        pickle.dump(shared, file)
    os.rename(path + '.new', path)
    return shared


def work(results, tasks):
    done = 0
    while len(results) < TASKS:
        try:
            number = tasks.get(timeout=0.5)
        except queue.Empty:
            continue
        results[number] = number * number
        tasks.task_done()
        done += 1
    return done


def main(role, path):
    # The same on every host, so that a proxy from another host leads to the manager of this one.
    address = ('127.0.0.1', 5000)
    current_process().authkey = key = os.environ['MP_KEY'].encode()
    manager = SyncManager(address, authkey=key)
    manager.connect()
    if role == 'make':
        results, tasks, both_there = make(manager, path)
    else:
        with open(path, 'rb') as file:
            results, tasks, both_there = pickle.load(file)
    both_there.wait()
    print('at work', flush=True)
    done = work(results, tasks)
    print('did', done, 'tasks;', len(results), 'of', TASKS, 'results, their sum is',
          sum(results.values()), flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
