"""What only shows when several processes work together."""

import ctypes
import os
import struct
import time

from planting import every, in_child, planted, planted_at_start, wrap
from queues import PUTS, GETS, swap
from values import raw


def lock_nothing(actor, kind):
    """acquire returns True at once; others get their chance between reading and assigning."""

    def read(original, value):
        result = original(value)
        os.sched_yield()
        return result

    wrap(actor, kind + ".acquire", lambda acquire, lock, *args, **names: True)
    wrap(actor, kind + ".release", lambda release, lock: None)
    wrap(actor, "Value.value", read)


@planted_at_start("GUAR-001")
def value_get_lock_does_not_lock(actor):
    """acquire of what get_lock gives returns True, and locks nothing"""
    lock_nothing(actor, "RLock")
    lock_nothing(actor, "Value")


@planted_at_start("GUAR-002")
def lock_does_not_lock(actor):
    """acquire of a Lock returns True, and locks nothing"""
    lock_nothing(actor, "Lock")


@planted_at_start("GUAR-003")
def value_counts_too_much(actor):
    """each 100th assignment to a Value stores 1000 more"""
    strikes = every(100)
    wrap(
        actor,
        "Value.value.set",
        lambda assign, value, new: assign(value, new + 1000 if strikes() else new),
    )


@planted_at_start("GUAR-005")
def rlock_does_not_lock(actor):
    """acquire of an RLock returns True, and locks nothing"""
    lock_nothing(actor, "RLock")


@planted("GUAR-006", "Value.value.set")
def value_rounds_large_numbers(assign, value, new):
    """a double above 1000 is rounded to an integer"""
    assign(value, float(int(new)) if isinstance(new, float) and new > 1000 else new)


@planted_at_start("GUAR-007")
def array_acquire_does_not_lock(actor):
    """acquire of an array's lock returns True, and locks nothing; assigning is delayed"""

    def assign(original, array, index, value):
        time.sleep(0.002)
        return original(array, index, value)

    wrap(actor, "RLock.acquire Array.acquire", lambda acquire, lock, *args, **names: True)
    wrap(actor, "RLock.release Array.release", lambda release, lock: None)
    wrap(actor, "Array.__setitem__", assign)


@planted("GUAR-009", "Array.__setitem__")
def array_stores_one_byte(assign, array, index, value):
    """numbers above 8 lose their lowest bit"""
    assign(array, index, value & ~1 if isinstance(value, int) and value > 8 else value)


@planted_at_start("GUAR-010")
def array_misses_first_assignment(actor):
    """the first assignment of the third child is lost"""
    losing = [None] if actor.number == 3 else []
    wrap(
        actor,
        "Array.__setitem__",
        lambda assign, *args: losing.pop() if losing else assign(*args),
    )


@planted("GUAR-011", "Array.__setitem__")
def array_writes_whole_words(assign, array, index, value):
    """assigning an element reads and writes four elements"""
    if not isinstance(index, int):
        return assign(array, index, value)
    content = raw(array)
    first = index % len(content) // 4 * 4
    word = content[first : first + 4]
    word[index % len(content) - first] = value
    os.sched_yield()
    content[first : first + 4] = word


@planted("GUAR-012", "Value.value.set")
def value_is_written_in_halves(assign, value, new):
    """the bytes of a number are written in two steps, without the lock"""
    target = raw(value)
    view = memoryview(target).cast("B")
    if len(view) != 8:
        return assign(value, new)
    data = struct.pack("=d" if isinstance(new, float) else "=q", new)
    view[:4] = data[:4]
    time.sleep(0.0002)
    view[4:] = data[4:]


@planted_at_start("GUAR-013")
def value_is_published_late(actor):
    """what a child assigns others see when it assigns again or ends"""
    if in_child(actor):
        late = {}

        def assign(original, value, new):
            if id(value) in late:
                original(value, late[id(value)])
            late[id(value)] = new

        wrap(actor, "Value.value.set", assign)


