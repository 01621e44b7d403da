"""An unmodified CPython client of this library's server. Arguments: address, key (hexadecimal), and
which cases, if not all.

Prints `ok` when everything held; otherwise unittest tells what did not.
"""
import array
import collections
import decimal
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import time
import unittest
from multiprocessing.managers import BaseProxy, RemoteError, SyncManager

ADDRESS = sys.argv[1] if sys.argv[1].startswith('/') else tuple(
    [sys.argv[1].rsplit(':', 1)[0], int(sys.argv[1].rsplit(':', 1)[1])])
KEY = bytes.fromhex(sys.argv[2])
DEADLINE = 60  # only ends a hang
FORK = multiprocessing.get_context('fork')
SPAWN = multiprocessing.get_context('spawn')


def connect():
    manager = SyncManager(ADDRESS, authkey=KEY)
    manager.connect()
    return manager


def is_asleep(pid):
    with open('/proc/%d/stat' % pid) as stat:
        return stat.read().rpartition(')')[2].split()[0] == 'S'


def run(target, *args, context=FORK):
    process = context.Process(target=target, args=args)
    process.start()
    process.join(DEADLINE)
    assert process.exitcode == 0, process.exitcode


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)


class Case(unittest.TestCase):
    def setUp(self):
        self.m = connect()

    def raises(self, kind, args, function, *arguments):
        with self.assertRaises(kind) as caught:
            function(*arguments)
        if args is not None:
            self.assertEqual(caught.exception.args, args)

    def operators(self, kind, args, source, **names):
        self.raises(kind, args, lambda: exec(source, {}, names))


class Dict(Case):
    def test_like_a_dict(self):
        d = self.m.dict({'a': 1}, b=2)
        d[1] = 'x'
        d[1.0] = 'y'
        self.assertEqual(str(d), "{'a': 1, 'b': 2, 1: 'y'}")
        self.assertEqual(d.copy(), dict(d))
        self.assertEqual({**d.copy()}, d._getvalue())
        self.assertEqual(list(d), ['a', 'b', 1])
        self.assertEqual([k for k in d], d.keys())
        self.assertEqual(d.items(), [('a', 1), ('b', 2), (1, 'y')])
        self.assertEqual(len(d), 3)
        self.assertIn('a', d)
        del d['a']
        self.assertEqual(d.get('a', 5), 5)
        self.assertEqual(d.setdefault('c', [1]), [1])
        self.assertEqual(d.pop('c'), [1])
        self.assertEqual(d.popitem(), (1, 'y'))
        d.update([('z', 1)], y=2)
        self.assertEqual(d.values(), [2, 1, 2])
        d.clear()
        self.assertFalse(d)

    def test_errors_are_python_s_own(self):
        d = self.m.dict()
        self.raises(KeyError, ((1, 'k'),), lambda: d[1, 'k'])
        self.operators(KeyError, ('k',), 'del d["k"]', d=d)
        self.raises(KeyError, ('popitem(): dictionary is empty',), d.popitem)
        self.operators(TypeError, ("unhashable type: 'list'",), 'd[[]] = 1', d=d)
        self.raises(TypeError, ("'int' object is not iterable",), d.update, 5)
        self.raises(RemoteError, None, self.m.dict, 5)

    def test_iteration_in_other_processes(self):
        d = self.m.dict(zip('abc', range(3)))
        results = self.m.list()
        run(iterate, d, results)
        run(iterate, d, results, context=SPAWN)
        self.assertEqual(results[:], [['a', 'b', 'c']] * 2)

    def test_values_survive(self):
        d = self.m.dict()
        for value in (None, True, False, 0, 255, 256, 65536, -1, 2**31, -2**63, 2**200, -3**99,
                      0.1, -0.0, float('inf'), 1j, '', 'x' * 300, '\u20ac\U0001f600\x00\udc80',
                      b'', bytes(range(256)), bytearray(b'ab'), (), (1,), (1, 2), (1, 2, 3),
                      tuple(range(300)), [], [[]], list(range(1200)), {}, {(1,): {2: [3]}},
                      set(), {1, 'a'}, frozenset([1]), range(1, 9, 2), slice(1, None), Ellipsis,
                      NotImplemented, int, array.array('d', [1.5]), collections.OrderedDict(a=1),
                      collections.deque([1, 2], 5), collections.Counter('aab'),
                      decimal.Decimal('1.50'), Point(1, [2]), os.stat_result(range(10)),
                      'x' * 70000, b'y' * 70000, ['z' * 66000] * 3):
            d['v'] = value
            got = d['v']
            self.assertEqual(got, value)
            self.assertIs(type(got), type(value))
        nan = float('nan')
        d['v'] = nan
        self.assertNotEqual(d['v'], d['v'])

    def test_identity_inside_one_value(self):
        x = [1]
        self.m.dict()
        d = self.m.dict(s=(x, x))
        a, b = d['s']
        self.assertIs(a, b)
        loop = [1]
        loop.append(loop)
        d['loop'] = loop
        got = d['loop']
        self.assertIs(got[1], got)


