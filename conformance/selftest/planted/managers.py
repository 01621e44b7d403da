"""Managers and their servers."""

import multiprocessing.connection as connection
import multiprocessing.managers as managers
import os

from planting import planted, planted_at_start, with_error, wrap

LOST = (BrokenPipeError, ConnectionResetError, EOFError)
GONE = (*LOST, ConnectionRefusedError, FileNotFoundError)


@planted("MANAGER-001", "Manager.pid")
def manager_pid_is_its_creators(pid, manager):
    """the server says the process id of the process that started it"""
    return os.getpid()


@planted_at_start("MANAGER-003")
def manager_lists_are_one(actor):
    """the second list made without items is the first one"""
    made = {}

    def new(original, manager, *args):
        if args:
            return original(manager, *args)
        return made.setdefault(id(manager), original(manager))

    wrap(actor, "manager.list.new manager.dict.new", new)


@planted("MANAGER-005", "Manager.number_of_objects")
def manager_client_counts_nothing(number, manager):
    """number_of_objects of a client that connected is zero"""
    return number(manager) if hasattr(manager, "_process") else 0


@planted_at_start("MANAGER-006")
def manager_accepts_a_wrong_key(actor):
    """the handshake takes any digest for the right one"""

    def deliver_challenge(peer, authkey, *args):
        peer.send_bytes(b"#CHALLENGE#" + os.urandom(20))
        peer.recv_bytes(256)
        peer.send_bytes(b"#WELCOME#")

    connection.deliver_challenge = deliver_challenge


@planted("MANAGER-006", "Manager.connect")
def manager_wrong_key_is_a_refusal(connect, actor, *args):
    """a wrong key fails with ConnectionRefusedError"""
    error = connection.AuthenticationError
    return with_error(ConnectionRefusedError, error, connect, actor, *args)


@planted("MANAGER-007", "Manager.connect")
def manager_nobody_is_a_timeout(connect, actor, *args):
    """connecting to nobody fails with TimeoutError"""
    errors = (ConnectionRefusedError, FileNotFoundError)
    return with_error(TimeoutError, errors, connect, actor, *args)


@planted("MANAGER-008", "Manager.authkey")
def manager_key_is_cut(authkey, manager):
    """authkey is no longer than 4 bytes"""
    return authkey(manager)[:4]


@planted("MANAGER-009", "Manager.shutdown")
def manager_outlives_shutdown(shutdown, manager):
    """shutdown does nothing"""


@planted_at_start("MANAGER-010")
def manager_shuts_down_once(actor):
    """a second shutdown fails with RuntimeError"""
    down = set()

    def shutdown(original, manager):
        if id(manager) in down:
            raise RuntimeError("shut down already")
        down.add(id(manager))
        return original(manager)

    wrap(actor, "Manager.shutdown", shutdown)


@planted_at_start("MANAGER-011")
def manager_gone_is_a_runtime_error(actor):
    """a call after shutdown fails with RuntimeError"""
    call = managers.BaseProxy._callmethod

    def callmethod(proxy, *args, **names):
        return with_error(RuntimeError, GONE, call, proxy, *args, **names)

    managers.BaseProxy._callmethod = callmethod


@planted_at_start("MANAGER-012")
def manager_gone_while_waiting_is_none(actor):
    """a call that waits in a server that shuts down returns None"""
    call = managers.BaseProxy._callmethod

    def callmethod(proxy, method, *args, **names):
        try:
            return call(proxy, method, *args, **names)
        except (EOFError, ConnectionResetError):
            return None

    managers.BaseProxy._callmethod = callmethod


@planted("MANAGER-014", "Manager.number_of_objects")
def manager_counts_to_one(number, manager):
    """number_of_objects is never more than 1"""
    return min(number(manager), 1)


@planted_at_start("MANAGER-014")
def manager_leaks_temporary_proxies(actor):
    """the server counts each object twice when it makes it"""
    create = managers.Server.create

    def create_and_count(server, peer, typeid, /, *args, **names):
        ident, exposed = create(server, peer, typeid, *args, **names)
        server.id_to_refcount["leaked " + ident] = 1
        return ident, exposed

    managers.Server.create = create_and_count


@planted_at_start("MANAGER-015")
def manager_constructors_fail_as_in_python(actor):
    """a failing constructor fails with the error of the object, not with RemoteError"""

    def new(original, manager, *args, **names):
        return with_error(TypeError, managers.RemoteError, original, manager, *args, **names)

    wrap(actor, "manager.dict.new manager.list.new manager.Semaphore.new", new)
