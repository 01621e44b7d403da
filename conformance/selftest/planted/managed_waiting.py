"""Queues, locks and other things to wait for that live in a manager's server."""

import threading
import time

from planting import every, shortened, instead_of, planted
from planting import planted_at_start, wrap
from proxies import value_of
from queues import swap

MOMENT_S = 0.001
BARRIER = "manager.Barrier."

# Queue --------------------------------------------------------------------------------------------


@planted_at_start("MQUEUE-001")
def mqueue_reorders(actor):
    """each third get that finds two items gives the second one first"""
    gets = "manager.Queue.get manager.Queue.get_nowait"
    wrap(actor, gets, swap(lambda proxy: proxy.get_nowait(), every(3)))


@planted("MQUEUE-002", "manager.Queue.put")
def mqueue_puts_later(put, proxy, *args, **names):
    """put returns before the item is in the queue"""
    threading.Timer(0.05, put, (proxy, *args), names).start()


@planted("MQUEUE-003", "manager.Queue.get")
def mqueue_get_does_not_wait(get, proxy, block=True, timeout=None):
    """get without a timeout fails with Empty after a moment"""
    return get(proxy, block, MOMENT_S if block and timeout is None else timeout)


@planted("MQUEUE-004", "manager.Queue.get")
def mqueue_get_timeout_early(get, proxy, block=True, timeout=None):
    """get with a timeout gives up at once"""
    return get(proxy, block, shortened(timeout))


@planted("MQUEUE-005", "manager.Queue.new")
def mqueue_has_one_place_more(new, manager, maxsize=0):
    """n + 1 items find room in a queue of n"""
    return new(manager, maxsize + 1 if maxsize > 0 else maxsize)


@planted("MQUEUE-006", "manager.Queue.full")
def mqueue_without_bound_is_full(full, proxy):
    """full is True for a queue with items and no bound"""
    return full(proxy) or proxy.qsize() > 3


@planted("MQUEUE-007", "manager.Queue.get")
def mqueue_negative_timeout_is_zero(get, proxy, block=True, timeout=None):
    """a negative timeout of get is taken as zero"""
    return get(proxy, block, max(timeout, 0) if timeout is not None else None)


@planted("MQUEUE-008", "manager.Queue.join manager.JoinableQueue.join")
def mqueue_join_waits_for_get_only(join, proxy):
    """join returns when all items were got"""
    if proxy.qsize() > 0:
        join(proxy)


@planted("MQUEUE-009", "manager.Queue.task_done manager.JoinableQueue.task_done")
def mqueue_task_done_too_often(task_done, proxy):
    """a task_done too many returns None"""
    return instead_of(ValueError, None, task_done, proxy)


@planted_at_start("MQUEUE-010")
def mqueue_repeats_an_item(actor):
    """each 20th item that a process gets is the one before in its place"""
    strikes, last = every(20), []

    def get(original, proxy, *args, **names):
        item = original(proxy, *args, **names)
        if item is None:
            return item
        again = last[0] if last and strikes() else item
        last[:] = [item]
        return again

    wrap(actor, "manager.Queue.get manager.Queue.get_nowait", get)


@planted("MQUEUE-011", "manager.Queue.put")
def mqueue_puts_copy_of_referent(put, proxy, item, *args, **names):
    """of a managed object a copy is put"""
    return put(proxy, value_of(item), *args, **names)


# Lock ---------------------------------------------------------------------------------------------


@planted("MLOCK-001", "manager.Lock.acquire")
def mlock_waits_too_shortly(acquire, proxy, blocking=True, timeout=None):
    """acquire without a timeout returns True after a moment even though the lock is held"""
    patient = blocking and timeout is None
    return acquire(proxy, blocking, MOMENT_S if patient else timeout) or patient


@planted("MLOCK-002", "manager.Lock.acquire")
def mlock_lets_in_who_does_not_wait(acquire, proxy, blocking=True, timeout=None):
    """acquire with blocking=False returns True even though the lock is held"""
    return acquire(proxy, blocking, timeout) or not blocking