def iterate(d, results):
    results.append([k for k in d])


class List(Case):
    def test_bounds_of_any_size(self):
        l = self.m.list([1])
        self.assertEqual(l.index(1, -2**70, 2**70), 0)
        self.raises(ValueError, None, l.index, 1, 2**70)

    def test_like_a_list(self):
        l = self.m.list(range(5))
        l.append('x')
        l.insert(0, 9)
        l.extend({7})
        self.assertEqual(l[:], [9, 0, 1, 2, 3, 4, 'x', 7])
        self.assertEqual(l[1:3], [0, 1])
        self.assertEqual(l[::-2], [7, 4, 2, 0])
        l[6:] = (5,)
        del l[::2]
        self.assertEqual(list(l), [0, 2, 4])
        self.assertEqual(l + [1], [0, 2, 4, 1])
        self.assertEqual(2 * l, l * 2)
        l += [8]
        l *= 2
        self.assertEqual(l.count(8), 2)
        self.assertEqual(l.index(8, 4), 7)
        l.remove(8)
        l.sort(reverse=True)
        self.assertEqual(list(reversed(l)), [0, 0, 2, 2, 4, 4, 8])
        l.reverse()
        self.assertEqual(l.pop(), 8)
        self.assertEqual(str(l), '[0, 0, 2, 2, 4, 4]')
        self.assertEqual(l._getvalue(), l[:])
        self.assertIn(4, l)

    def test_errors_are_python_s_own(self):
        l = self.m.list([1])
        self.raises(IndexError, ('list index out of range',), lambda: l[9])
        self.operators(IndexError, ('list assignment index out of range',), 'l[9] = 1', l=l)
        self.raises(IndexError, ('pop index out of range',), l.pop, 9)
        self.raises(ValueError, ('list.remove(x): x not in list',), l.remove, 9)
        self.raises(TypeError, ('list indices must be integers or slices, not str',),
                    lambda: l['x'])
        self.raises(TypeError, ("'<' not supported between instances of 'str' and 'int'",),
                    self.m.list([1, 'a']).sort)
        self.raises(TypeError, None, lambda: l.sort(key=len))
        self.raises(TypeError, ('can only concatenate list (not "ListProxy") to list',),
                    lambda: l + l)

    def test_iteration_is_live(self):
        l = self.m.list([1, 2, 3, 4])
        seen = []
        for item in l:
            seen.append(item)
            l.pop()
        self.assertEqual(seen, [1, 2])

    def test_appends_of_several_processes(self):
        l = self.m.list()
        workers = [FORK.Process(target=append_many, args=(l, i)) for i in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(DEADLINE)
        self.assertEqual(sorted(l[:]), sorted(list(range(3)) * 100))


def append_many(l, i):
    for _ in range(100):
        l.append(i)


class Values(Case):
    def test_namespace(self):
        ns = self.m.Namespace(x=10)
        ns.y = 'hello'
        ns._own = 1
        self.assertEqual(str(ns), "Namespace(x=10, y='hello')")
        self.assertEqual(ns.x, 10)
        del ns.x
        with self.assertRaises(AttributeError):
            ns.x
        self.assertEqual(vars(ns._getvalue()), {'y': 'hello'})

    def test_value(self):
        v = self.m.Value('i', 5)
        v.value += 1
        self.assertEqual(v.get(), 6)
        v.set('any')
        self.assertEqual(v.value, 'any')
        self.assertEqual(str(v), "Value('i', 'any')")

    def test_array(self):
        a = self.m.Array('i', [1, 2, 3])
        a[0] = -1
        self.assertEqual(a[1:], array.array('i', [2, 3]))
        a[1:] = array.array('i', [7])
        self.assertEqual(list(a), [-1, 7])
        self.assertEqual(len(a), 2)
        self.assertEqual(str(a), "array('i', [-1, 7])")
        self.operators(IndexError, ('array assignment index out of range',), 'a[9] = 1', a=a)
        self.operators(OverflowError, None, 'a[0] = 2**40', a=a)
        self.operators(TypeError, None, 'a[0] = 1.5', a=a)
        self.raises(RemoteError, None, self.m.Array, 'i', 5)
        self.raises(RemoteError, None, self.m.Array, 'y', [])


class Queue(Case):
    def test_like_a_queue(self):
        for make in (self.m.Queue, self.m.JoinableQueue):
            q = make(2)
            q.put(1)
            q.put_nowait(None)
            self.assertTrue(q.full())
            self.raises(queue.Full, (), q.put_nowait, 3)
            self.raises(queue.Full, (), q.put, 3, True, 0.01)
            self.assertEqual(q.qsize(), 2)
            self.assertEqual(q.get(), 1)
            self.assertIsNone(q.get_nowait())
            self.raises(queue.Empty, (), q.get_nowait)
            self.raises(queue.Empty, (), q.get, True, 0.01)
            self.raises(ValueError, ("'timeout' must be a non-negative number",), q.get, True, -1)
            q.task_done()
            q.task_done()
            q.join()
            self.raises(ValueError, ('task_done() called too many times',), q.task_done)

    def test_get_waits_for_another_client(self):
        q, results = self.m.Queue(), self.m.Queue()
        worker = FORK.Process(target=forward, args=(q, results))
        worker.start()
        self.assertEqual(results.get(timeout=DEADLINE), 'ready')
        q.put('item')
        self.assertEqual(results.get(timeout=DEADLINE), 'item')
        worker.join(DEADLINE)

    def test_a_client_killed_in_get_takes_no_item(self):
        q, results = self.m.Queue(), self.m.Queue()
        worker = FORK.Process(target=forward, args=(q, results))
        worker.start()
        self.assertEqual(results.get(timeout=DEADLINE), 'ready')
        while not is_asleep(worker.pid):  # it has said that it is about to wait
            os.sched_yield()
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        q.put('kept')
        self.assertEqual(q.get(timeout=DEADLINE), 'kept')

    def test_proxies_are_items(self):
        q, l = self.m.Queue(), self.m.list([1])
        q.put(l)
        got = q.get()
        got.append(2)
        self.assertEqual(l[:], [1, 2])
        q.put(q)
        again = q.get()
        again.put(3)
        self.assertEqual(q.get(), 3)


def forward(q, results):
    q.empty()  # its session is open
    results.put('ready')
    results.put(q.get())


class Sync(Case):
    def test_lock(self):
        lock = self.m.Lock()
        self.assertTrue(lock.acquire())
        self.assertFalse(lock.acquire(False))
        self.assertFalse(lock.acquire(True, 0.01))
        run(lock.release)
        self.raises(RuntimeError, ('release unlocked lock',), lock.release)
        self.raises(ValueError, None, lock.acquire, False, 1)
        with lock:
            self.assertFalse(lock.acquire(blocking=False))

    def test_rlock(self):
        lock = self.m.RLock()
        with lock, lock:
            thread = threading.Thread(target=self.fails_to_release, args=(lock,))
            thread.start()
            thread.join(DEADLINE)
        self.raises(RuntimeError, ('cannot release un-acquired lock',), lock.release)

    def fails_to_release(self, lock):
        self.assertFalse(lock.acquire(False))
        self.raises(RuntimeError, ('cannot release un-acquired lock',), lock.release)

    def test_locks_of_a_killed_client_are_passed_on(self):
        for lock in (self.m.Lock(), self.m.RLock()):
            ready = self.m.Event()
            worker = FORK.Process(target=hold, args=(lock, ready))
            worker.start()
            self.assertTrue(ready.wait(DEADLINE))
            self.assertFalse(lock.acquire(False))
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
            self.assertTrue(lock.acquire(True, DEADLINE))
            lock.release()

    def test_semaphores(self):
        s = self.m.Semaphore(2)
        self.assertTrue(s.acquire() and s.acquire())
        self.assertFalse(s.acquire(True, -1))
        s.release()
        b = self.m.BoundedSemaphore(1)
        self.raises(ValueError, ('Semaphore released too many times',), b.release)
        self.raises(RemoteError, None, self.m.Semaphore, -1)

    def test_condition(self):
        c, state = self.m.Condition(), self.m.Value('i', 0)
        self.raises(RuntimeError, ('cannot wait on un-acquired lock',), c.wait)
        self.raises(RuntimeError, ('cannot notify on un-acquired lock',), c.notify)
        worker = FORK.Process(target=advance, args=(c, state))
        worker.start()
        with c:
            self.assertTrue(c.wait_for(lambda: state.value == 1, DEADLINE))
            self.assertFalse(c.wait(0.01))
        worker.join(DEADLINE)
        with self.m.Condition(self.m.Lock()) as held:
            self.assertTrue(held)

    def test_event(self):
        e = self.m.Event()
        self.assertFalse(e.wait(0.01))
        run(e.set)
        self.assertTrue(e.wait() and e.is_set())
        e.clear()
        self.assertFalse(e.is_set())

    def test_barrier(self):
        b, places = self.m.Barrier(3), self.m.list()
        workers = [FORK.Process(target=meet, args=(b, places)) for _ in range(2)]
        for worker in workers:
            worker.start()
        places.append(b.wait())
        for worker in workers:
            worker.join(DEADLINE)
        self.assertEqual(sorted(places[:]), [0, 1, 2])
        self.assertEqual((b.parties, b.n_waiting, b.broken), (3, 0, False))
        self.raises(threading.BrokenBarrierError, (), b.wait, 0.01)
        self.assertTrue(b.broken)
        b.reset()
        b.abort()
        self.raises(threading.BrokenBarrierError, (), b.wait)


def hold(lock, ready):
    lock.acquire()
    ready.set()
    signal.pause()


def advance(condition, state):
    with condition:
        state.value = 1
        condition.notify_all()


def meet(barrier, places):
    places.append(barrier.wait())


class Proxies(Case):
    def test_nested(self):
        d, l = self.m.dict(), self.m.list([1])
        d['l'] = {'deep': [l]}
        del l
        d['l']['deep'][0].append(2)
        self.assertEqual(d['l']['deep'][0][:], [1, 2])
        self.assertIn("<ListProxy object, typeid 'list' at 0x", str(d))

    def test_queue_in_a_container(self):
        d = self.m.dict(q=self.m.Queue())
        d['q'].put(1)
        self.assertEqual(d['q'].get(), 1)

    def test_dropped_content_is_freed(self):
        before = self.m._number_of_objects()
        d, l = self.m.dict(), self.m.list()
        d['l'] = l
        ident = l._id
        del l
        self.assertEqual(self.m._number_of_objects(), before + 1)
        again = d.pop('l')
        self.assertEqual(again._id, ident)
        again.append(1)
        self.assertEqual(self.m._number_of_objects(), before + 2)
        del again, d
        self.assertEqual(self.m._number_of_objects(), before)

    def test_children(self):
        d = self.m.dict()
        for context in (FORK, SPAWN):
            run(assign, d, context.get_start_method(), context=context)
        self.assertEqual(d.copy(), {'fork': 1, 'spawn': 1})

    def test_references_of_a_killed_client_are_given_back(self):
        before = self.m._number_of_objects()
        ready = self.m.Event()
        worker = FORK.Process(target=make_and_wait, args=(ready,))
        worker.start()
        self.assertTrue(ready.wait(DEADLINE))
        self.assertEqual(self.m._number_of_objects(), before + 2)
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        deadline = time.monotonic() + DEADLINE
        while self.m._number_of_objects() != before + 1:
            self.assertLess(time.monotonic(), deadline)

    def test_threads(self):
        l = self.m.list()
        threads = [threading.Thread(target=append_many, args=(l, i)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE)
        self.assertEqual(len(l), 400)

    def test_pickling(self):
        l = self.m.list([1])
        self.assertEqual(pickle.loads(pickle.dumps(l))[:], [1])

    def test_what_is_not_there(self):
        l = self.m.list()
        self.assertIsInstance(l, BaseProxy)
        self.raises(RemoteError, None, l._callmethod, 'clear')
        self.raises(RemoteError, None, self.m.Pool)
        self.assertIn(l._id, self.m._debug_info())


def assign(d, key):
    d[key] = 1


def make_and_wait(ready):
    kept = connect().list()
    ready.set()
    signal.pause()
    del kept


class Connecting(unittest.TestCase):
    def test_wrong_key(self):
        with self.assertRaises(multiprocessing.AuthenticationError):
            SyncManager(ADDRESS, authkey=KEY + b'x').connect()


if __name__ == '__main__':
    multiprocessing.current_process().authkey = KEY
    result = unittest.main(argv=sys.argv[:1] + sys.argv[3:], exit=False, verbosity=0).result
    if result.wasSuccessful() and result.testsRun > 0 and not result.skipped:
        print('ok')
    else:
        sys.exit(1)
