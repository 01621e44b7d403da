"""What users of mp_manager.py meet. Prints `ok` when everything held; otherwise unittest tells what
did not. mp_manager must be importable, and the variable MP_MANAGER say where mp-manager is.
"""
import multiprocessing
import os
import queue
import signal
import stat
import subprocess
import sys
import time
import unittest
from multiprocessing.managers import RemoteError, SyncManager

from mp_manager import Manager, MpManager, add, compare_and_set, increment, update_with

DEADLINE = 60  # only ends a hang
CONTEXTS = [multiprocessing.get_context(method) for method in ('fork', 'spawn')]


def append(shared, value):
    shared.append(value)


def work(tasks, results):
    for number in iter(tasks.get, None):
        results[number] = number * number


def count(shared, rounds):
    for _ in range(rounds):
        increment(shared, 'n')
        update_with(shared, 'n', lambda old: old + 1)


def is_running(pid):
    try:
        with open('/proc/%d/stat' % pid) as stat:
            return stat.read().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


class Like(unittest.TestCase):
    """Used like multiprocessing.Manager()."""

    def test_objects(self):
        with Manager() as m:
            self.assertIsInstance(m, SyncManager)
            d = m.dict(a=1)
            d['l'] = m.list([1])
            d['l'].append(2)
            self.assertEqual(d['l'][:], [1, 2])
            self.assertIs(type(d), multiprocessing.managers.DictProxy)
            self.assertEqual(m.Namespace(x=1).x, 1)
            self.assertEqual(m.Value('i', 5).value, 5)
            self.assertEqual(len(m.Array('d', [0.5])), 1)
            with self.assertRaises(queue.Empty):
                m.Queue().get_nowait()
            with m.Lock(), m.RLock(), m.Condition():
                pass

    def test_atomic_updates(self):
        with Manager() as m:
            d, v = m.dict(n=1, l=[1]), m.Value('i', 40)
            self.assertEqual(add(v, 2), 42)
            self.assertEqual(increment(d, 'n'), 2)
            self.assertEqual(increment(d, 'other', 0.5), 0.5)
            self.assertTrue(compare_and_set(v, 42, 'x'))
            self.assertFalse(compare_and_set(d, 'n', 1, 5))
            self.assertEqual(update_with(d, 'l', lambda old: old.append(2) or old), [1, 2])
            self.assertEqual(update_with(v, str.upper), 'X')
            self.assertEqual((d.copy(), v.value), ({'n': 2, 'l': [1, 2], 'other': 0.5}, 'X'))
            with self.assertRaises(TypeError):
                add(v, 1)
            workers = [CONTEXTS[0].Process(target=count, args=(d, 100)) for _ in range(3)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(DEADLINE)
                self.assertEqual(worker.exitcode, 0)
            self.assertEqual(d['n'], 2 + 3 * 200)

    def test_children(self):
        for context in CONTEXTS:
            with self.subTest(context), Manager() as m:
                shared = m.list()
                workers = [context.Process(target=append, args=(shared, i)) for i in range(2)]
                for worker in workers:
                    worker.start()
                for worker in workers:
                    worker.join(DEADLINE)
                    self.assertEqual(worker.exitcode, 0)
                self.assertEqual(sorted(shared[:]), [0, 1])

    def test_workers_of_a_queue(self):
        with Manager() as m:
            tasks, results = m.Queue(), m.dict()
            workers = [CONTEXTS[0].Process(target=work, args=(tasks, results)) for _ in range(3)]
            for worker in workers:
                worker.start()
            for item in [*range(50), None, None, None]:
                tasks.put(item)
            for worker in workers:
                worker.join(DEADLINE)
            self.assertEqual(results.copy(), {i: i * i for i in range(50)})

    def test_a_pool_beside_it(self):
        with Manager() as m, CONTEXTS[0].Pool(2) as pool:
            shared = m.list()
            pool.starmap(append, [(shared, i) for i in range(10)])
            self.assertEqual(sorted(shared[:]), list(range(10)))

    def test_addresses(self):
        for address in ('\0mp-drop-in-%d' % os.getpid(), ('127.0.0.1', 0), ('localhost', 0)):
            m = MpManager(address, authkey=b'right')
            with m:
                if isinstance(address, str):
                    self.assertEqual(m.address, address)
                else:
                    self.assertEqual(m.address[0], '127.0.0.1')
                    self.assertNotEqual(m.address[1], 0)
                client = SyncManager(m.address, authkey=b'right')
                client.connect()
                self.assertEqual(client.list([1])[:], [1])
                with self.assertRaises(multiprocessing.AuthenticationError):
                    SyncManager(m.address, authkey=b'wrong').connect()

    def test_keys_of_any_bytes(self):
        for key in (b'', b'\n', b'line\n', bytes(range(256)) * 5):
            with MpManager(authkey=key) as m:
                self.assertEqual(m.list([1])[:], [1])

    def test_options(self):
        class Shallow(MpManager):
            options = ('--max-depth', '8')

        with Shallow() as m:
            deep = []
            for _ in range(20):
                deep = [deep]
            with self.assertRaises(RemoteError):
                m.list(deep)


class Life(unittest.TestCase):
    def test_the_server_is_mp_manager_and_its_command_line_has_no_key(self):
        with MpManager(authkey=b'do not show') as m:
            folder = '/proc/%d/' % m._process.pid
            program = os.environ['MP_MANAGER']
            self.assertTrue(os.path.samefile(os.readlink(folder + 'exe'), program))
            for name in ('cmdline', 'environ'):
                with open(folder + name, 'rb') as file:
                    self.assertNotIn(b'do not show', file.read())

    def test_shutdown(self):
        m = Manager()
        address, pid = m.address, m._process.pid
        self.assertTrue(stat.S_ISSOCK(os.stat(address).st_mode))
        kept = m.list()
        self.assertTrue(m._process.is_alive())
        m.shutdown()
        self.assertFalse(is_running(pid))
        self.assertFalse(os.path.exists(address))
        self.assertEqual(m._process.exitcode, 0)
        m.shutdown()
        m.join()
        self.assertRaises(OSError, len, kept)
        self.assertRaises(AssertionError, m.list)
        self.assertRaises(multiprocessing.ProcessError, m.start)

    def test_starts_once(self):
        with Manager() as m:
            self.assertRaises(multiprocessing.ProcessError, m.start)
            self.assertEqual(m.list([1])[:], [1])

    def test_goes_with_the_manager_object(self):
        m = Manager()
        pid = m._process.pid
        del m
        self.assertFalse(is_running(pid))

    def test_a_killed_server_is_noticed(self):
        m = Manager()
        kept = m.list()
        m._process.kill()
        m.join(DEADLINE)
        self.assertIsNone(m._process)
        self.assertRaises((OSError, EOFError), len, kept)
        m.shutdown()

    def test_outlives_control_c(self):
        with Manager() as m:
            self.assertNotEqual(os.getpgid(m._process.pid), os.getpgid(0))

    def test_ends_when_its_parent_was_killed(self):
        program = ('import sys, mp_manager; m = mp_manager.Manager(); '
                   'print(m._process.pid, m.address, flush=True); sys.stdin.read()')
        parent = subprocess.Popen([sys.executable, '-B', '-c', program], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        with parent.stdin, parent.stdout:
            pid, address = parent.stdout.readline().decode().split()
            self.assertTrue(is_running(int(pid)))
            parent.kill()
            parent.wait()
        deadline = time.monotonic() + DEADLINE
        while is_running(int(pid)):
            if time.monotonic() > deadline:
                os.kill(int(pid), signal.SIGKILL)
                self.fail('the server lives on')
        self.assertFalse(os.path.exists(address))

    def test_is_another_process_s_only_to_use(self):
        with Manager() as m:
            shared = m.list()
            child = os.fork()
            if child == 0:
                try:
                    m._process.is_alive()
                except AssertionError:
                    shared.append('refused')
                os._exit(0)
            os.waitpid(child, 0)
            self.assertEqual(shared[:], ['refused'])


class Refusals(unittest.TestCase):
    def test_a_taken_address(self):
        with Manager() as m:
            self.assertRaises(multiprocessing.ProcessError, MpManager(m.address).start)
            self.assertEqual(m.list([1])[:], [1])

    def test_what_needs_python_in_the_server(self):
        self.assertRaises(ValueError, MpManager().start, print)
        self.assertRaises(ValueError, MpManager(serializer='xmlrpclib').start)
        self.assertRaises(ValueError, MpManager().get_server)
        self.assertRaises(ValueError, MpManager.register, 'Own', dict)
        with Manager() as m:
            self.assertRaises(RemoteError, m.Pool)

    def test_a_missing_program(self):
        class Nowhere(MpManager):
            program = 'no-such-mp-manager'

        with self.assertRaises(FileNotFoundError) as caught:
            Nowhere().start()
        self.assertIn('MP_MANAGER', str(caught.exception))


if __name__ == '__main__':
    result = unittest.main(exit=False, verbosity=0).result
    if result.wasSuccessful() and result.testsRun > 0 and not result.skipped:
        print('ok')
    else:
        sys.exit(1)
