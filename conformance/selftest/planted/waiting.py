"""Condition, Event and Barrier."""

import threading
import time

from planting import every, shortened, instead_of, planted, planted_at_start, wrap

MOMENT_S = 0.001

# Condition ----------------------------------------------------------------------------------------


@planted("CONDITION-001", "Condition.new")
def condition_ignores_given_lock(new, actor, lock=None):
    """the lock that was given is not used"""
    return new(actor)


@planted("CONDITION-002", "Condition.notify Condition.notify_all")
def condition_notified_without_lock(notify, condition, *args, **names):
    """notify and notify_all of a process that does not hold the lock return None"""
    return instead_of(AssertionError, None, notify, condition, *args, **names)


@planted("CONDITION-003", "Condition.wait")
def condition_forgets_levels(wait, condition, *args, **names):
    """after wait its lock is held at one level, whatever it was before"""
    levels = condition._lock._semlock._count()
    result = wait(condition, *args, **names)
    for _ in range(levels - 1):
        condition.release()
    return result


@planted("CONDITION-004", "Condition.wait")
def condition_wakes_by_itself(wait, condition, timeout=None):
    """wait without a timeout returns True after a moment without a notification"""
    return wait(condition, MOMENT_S if timeout is None else timeout) or timeout is None


@planted("CONDITION-005", "Condition.wait")
def condition_timeout_is_true(wait, condition, timeout=None):
    """wait returns True when its timeout has passed"""
    return wait(condition, timeout) or True


