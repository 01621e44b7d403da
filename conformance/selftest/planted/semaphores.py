"""Semaphore and BoundedSemaphore."""

from locks import IN_A_THOUSAND, let_in
from planting import give_to_quitters, in_child, instead_of, planted, planted_at_start, shortened
from planting import wrap


@planted("SEMAPHORE-001", "Semaphore.new")
def semaphore_has_one_place_more(new, actor, value=1):
    """a semaphore of value n lets n + 1 in"""
    return new(actor, value + 1 if value > 0 else value)


@planted("SEMAPHORE-002", "Semaphore.acquire")
def semaphore_none_for_false(acquire, semaphore, block=True, timeout=None):
    """acquire with block=False returns None while the value is zero"""
    return acquire(semaphore, block, timeout) or (False if block else None)


@planted("SEMAPHORE-003", "Semaphore.acquire")
def semaphore_timeout_early(acquire, semaphore, block=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(semaphore, block, shortened(timeout))


@planted_at_start("SEMAPHORE-003")
def semaphore_taken_after_timeout(actor):
    """who gave up waiting uses up a later release"""
    give_to_quitters(actor, "Semaphore")


@planted_at_start("SEMAPHORE-004")
def semaphore_release_needs_acquire(actor):
    """release by a child that has acquired nothing changes nothing"""
    if in_child(actor):
        acquired = []

        def acquire(original, *args, **names):
            got = original(*args, **names)
            acquired.extend([None] * bool(got))
            return got

        def release(original, semaphore):
            if acquired:
                acquired.pop()
                original(semaphore)

        wrap(actor, "Semaphore.acquire", acquire)
        wrap(actor, "Semaphore.release", release)


@planted("SEMAPHORE-005", "Semaphore.new")
def semaphore_is_bounded(new, actor, value=1):
    """release above the initial value fails"""
    return actor.backend.context.BoundedSemaphore(value)


@planted_at_start("SEMAPHORE-006")
def semaphore_counts_attempts(actor):
    """get_value is one less for every acquire that failed in this process"""
    failed = []

    def acquire(original, *args, **names):
        acquired = original(*args, **names)
        failed.extend([None] * (not acquired))
        return acquired

    wrap(actor, "Semaphore.acquire", acquire)
    wrap(actor, "Semaphore.get_value", lambda get, target: get(target) - len(failed))


@planted("SEMAPHORE-007", "Semaphore.new")
def semaphore_takes_negative_value(new, actor, value=1):
    """a negative initial value is taken as zero"""
    return new(actor, max(value, 0))


@planted_at_start("SEMAPHORE-008")
def semaphore_lets_one_more_in(actor):
    """each 1000th acquire of a process succeeds at a value of zero"""
    let_in(actor, "Semaphore", IN_A_THOUSAND)


@planted("BOUNDED-001", "BoundedSemaphore.acquire")
def bounded_timeout_early(acquire, semaphore, block=True, timeout=None):
    """acquire with a timeout gives up at once"""
    return acquire(semaphore, block, shortened(timeout))


@planted("BOUNDED-002", "BoundedSemaphore.release")
def bounded_release_too_often(release, semaphore):
    """release at the initial value returns None"""
    return instead_of(ValueError, None, release, semaphore)


@planted_at_start("BOUNDED-003")
def bounded_only_in_its_creator(actor):
    """release at the initial value fails in actor 0 only"""
    if in_child(actor):
        wrap(
            actor,
            "BoundedSemaphore.release",
            lambda release, semaphore: instead_of(ValueError, None, release, semaphore),
        )