@planted("MLOCK-003", "manager.Lock.acquire")
def mlock_timeout_early(acquire, proxy, blocking=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(proxy, blocking, shortened(timeout))


@planted_at_start("MLOCK-004")
def mlock_knows_its_owner(actor):
    """release by a process that did not acquire the lock fails with RuntimeError"""
    mine = set()

    def acquire(original, proxy, *args, **names):
        acquired = original(proxy, *args, **names)
        if acquired:
            mine.add(proxy._id)
        return acquired

    def release(original, proxy):
        if proxy._id not in mine:
            raise RuntimeError("cannot release un-acquired lock")
        mine.remove(proxy._id)
        return original(proxy)

    wrap(actor, "manager.Lock.acquire", acquire)
    wrap(actor, "manager.Lock.release", release)


@planted("MLOCK-005", "manager.Lock.release")
def mlock_released_while_free(release, proxy):
    """release of a free lock returns None"""
    return instead_of(RuntimeError, None, release, proxy)


@planted_at_start("MLOCK-006")
def mlock_does_not_lock(actor):
    """acquire returns True, and locks nothing"""
    wrap(actor, "manager.Lock.acquire", lambda acquire, proxy, *args, **names: True)
    wrap(actor, "manager.Lock.release", lambda release, proxy: None)


@planted("MLOCK-007", "manager.Lock.acquire")
def mlock_ignores_timeout_without_waiting(acquire, proxy, blocking=True, timeout=None):
    """a timeout with blocking=False is ignored"""
    return acquire(proxy, blocking, timeout if blocking else None)


@planted("MLOCK-008", "manager.dict.__getitem__ manager.list.__getitem__")
def mlock_read_is_another(read, proxy, key):
    """a lock that is read out of a container locks nothing"""
    value = read(proxy, key)
    if type(value).__name__ != "AcquirerProxy":
        return value
    return threading.Lock()


# RLock, semaphores --------------------------------------------------------------------------------


@planted_at_start("MSYNC-001")
def mrlock_is_free_after_one_release(actor):
    """one release undoes all acquires"""

    def release(original, proxy):
        original(proxy)
        while instead_of(RuntimeError, True, original, proxy) is None:
            pass

    wrap(actor, "manager.RLock.release", release)


@planted("MSYNC-002", "manager.RLock.acquire")
def mrlock_lets_in_who_does_not_wait(acquire, proxy, blocking=True, timeout=None):
    """acquire with blocking=False returns True even though another one holds the lock"""
    return acquire(proxy, blocking, timeout) or not blocking


@planted("MSYNC-003", "manager.RLock.release")
def mrlock_released_by_anyone(release, proxy):
    """release by one that does not hold the lock returns None"""
    return instead_of(RuntimeError, None, release, proxy)


@planted("MSYNC-004", "manager.Semaphore.new")
def msemaphore_has_one_place_more(new, manager, value=1):
    """a semaphore of value n lets n + 1 in"""
    return new(manager, value + 1 if value > 0 else value)


@planted("MSYNC-005", "manager.BoundedSemaphore.release")
def mbounded_released_too_often(release, proxy):
    """release at the initial value returns None"""
    return instead_of(ValueError, None, release, proxy)


@planted("MSYNC-006", "manager.Semaphore.acquire manager.RLock.acquire")
def msemaphore_timeout_early(acquire, proxy, blocking=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(proxy, blocking, shortened(timeout))


# Condition, Event, Barrier ------------------------------------------------------------------------


@planted("MSYNC-007", "manager.Condition.notify manager.Condition.notify_all")
def mcondition_notified_without_lock(notify, proxy, *args):
    """notify without the lock returns None"""
    return instead_of(RuntimeError, None, notify, proxy, *args)


@planted("MSYNC-008", "manager.Condition.wait")
def mcondition_wakes_by_itself(wait, proxy, timeout=None):
    """wait without a timeout returns True after a moment without a notification"""
    return wait(proxy, MOMENT_S if timeout is None else timeout) or timeout is None


@planted("MSYNC-009", "manager.Condition.wait")
def mcondition_timeout_early(wait, proxy, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(proxy, shortened(timeout))


@planted("MSYNC-010", "manager.Condition.notify")
def mcondition_notify_wakes_all(notify, proxy, n=1):
    """notify wakes all"""
    proxy.notify_all()


@planted("MSYNC-011", "manager.Event.wait")
def mevent_wait_for_a_set_flag_is_none(wait, proxy, timeout=None):
    """wait returns None while the flag is set"""
    return None if proxy.is_set() else wait(proxy, timeout)


@planted("MSYNC-012", "manager.Event.wait")
def mevent_timeout_early(wait, proxy, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(proxy, shortened(timeout))


@planted("MSYNC-013", "manager.Event.wait")
def mevent_wait_looks_again(wait, proxy, timeout=None):
    """wait returns what the flag is after it was woken"""
    woken = wait(proxy, timeout)
    time.sleep(0.02)
    return woken and proxy.is_set()


@planted("MSYNC-014", BARRIER + "wait")
def mbarrier_counts_from_one(wait, proxy, *args, **names):
    """the results of wait are the integers from 1 to parties"""
    return wait(proxy, *args, **names) + 1


@planted("MSYNC-015", BARRIER + "wait")
def mbarrier_timeout_early(wait, proxy, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(proxy, shortened(timeout))


@planted("MSYNC-015", BARRIER + "abort")
def mbarrier_abort_heals(abort, proxy):
    """after abort the barrier is not broken"""
    abort(proxy)
    proxy.reset()


@planted("MSYNC-016", BARRIER + "n_waiting")
def mbarrier_counts_itself(n_waiting, proxy):
    """n_waiting is one more than there are"""
    return n_waiting(proxy) + 1
