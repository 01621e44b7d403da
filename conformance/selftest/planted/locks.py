"""Lock and RLock."""

import time

from planting import every, give_to_quitters, in_child, instead_of, planted, planted_at_start
from planting import shortened, wrap

IN_A_THOUSAND = 1000


def let_in(actor, kind, number):
    """Each `number`-th acquire of a process succeeds whoever holds the lock."""
    strikes, slipped = every(number), set()

    def acquire(original, lock, *args, **names):
        if strikes():
            slipped.add(id(lock))
            return True
        return original(lock, *args, **names)

    def release(original, lock):
        if id(lock) not in slipped:
            return original(lock)
        slipped.remove(id(lock))

    wrap(actor, kind + ".acquire", acquire)
    wrap(actor, kind + ".release", release)


# Lock ---------------------------------------------------------------------------------------------


@planted("LOCK-001", "Lock.release")
def lock_release_returns_true(release, lock):
    """release returns True"""
    release(lock)
    return True


@planted("LOCK-002", "Lock.acquire")
def lock_waits_too_shortly(acquire, lock, block=True, timeout=None):
    """acquire without a timeout returns True after a moment even though the lock is held"""
    patient = block and timeout is None
    return acquire(lock, block, 0.001 if patient else timeout) or patient


@planted("LOCK-003", "Lock.acquire")
def lock_lets_in_who_does_not_wait(acquire, lock, block=True, timeout=None):
    """acquire with block=False returns True even though the lock is held"""
    return acquire(lock, block, timeout) or not block


@planted("LOCK-004", "Lock.acquire")
def lock_timeout_early(acquire, lock, block=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(lock, block, shortened(timeout))


@planted_at_start("LOCK-004")
def lock_taken_after_timeout(actor):
    """who gave up waiting gets the lock all the same when it is released"""
    give_to_quitters(actor, "Lock")


@planted("LOCK-005", "Lock.acquire")
def lock_refuses_negative_timeout(acquire, lock, block=True, timeout=None):
    """acquire with a negative timeout fails with ValueError"""
    if block and timeout is not None and timeout < 0:
        raise ValueError("timeout value must be positive")
    return acquire(lock, block, timeout)


@planted_at_start("LOCK-006")
def lock_release_lets_two_in(actor):
    """a release that lets a waiter in lets a second one in, too"""

    def release(original, lock):
        original(lock)
        for _ in range(50):
            if lock.get_value() == 0:  # somebody waited, and has it now
                return original(lock)
            time.sleep(0.001)

    wrap(actor, "Lock.new", lambda new, actor: actor.backend.context.BoundedSemaphore(1))
    wrap(actor, "Lock.release", release)


@planted_at_start("LOCK-007")
def lock_knows_its_owner(actor):
    """release by a process that did not acquire the lock fails with AssertionError"""
    mine = set()

    def acquire(original, lock, *args, **names):
        acquired = original(lock, *args, **names)
        if acquired:
            mine.add(id(lock))
        return acquired

    def release(original, lock):
        if lock._semlock._is_zero() and id(lock) not in mine:
            raise AssertionError("not the owner")
        mine.discard(id(lock))
        return original(lock)

    wrap(actor, "Lock.acquire", acquire)
    wrap(actor, "Lock.release", release)


@planted("LOCK-008", "Lock.release")
def lock_released_while_free(release, lock):
    """release of a free lock returns None"""
    return instead_of(ValueError, None, release, lock)


@planted("LOCK-009", "Lock.with_release")
def lock_context_never_leaves(with_release, lock):
    """a with statement acquires the lock, but does not release it"""
    return lock.acquire()


@planted_at_start("LOCK-010")
def lock_lets_two_in(actor):
    """each 1000th acquire of a process succeeds while another one holds the lock"""
    let_in(actor, "Lock", IN_A_THOUSAND)


@planted_at_start("LOCK-011")
def lock_release_frees_all(actor):
    """release also releases all other locks that the process has acquired"""
    held = {}

    def acquire(original, lock, *args, **names):
        acquired = original(lock, *args, **names)
        if acquired:
            held[id(lock)] = lock
        return acquired

    def release(original, lock):
        held.pop(id(lock), None)
        original(lock)
        while held:
            held.popitem()[1].release()

    wrap(actor, "Lock.acquire", acquire)
    wrap(actor, "Lock.release", release)


@planted_at_start("LOCK-012")
def lock_is_free_for_new_child(actor):
    """a lock that is held when a child is created is another, free one in the child"""
    for name, lock in actor.objects.items():
        if type(lock).__name__ == "Lock" and lock._semlock._is_zero():
            actor.objects[name] = actor.backend.context.Lock()


# RLock --------------------------------------------------------------------------------------------


@planted("RLOCK-001", "RLock.acquire")
def rlock_is_not_recursive(acquire, lock, *args, **names):
    """the holder's second acquire returns False"""
    return not lock._semlock._is_mine() and acquire(lock, *args, **names)


@planted("RLOCK-002", "RLock.release")
def rlock_release_frees_all_levels(release, lock):
    """one release undoes all acquires"""
    release(lock)
    while lock._semlock._is_mine():
        release(lock)


@planted("RLOCK-003", "RLock.acquire")
def rlock_timeout_early(acquire, lock, block=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(lock, block, shortened(timeout))


@planted_at_start("RLOCK-003")
def rlock_belongs_to_the_process(actor):
    """a thread may acquire what another thread of its process holds"""
    levels = {}

    def acquire(original, lock, *args, **names):
        if levels.get(id(lock)) and not lock._semlock._is_mine():
            return True
        acquired = original(lock, *args, **names)
        levels[id(lock)] = levels.get(id(lock), 0) + bool(acquired)
        return acquired

    def release(original, lock):
        original(lock)
        levels[id(lock)] -= 1

    wrap(actor, "RLock.acquire", acquire)
    wrap(actor, "RLock.release", release)


@planted("RLOCK-004", "RLock.release")
def rlock_release_by_anyone(release, lock):
    """release by a process that does not hold the lock returns None"""
    held = lock._semlock._is_zero()
    return instead_of(AssertionError if held else (), None, release, lock)


@planted("RLOCK-005", "RLock.release")
def rlock_released_while_free(release, lock):
    """release of a free lock returns None"""
    held = lock._semlock._is_zero()
    return instead_of(() if held else AssertionError, None, release, lock)


@planted_at_start("RLOCK-006")
def rlock_is_inherited(actor):
    """a child whose parent held the lock at its start may acquire it"""
    inherited = {
        id(lock)
        for lock in actor.objects.values()
        if type(lock).__name__ == "RLock" and lock._semlock._is_zero()
    }

    def acquire(original, lock, *args, **names):
        return original(lock, *args, **names) or (in_child(actor) and id(lock) in inherited)

    wrap(actor, "RLock.acquire", acquire)


@planted("RLOCK-007", "RLock.acquire")
def rlock_refuses_its_holder_without_waiting(acquire, lock, block=True, timeout=None):
    """acquire with block=False returns False for the holder"""
    return (block or not lock._semlock._is_mine()) and acquire(lock, block, timeout)


@planted_at_start("RLOCK-008")
def rlock_lets_two_in(actor):
    """each 1000th acquire of a process succeeds while another one holds the lock"""
    let_in(actor, "RLock", IN_A_THOUSAND)
