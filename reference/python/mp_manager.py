"""multiprocessing's Manager with mp-manager as its server process.

    from mp_manager import Manager

    with Manager() as manager:
        shared = manager.dict()

A MpManager is a SyncManager of the running CPython (3.8 to 3.13): its proxies, errors, addresses,
keys and shutdown are CPython's own. Only the process behind it is the program mp-manager, found in
the variable MP_MANAGER or on PATH. What differs:

* The server keeps data and runs no Python: no Pool, no key function for sort(), no initializer, no
  callable for register(). These raise, at the call or as a RemoteError.
* It ends by itself when this process has ended without shutting it down, however it ended, and no
  other process is using it.
* It is no child in the sense of multiprocessing.active_children().

Beyond CPython, in one call each: add(value, 1), increment(dict, key), compare_and_set(...) and
update_with(...), for proxies of any mp-manager, also one that SyncManager has connected to.
"""
import copy
import itertools
import os
import shutil
import subprocess
from multiprocessing import ProcessError
from multiprocessing.connection import arbitrary_address
from multiprocessing.managers import SyncManager

__all__ = ['Manager', 'MpManager', 'add', 'compare_and_set', 'increment', 'update_with']


def Manager():
    """A started MpManager, in place of multiprocessing.Manager()."""
    manager = MpManager()
    manager.start()
    return manager


def add(value, delta):
    """value.value += delta, which nobody comes between; the new value. Of a Value proxy."""
    return value._callmethod('add', (delta,))


def increment(mapping, key, delta=1):
    """mapping[key] = mapping.get(key, 0) + delta in one call; the new value. Of a dict proxy."""
    return mapping._callmethod('increment', (key, delta))


def compare_and_set(proxy, *where_expected_value):
    """compare_and_set(value, expected, new) of a Value proxy, compare_and_set(mapping, key,
    expected, new) of a dict proxy: sets what equals `expected`. Whether it did."""
    return proxy._callmethod('compare_and_set', where_expected_value)


def update_with(proxy, *key_and_function):
    """update_with(value, function) or update_with(mapping, key, function): sets function(what is
    there), which is called again when somebody came between. The new value."""
    *key, function = key_and_function
    get = '__getitem__' if key else 'get'
    while True:
        old = proxy._callmethod(get, key)
        new = function(copy.deepcopy(old))
        if compare_and_set(proxy, *key, old, new):
            return new


class MpManager(SyncManager):
    """A SyncManager whose start() runs mp-manager."""

    #: The program; None for that of the variable MP_MANAGER, else the mp-manager on PATH.
    program = None
    #: More of its options, such as ('--max-clients', '100'); see mp-manager --help.
    options = ()

    def start(self, initializer=None, initargs=()):
        if initializer is not None:
            raise ValueError('mp-manager runs no initializer: it has no Python')
        if self._serializer != 'pickle':
            raise ValueError('mp-manager speaks pickle, not %s' % self._serializer)
        # CPython's own start(), but for what a process is.
        context, self._ctx = self._ctx, _Context(self.program, self.options)
        try:
            super().start()
        finally:
            self._ctx = context

    def get_server(self):
        raise ValueError('the server is a program of its own: run mp-manager')

    @classmethod
    def register(cls, typeid, callable=None, *args, **kwds):
        if callable is not None:
            raise ValueError('mp-manager runs no callable: it has no Python')
        super().register(typeid, None, *args, **kwds)


class _Context:
    """What start() asks for a process."""

    def __init__(self, program, options):
        self._program, self._options = program, options

    def Process(self, target, args):
        _registry, address, authkey, _serializer, writer = args[:5]
        return _ServerProcess(self._program, self._options, address, authkey, writer)


class _ServerProcess:
    """A running mp-manager, as far as it is a multiprocessing.Process for a SyncManager."""

    _numbers = itertools.count(1)

    def __init__(self, program, options, address, authkey, writer):
        self._program = program
        self._options = options
        self._address = arbitrary_address('AF_UNIX') if address is None else address
        self._authkey = bytes(authkey)
        self._writer = writer
        self._identity = (next(self._numbers),)
        self._popen = None
        self._parent = os.getpid()
        self.name = None
        self.daemon = False

    def start(self):
        """Runs the program and sends the manager its address, once clients can connect."""
        command = [_find(self._program), '--address', _option(self._address),
                   '--authkey-file', '/dev/stdin', '--exit-with-parent', *self._options]
        # In a session of its own: control-C in a terminal is for the clients, who end it in order.
        self._popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       start_new_session=True)
        try:
            line = self._exchange()
        except BaseException:
            self._popen.kill()
            self._popen.wait()
            raise
        if not line:
            raise ProcessError('mp-manager ended with exit code %s' % self._popen.wait())
        self._writer.send(_bound(self._address, os.fsdecode(line)))

    def _exchange(self):
        with self._popen.stdin as key, self._popen.stdout as answer:
            try:
                key.write(self._authkey + b'\n')
                key.close()
            except BrokenPipeError:
                pass  # it says why it has ended, and answers nothing
            return answer.readline().rstrip(b'\n')

    @property
    def pid(self):
        return self._popen.pid if self._popen else None

    ident = pid

    @property
    def exitcode(self):
        return self._popen.poll() if self._popen else None

    def is_alive(self):
        self._check_parent()
        return self._popen is not None and self._popen.poll() is None

    def join(self, timeout=None):
        self._check_parent()
        try:
            self._popen.wait(timeout if timeout is None else max(timeout, 0))
        except subprocess.TimeoutExpired:
            pass

    def terminate(self):
        self._popen.terminate()

    def kill(self):
        self._popen.kill()

    def _check_parent(self):
        assert self._parent == os.getpid(), 'can only test a child process'


def _find(program):
    wanted = program or os.environ.get('MP_MANAGER') or 'mp-manager'
    found = shutil.which(wanted)
    if found is None:
        raise FileNotFoundError('%s is no program; set MP_MANAGER to where mp-manager is' % wanted)
    return found


def _option(address):
    """An address of multiprocessing as mp-manager writes it."""
    if isinstance(address, tuple):
        host, port = address
        return ('[%s]:%d' if ':' in host else '%s:%d') % (host, port)
    if not isinstance(address, str):
        raise ValueError('address type of %r unrecognized' % (address,))
    if address.startswith('\0'):
        return '@' + address[1:]
    # With a slash it is a path, whatever else is in it.
    return address if '/' in address else './' + address


def _bound(address, line):
    """The address that mp-manager has printed: a port that was 0 has become a real one."""
    if isinstance(address, str):
        return address
    host, _, port = line.rpartition(':')
    return host.strip('[]'), int(port)
