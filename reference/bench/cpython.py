"""What CPython's multiprocessing takes: cpython.py WORK OPERATIONS prints nanoseconds for one."""
import multiprocessing
import sys
import time


def value(operations):
    shared = multiprocessing.Value('q', 0)
    begin = time.monotonic_ns()
    for _ in range(operations):
        with shared.get_lock():
            shared.value += 1
    return time.monotonic_ns() - begin


def _drain(queue, operations, done):
    for _ in range(operations):
        queue.get()
    done.send(time.monotonic_ns())


def queue(operations):
    shared = multiprocessing.Queue(1000)
    ours, theirs = multiprocessing.Pipe()
    consumer = multiprocessing.Process(target=_drain, args=(shared, operations, theirs))
    consumer.start()
    message = b'x' * 64
    begin = time.monotonic_ns()
    for _ in range(operations):
        shared.put(message)
    end = ours.recv()
    consumer.join()
    return end - begin


if __name__ == '__main__':
    work, count = sys.argv[1], int(sys.argv[2])
    print({'Value': value, 'Queue': queue}[work](count) / count)
