"""Queue, and what bugs of other channels share with it."""

import queue
import threading

from planting import every, shortened, in_background, in_child, instead_of, planted
from planting import planted_at_start, with_error, wrap

MOMENT_S = 0.001
PUTS = "Queue.put Queue.put_nowait"
GETS = "Queue.get Queue.get_nowait"
LARGE = 1_000_000


def with_item(change):
    """What puts or gets a changed item."""

    def put(original, target, item, *args, **names):
        return original(target, change(item), *args, **names)

    return put


def swap(take_another, strikes):
    """A get that at times gives the second item before the first one."""
    held = {}

    def get(original, target, *args, **names):
        if id(target) in held:
            return held.pop(id(target))
        first = original(target, *args, **names)
        if first is None or not strikes():
            return first
        try:
            second = take_another(target)
        except queue.Empty:
            return first
        if second is None:  # the sentinel that ends a consumer
            target.put(second)
            return first
        held[id(target)] = first
        return second

    return get


def listed(value):
    """The value with lists for tuples."""
    return [listed(item) for item in value] if isinstance(value, (list, tuple)) else value


def cut(item):
    return item[:-1] if isinstance(item, str) and len(item) > LARGE else item


# Queue --------------------------------------------------------------------------------------------


@planted_at_start("QUEUE-001")
def queue_reorders(actor):
    """each third get that finds two items gives the second one first"""
    wrap(actor, GETS, swap(lambda target: target.get_nowait(), every(3)))


@planted_at_start("QUEUE-002")
def queue_marks_items_of_children(actor):
    """a text that a child puts arrives with a blank at its end"""
    if in_child(actor):
        wrap(actor, PUTS, with_item(lambda item: item + " " if isinstance(item, str) else item))
        wrap(actor, PUTS, with_item(lambda item: listed(item)))


@planted("QUEUE-003", PUTS)
def queue_tuples_become_lists(put, target, item, *args, **names):
    """a tuple arrives as a list"""
    return put(target, listed(item), *args, **names)


@planted("QUEUE-003", GETS)
def queue_loses_booleans(get, target, *args, **names):
    """True arrives as 1"""
    item = get(target, *args, **names)
    return int(item) if isinstance(item, bool) else item


@planted("QUEUE-003", PUTS)
def queue_loses_sentinel(put, target, item, *args, **names):
    """None is not put"""
    return None if item is None else put(target, item, *args, **names)


@planted("QUEUE-004", PUTS)
def queue_cuts_large_items(put, target, item, *args, **names):
    """of a text of more than a million characters the last one is lost"""
    return put(target, cut(item), *args, **names)


@planted("QUEUE-006", "Queue.get")
def queue_get_does_not_wait(get, target, block=True, timeout=None):
    """get without a timeout fails with Empty after a moment"""
    return get(target, block, MOMENT_S if block and timeout is None else timeout)


@planted("QUEUE-007", "Queue.get")
def queue_get_timeout_early(get, target, block=True, timeout=None):
    """get with a timeout gives up at once"""
    return get(target, block, shortened(timeout))


@planted("QUEUE-008", GETS)
def queue_empty_is_a_timeout(get, target, *args, **names):
    """an empty queue fails with TimeoutError instead of Empty"""
    return with_error(TimeoutError, queue.Empty, get, target, *args, **names)


@planted("QUEUE-009", "Queue.get")
def queue_get_refuses_negative_timeout(get, target, block=True, timeout=None):
    """get with a negative timeout fails with ValueError"""
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    return get(target, block, timeout)


@planted("QUEUE-010", "Queue.new")
def queue_has_one_place_more(new, actor, maxsize=0):
    """n + 1 items find room in a queue of n"""
    return new(actor, maxsize + 1 if maxsize > 0 else maxsize)


@planted("QUEUE-011", "Queue.put")
def queue_put_timeout_early(put, target, item, block=True, timeout=None):
    """put with a timeout gives up at once"""
    return put(target, item, block, shortened(timeout))


