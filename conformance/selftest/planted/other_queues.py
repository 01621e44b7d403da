"""JoinableQueue and SimpleQueue."""

import queue
import time

from planting import every, shortened, in_child, instead_of, planted, planted_at_start, with_error
from planting import wrap
from queues import MOMENT_S, swap

# JoinableQueue ------------------------------------------------------------------------------------


@planted("JOINABLE-001", "JoinableQueue.get")
def joinable_get_timeout_early(get, target, block=True, timeout=None):
    """get with a timeout gives up at once"""
    return get(target, block, shortened(timeout))


@planted("JOINABLE-002", "JoinableQueue.join")
def joinable_join_is_true(join, target):
    """join of a queue with nothing to wait for returns True"""
    nothing = target._unfinished_tasks._semlock._is_zero()
    join(target)
    return True if nothing else None


@planted("JOINABLE-003", "JoinableQueue.join")
def joinable_join_waits_for_get_only(join, target):
    """join returns when all items were got, whatever task_done was called for"""
    while target.qsize() > 0 and not target._unfinished_tasks._semlock._is_zero():
        time.sleep(MOMENT_S)


@planted_at_start("JOINABLE-004")
def joinable_task_done_by_getter_only(actor):
    """task_done of a process other than the one that put the item fails with ValueError, though it
    counts"""

    def task_done(original, target):
        original(target)
        if in_child(actor):
            raise ValueError("task_done() called too many times")

    wrap(actor, "JoinableQueue.task_done", task_done)


@planted("JOINABLE-005", "JoinableQueue.task_done")
def joinable_task_done_too_often(task_done, target):
    """a task_done too many returns None"""
    return instead_of(ValueError, None, task_done, target)


@planted_at_start("JOINABLE-006")
def joinable_joins_once(actor):
    """once join has returned in a process, it returns at once there"""
    joined = set()

    def join(original, target):
        if id(target) not in joined:
            original(target)
        joined.add(id(target))

    wrap(actor, "JoinableQueue.join", join)


# SimpleQueue --------------------------------------------------------------------------------------


def take_if_there(target):
    if target.empty():
        raise queue.Empty
    return target.get()


@planted_at_start("SIMPLE-001")
def simple_reorders(actor):
    """each 20th get that finds two items gives the second one first"""
    wrap(actor, "SimpleQueue.get", swap(take_if_there, every(20)))


@planted("SIMPLE-002", "SimpleQueue.get")
def simple_get_does_not_wait(get, target):
    """get returns None after a moment"""
    return get(target) if target._poll(MOMENT_S) else None


@planted_at_start("SIMPLE-003")
def simple_is_empty_after_first_look(actor):
    """each 10th look of a process at a queue with items sees it empty"""
    strikes = every(10)
    wrap(actor, "SimpleQueue.empty", lambda empty, target: empty(target) or strikes())


@planted("SIMPLE-004", "SimpleQueue.put")
def simple_swallows_what_cannot_be_sent(put, target, item):
    """put of an item that cannot be sent returns None"""
    return instead_of(RuntimeError, None, put, target, item)


@planted("SIMPLE-005", "SimpleQueue.get")
def simple_closed_is_empty(get, target):
    """get from a closed queue fails with EOFError"""
    return with_error(EOFError, OSError, get, target)
