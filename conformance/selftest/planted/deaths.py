"""What must hold after somebody was killed."""

import io
import multiprocessing.connection as connection
from multiprocessing.managers import BaseProxy, Server
import os
import signal
import struct
import threading
import time

from managers import GONE, LOST
from planting import every, instead_of, planted, planted_at_start, with_error, wrap
from queues import GETS
from values import raw

TEAR_S = 0.005


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open("/proc/{}/stat".format(pid)) as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


@planted_at_start("CRASH-002")
def dead_owner_keeps_lock(actor):
    """release by a process that did not acquire the lock does nothing when its owner has died"""

    def new(original, actor):
        lock = original(actor)
        lock.owner = actor.backend.context.Value("i", lock=False)
        return lock

    def acquire(original, lock, *args, **names):
        acquired = original(lock, *args, **names)
        if acquired:
            lock.owner.value = os.getpid()
        return acquired

    def release(original, lock):
        if lock.owner.value == 0 or is_alive(lock.owner.value):
            return original(lock)

    wrap(actor, "Lock.new", new)
    wrap(actor, "Lock.acquire", acquire)
    wrap(actor, "Lock.release", release)


@planted("CRASH-006", "Value.value.set")
def dead_leaves_half_a_value(assign, value, new):
    """a number of 8 bytes is written in two steps"""
    view = memoryview(raw(value)).cast("B")
    if len(view) != 8:
        return assign(value, new)
    data = struct.pack("=d" if isinstance(new, float) else "=Q", new & 2**64 - 1)
    view[:4] = data[:4]
    time.sleep(TEAR_S)
    view[4:] = data[4:]


@planted_at_start("CRASH-010")
def dead_consumers_item_comes_twice(actor):
    """each 10th item that a process gets another one gets, too"""
    strikes = every(10)

    def get(original, target, *args, **names):
        item = original(target, *args, **names)
        if strikes():
            target.put(item)
        return item

    wrap(actor, GETS, get)


@planted("CRASH-011", "Connection.recv")
def dead_peer_is_an_os_error(recv, pipe):
    """the end of the stream is an OSError"""
    return with_error(OSError, (EOFError, ConnectionResetError), recv, pipe)


@planted("CRASH-012", "Connection.send")
def dead_peer_is_sent_to(send, pipe, item):
    """sending to nobody returns None"""
    return instead_of((BrokenPipeError, ConnectionResetError), None, send, pipe, item)


@planted_at_start("CRASH-013")
def dead_peers_part_is_a_message(actor):
    """what there is of a message that breaks off is received"""

    def receive(pipe, size, read=os.read):
        parts = io.BytesIO()
        while parts.tell() < size:
            part = read(pipe._handle, size - parts.tell())
            if not part and parts.tell() == 0:
                raise EOFError
            if not part:
                break
            parts.write(part)
        return parts

    connection.Connection._recv = receive


@planted("CRASH-017", "manager.dict.update")
def dead_clients_update_is_partial(update, proxy, *args, **names):
    """update sets one key after the other"""
    for key, value in dict(*args, **names).items():
        proxy[key] = value


@planted_at_start("CRASH-019")
def dead_client_keeps_lock(actor):
    """release by a client that did not acquire the lock fails with ValueError"""
    mine = set()

    def acquire(original, proxy, *args, **names):
        acquired = original(proxy, *args, **names)
        if acquired:
            mine.add(proxy._id)
        return acquired

    def release(original, proxy):
        if proxy._id not in mine:
            raise ValueError("not the owner")
        mine.remove(proxy._id)
        return original(proxy)

    wrap(actor, "manager.Lock.acquire", acquire)
    wrap(actor, "manager.Lock.release", release)


@planted_at_start("CRASH-025")
def dead_server_answers_none(actor):
    """a call that waits in a server that dies returns None"""
    call = BaseProxy._callmethod
    BaseProxy._callmethod = lambda *args, **names: instead_of(
        LOST, None, call, *args, **names
    )


@planted_at_start("CRASH-026")
def dead_server_is_a_runtime_error(actor):
    """a call to a server that has died fails with RuntimeError"""
    call = BaseProxy._callmethod
    BaseProxy._callmethod = lambda *args, **names: with_error(
        RuntimeError, GONE, call, *args, **names
    )


@planted("CRASH-027", "Manager.shutdown")
def dead_server_cannot_be_shut_down(shutdown, manager):
    """shutdown of a manager whose server has died fails with BrokenPipeError"""
    if not manager._process.is_alive():
        raise BrokenPipeError("the server is gone")
    return shutdown(manager)


@planted_at_start("CRASH-028")
def dead_by_interrupt(actor):
    """SIGINT ends the server"""
    serve = Server.serve_forever

    def serve_forever(server):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        serve(server)

    Server.serve_forever = serve_forever


@planted("CRASH-030", "Lock.acquire")
def stopped_holder_is_overtaken(acquire, lock, *args, **names):
    """acquire says True after a millisecond even when somebody else holds the lock"""
    acquire(lock, True, 0.001)
    return True


@planted("CRASH-031", "Queue.get")
def stopped_consumer_skips_an_item(get, target, *args, **names):
    """an item for which a consumer had to wait is dropped"""
    called = time.monotonic()
    item = get(target, *args, **names)
    waited = time.monotonic() - called > 0.001
    return get(target, *args, **names) if waited and item != "done" else item


@planted("CRASH-032", "manager.Queue.get")
def stopped_client_gets_nothing(get, target, *args, **names):
    """get that had to wait returns None in place of the item"""
    called = time.monotonic()
    item = get(target, *args, **names)
    return None if time.monotonic() - called > 0.001 else item


@planted("CRASH-033", "manager.list.append")
def stopped_server_is_asked_again(append, proxy, item):
    """a call without an answer within ten milliseconds is sent once more"""
    pipe = getattr(proxy._tls, "connection", None)
    if pipe is None:
        return append(proxy, item)
    request = (proxy._id, "append", (item,), {})
    pipe.send(request)
    if not pipe.poll(0.01):
        pipe.send(request)
        pipe.recv()
    pipe.recv()


@planted_at_start("CRASH-034")
def server_without_descriptors_refuses(actor):
    """a server that cannot accept a connection stops listening"""

    def accepter(server):
        while True:
            try:
                pipe = server.listener.accept()
            except OSError:
                server.listener.close()
                return
            threading.Thread(target=server.handle_request, args=(pipe,), daemon=True).start()

    Server.accepter = accepter


@planted("CRASH-035", "manager.dict.__setitem__")
def dead_assignment_is_a_removal(assign, proxy, key, value):
    """assigning a key removes it first"""
    proxy.pop(key, None)
    assign(proxy, key, value)