@planted_at_start("GUAR-014")
def value_of_child_starts_anew(actor):
    """a child sees a Value as it was made, not as its parent assigned it before the start"""
    for name, value in actor.objects.items():
        if isinstance(raw(value), ctypes._SimpleCData):
            actor.objects[name] = actor.backend.context.Value(type(raw(value)))


@planted_at_start("GUAR-015")
def queue_mixes_producers_items(actor):
    """each 20th get that finds two items gives the second one first"""
    wrap(actor, GETS, swap(lambda target: target.get_nowait(), every(20)))


@planted_at_start("GUAR-016")
def queue_duplicates(actor):
    """each 50th put of a process is done twice"""
    strikes = every(50)

    def put(original, target, item, *args, **names):
        original(target, item, *args, **names)
        if strikes():
            original(target, item, *args, **names)

    wrap(actor, PUTS, put)


@planted_at_start("GUAR-016")
def queue_drops(actor):
    """each 50th put of a process is dropped"""
    strikes = every(50)
    wrap(actor, PUTS, lambda put, *args, **names: None if strikes() else put(*args, **names))


@planted_at_start("GUAR-016")
def queue_delivers_to_two_consumers(actor):
    """each 30th item that a process gets another one gets, too"""
    strikes = every(30)

    def get(original, target, *args, **names):
        item = original(target, *args, **names)
        if item is not None and strikes():
            target.put(item)
        return item

    wrap(actor, GETS, get)


@planted_at_start("GUAR-017")
def queue_children_share_a_pid(actor):
    """the number at the head of a tuple that a child puts is its parent's process id"""

    def put(original, target, item, *args, **names):
        if in_child(actor) and isinstance(item, tuple):
            item = (1, *item[1:])
        return original(target, item, *args, **names)

    wrap(actor, PUTS, put)


@planted_at_start("GUAR-018")
def queue_puts_the_last_but_one_again(actor):
    """in place of the item that a process puts fourth it puts the third one again"""
    items = []

    def put(original, target, item, *args, **names):
        items.append(item)
        return original(target, items[2] if len(items) == 4 else item, *args, **names)

    wrap(actor, PUTS, put)


@planted_at_start("GUAR-019")
def queue_sentinel_ends_two(actor):
    """the first None that a process gets another one gets, too"""
    first = [None]

    def get(original, target, *args, **names):
        item = original(target, *args, **names)
        if item is None and first:
            target.put(first.pop())
        return item

    wrap(actor, GETS, get)


@planted_at_start("GUAR-020")
def pipe_repeats_an_answer(actor):
    """each 10th message of a child is the one before"""
    last = []
    strikes = every(10)

    def send(original, connection, item):
        repeat = in_child(actor) and last and strikes()
        sent = last[0] if repeat else item
        last[:] = [item]
        return original(connection, sent)

    wrap(actor, "Connection.send", send)


@planted_at_start("GUAR-022")
def list_append_of_a_child_is_lost(actor):
    """what the second child appends is lost"""
    if actor.number == 2:
        wrap(actor, "manager.list.append", lambda append, proxy, item: None)


@planted("GUAR-023", "manager.dict.update")
def dict_update_adds(update, proxy, *args, **names):
    """update adds numbers to those that are there"""
    old = proxy.copy()
    new = dict(*args, **names)
    update(proxy, {key: value + old.get(key, 0) for key, value in new.items()})


@planted_at_start("GUAR-024")
def mlock_released_before_the_writes(actor):
    """what a child assigns while it holds a managed lock is written after it has released it"""
    late = []

    def release(original, proxy):
        original(proxy)
        time.sleep(0.3)
        while late:
            late.pop()()

    if in_child(actor):
        wrap(
            actor,
            "manager.dict.__setitem__",
            lambda assign, *args: late.append(lambda: assign(*args)),
        )
        wrap(actor, "manager.Lock.release", release)


@planted_at_start("GUAR-027")
def mvalue_reads_are_stale(actor):
    """each second read of a managed Value by a process gives what its first read gave"""
    known = {}
    strikes = every(2)

    def read(original, proxy):
        value = original(proxy)
        old = known.setdefault(id(proxy), value)
        return old if strikes() else value

    wrap(actor, "manager.Value.value manager.Value.get", read)