@planted("CONDITION-005", "Condition.wait")
def condition_timeout_early(wait, condition, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(condition, shortened(timeout))


@planted("CONDITION-006", "Condition.notify")
def condition_notify_wakes_all(notify, condition, n=1):
    """notify wakes all"""
    condition.notify_all()


def sleepers(condition):
    return condition._sleeping_count._semlock._get_value()


@planted_at_start("CONDITION-007")
def condition_notify_all_is_for_one(actor):
    """of the waiters that notify_all wakes only one returns True"""

    def new(original, actor, *args):
        condition = original(actor, *args)
        condition.losers = actor.backend.context.Semaphore(0)
        return condition

    def notify_all(original, condition):
        for _ in range(sleepers(condition) - 1):
            condition.losers.release()
        original(condition)

    def wait(original, condition, *args, **names):
        return original(condition, *args, **names) and not condition.losers.acquire(False)

    wrap(actor, "Condition.new", new)
    wrap(actor, "Condition.notify_all", notify_all)
    wrap(actor, "Condition.wait", wait)


@planted_at_start("CONDITION-008")
def condition_stores_notifications(actor):
    """notify without a waiter lets the next wait return at once"""

    def new(original, actor, *args):
        condition = original(actor, *args)
        condition.stored = actor.backend.context.Semaphore(0)
        return condition

    def notify(original, condition, *args, **names):
        if sleepers(condition) == condition._woken_count._semlock._get_value():
            condition.stored.release()
        return original(condition, *args, **names)

    def wait(original, condition, *args, **names):
        return condition.stored.acquire(False) or original(condition, *args, **names)

    wrap(actor, "Condition.new", new)
    wrap(actor, "Condition.notify", notify)
    wrap(actor, "Condition.wait", wait)


@planted_at_start("CONDITION-009")
def condition_loses_notification(actor):
    """at times wait releases the lock before it counts as waiting, and gives up after 0.5 s when
    the notification came in between"""
    strikes = every(20)

    def wait(original, condition, timeout=None):
        if timeout is not None or not strikes():
            return original(condition, timeout)
        condition.release()
        time.sleep(MOMENT_S)
        condition.acquire()
        return original(condition, 0.5)

    wrap(actor, "Condition.wait", wait)


# Event --------------------------------------------------------------------------------------------


@planted("EVENT-001", "Event.is_set")
def event_is_cleared_by_looking(is_set, event):
    """is_set clears the flag"""
    result = is_set(event)
    event.clear()
    return result


@planted("EVENT-002", "Event.set")
def event_set_toggles(set_event, event):
    """a second set clears the flag"""
    return event.clear() if event.is_set() else set_event(event)


@planted("EVENT-003", "Event.wait")
def event_wait_looks_at_timeout_first(wait, event, timeout=None):
    """wait with a timeout of zero or less returns False though the flag is set"""
    return (timeout is None or timeout > 0) and wait(event, timeout)


@planted("EVENT-004", "Event.wait")
def event_wait_returns_unset(wait, event, timeout=None):
    """wait without a timeout returns True after a moment though the flag is clear"""
    return wait(event, MOMENT_S if timeout is None else timeout) or timeout is None


@planted("EVENT-005", "Event.wait")
def event_timeout_early(wait, event, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(event, shortened(timeout))


@planted_at_start("EVENT-006")
def event_set_wakes_one(actor):
    """of the processes that wait when the flag is set, only one returns True"""

    def new(original, actor):
        event = original(actor)
        event.winner = actor.backend.context.Semaphore(1)
        return event

    def wait(original, event, *args, **names):
        waited = not event.is_set()
        result = original(event, *args, **names)
        return event.winner.acquire(False) if result and waited else result

    wrap(actor, "Event.new", new)
    wrap(actor, "Event.wait", wait)


# Barrier ------------------------------------------------------------------------------------------


def arrive(original, barrier, args, names, wait_s):
    """Arrives, and waits for the others no longer than this."""
    results = []
    thread = threading.Thread(
        target=lambda: results.append(original(barrier, *args, **names)), daemon=True
    )
    thread.start()
    thread.join(wait_s)
    return results[0] if results else 0


@planted("BARRIER-001", "Barrier.wait")
def barrier_does_not_wait(wait, barrier, *args, **names):
    """wait counts the process, and returns after a moment whoever is missing"""
    return arrive(wait, barrier, args, names, MOMENT_S)


@planted("BARRIER-002", "Barrier.wait")
def barrier_counts_from_one(wait, barrier, *args, **names):
    """the results of wait are the integers from 1 to parties"""
    return wait(barrier, *args, **names) + 1


@planted_at_start("BARRIER-003")
def barrier_lets_one_pass(actor):
    """each 10th wait of a process does not wait for the others"""
    strikes = every(10)

    def wait(original, barrier, *args, **names):
        if not strikes():
            return original(barrier, *args, **names)
        return arrive(original, barrier, args, names, 0)

    wrap(actor, "Barrier.wait", wait)


@planted_at_start("BARRIER-004")
def barrier_broken_is_not_shared(actor):
    """broken is True only in the process that called abort"""
    aborted = set()

    def abort(original, barrier):
        aborted.add(id(barrier))
        return original(barrier)

    wrap(actor, "Barrier.abort", abort)
    wrap(actor, "Barrier.broken", lambda broken, target: broken(target) and id(target) in aborted)


@planted("BARRIER-005", "Barrier.wait")
def barrier_timeout_early(wait, barrier, timeout=None):
    """wait with a timeout gives up at once"""
    return wait(barrier, shortened(timeout))


@planted("BARRIER-006", "Barrier.new")
def barrier_default_timeout_early(new, actor, parties, timeout=None):
    """with a timeout given at creation, wait without one gives up at once"""
    return new(actor, parties, timeout=shortened(timeout))


@planted("BARRIER-007", "Barrier.wait")
def barrier_wrong_error(wait, barrier, timeout=None):
    """wait of a broken barrier fails with RuntimeError"""
    if barrier.broken:
        raise RuntimeError("the barrier is broken")
    return wait(barrier, timeout)


@planted("BARRIER-008", "Barrier.abort")
def barrier_abort_heals(abort, barrier):
    """after abort the barrier is not broken"""
    abort(barrier)
    barrier.reset()


@planted("BARRIER-009", "Barrier.reset")
def barrier_reset_breaks(reset, barrier):
    """reset with waiters leaves the barrier broken"""
    return barrier.abort() if barrier.n_waiting else reset(barrier)


@planted("BARRIER-010", "Barrier.wait")
def barrier_of_one_has_no_index(wait, barrier, *args, **names):
    """wait at a barrier of one party returns None"""
    index = wait(barrier, *args, **names)
    return None if barrier.parties == 1 else index