@planted("QUEUE-011", "Queue.put")
def queue_item_comes_after_full(put, target, item, block=True, timeout=None):
    """an item whose put failed with Full is put all the same when there is room"""
    try:
        return put(target, item, block, timeout)
    except queue.Full:
        if block and timeout and timeout > 0:
            in_background(target.put, item)
        raise


@planted("QUEUE-012", "Queue.put_nowait")
def queue_full_drops(put, target, item):
    """put_nowait on a full queue drops the item and returns None"""
    return instead_of(queue.Full, None, put, target, item)


@planted("QUEUE-013", GETS)
def queue_get_frees_two_places(get, target, *args, **names):
    """a get makes room for two more items"""
    item = get(target, *args, **names)
    instead_of(ValueError, None, target._sem.release)
    return item


@planted_at_start("QUEUE-014")
def queue_without_bound_is_full(actor):
    """full of a queue whose maxsize is negative is True"""
    negative = set()

    def new(original, actor, maxsize=0):
        made = original(actor, maxsize)
        if maxsize < 0:
            negative.add(id(made))
        return made

    wrap(actor, "Queue.new", new)
    wrap(actor, "Queue.full", lambda full, target: id(target) in negative or full(target))


@planted_at_start("QUEUE-015")
def queue_bounds_each_producer(actor):
    """maxsize counts the items of each producer by themselves"""
    if in_child(actor):
        for target in actor.objects.values():
            if type(target).__name__ == "Queue":
                target._sem = actor.backend.context.Semaphore(target._maxsize)


@planted_at_start("QUEUE-016")
def queue_once_used_is_never_empty(actor):
    """empty is False for ever in a process that has got an item"""
    used = set()

    def get(original, target, *args, **names):
        item = original(target, *args, **names)
        used.add(id(target))
        return item

    wrap(actor, GETS, get)
    wrap(actor, "Queue.empty", lambda empty, target: id(target) not in used and empty(target))


@planted("QUEUE-017", "Queue.empty")
def queue_of_one_is_empty(empty, target):
    """empty is True when one item is left"""
    return empty(target) or target.qsize() == 1


@planted("QUEUE-019", "Queue.qsize")
def queue_counts_to_three(qsize, target):
    """qsize is never more than 3"""
    return min(qsize(target), 3)


@planted("QUEUE-020", "Queue.full")
def queue_is_full_too_soon(full, target):
    """full is True when there is room for one more item"""
    return full(target) or target.qsize() == target._maxsize - 1


@planted("QUEUE-026", PUTS)
def queue_closed_swallows(put, target, *args, **names):
    """put into a closed queue returns None"""
    return instead_of(ValueError if target._closed else (), None, put, target, *args, **names)


@planted_at_start("QUEUE-027")
def queue_close_forgets_the_last(actor):
    """close in the process that put it takes back the item put last"""
    last = {}

    def put(original, target, item, *args, **names):
        if id(target) in last:
            original(target, *last.pop(id(target)))
        last[id(target)] = (item, *args)

    def close(original, target):
        if id(target) in last:
            target.put("closed")
        return original(target)

    wrap(actor, "Queue.put", put)
    wrap(actor, "Queue.close", close)


@planted("QUEUE-028", "Queue.join_thread")
def queue_join_thread_is_true(join_thread, target):
    """join_thread returns True"""
    join_thread(target)
    return True


@planted("QUEUE-029", "Queue.join_thread")
def queue_joined_while_open(join_thread, target):
    """join_thread before close returns None"""
    return None if not target._closed else join_thread(target)


@planted("QUEUE-030", "Queue.put")
def queue_unfit_item_is_a_type_error(put, target, item, *args, **names):
    """put of an item that cannot be sent fails with TypeError"""
    if type(item).__module__ == "multiprocessing.synchronize":
        raise TypeError("cannot pickle this item")
    return put(target, item, *args, **names)


@planted_at_start("QUEUE-031")
def queue_threads_put_twice(actor):
    """each 50th put of a thread other than the main one is done twice"""
    strikes = every(50)

    def put(original, *args, **names):
        original(*args, **names)
        if threading.current_thread() is not threading.main_thread() and strikes():
            original(*args, **names)

    wrap(actor, PUTS, put)
