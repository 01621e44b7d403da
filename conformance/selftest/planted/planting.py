"""What a planted bug is, and how it gets into an actor of CPython's adapter.

Each bug is a function that breaks one clause; its docstring says how. The decorators list it:

    @planted(clause, operations)   the function stands in for these operations of the adapter: it is
                                   called with the operation, its target and its arguments
    @planted_at_start(clause)      the function is called with the actor, before its hello, in every
                                   process; what it changes in a module of multiprocessing also
                                   holds in managers, which are forked from there
"""

import collections
import functools
import inspect
import itertools
import threading

Bug = collections.namedtuple("Bug", "clause what plant")  # plant(actor)

BUGS = {}  # by name


def add(clause, does, plant):
    if does.__name__ in BUGS:
        raise ValueError("two bugs are called " + does.__name__)
    BUGS[does.__name__] = Bug(clause, " ".join(inspect.getdoc(does).split()), plant)
    return does


def planted(clause, operations):
    def register(does):
        return add(clause, does, lambda actor: wrap(actor, operations, does))

    return register


def planted_at_start(clause):
    return lambda does: add(clause, does, does)


def wrap(actor, operations, does):
    for name in operations.split():
        actor.operations[name] = functools.partial(does, actor.operations[name])


# Parts that many bugs are made of -----------------------------------------------------------------


def every(number):
    """A function that is true at each `number`-th call."""
    calls = itertools.count(1)
    return lambda: next(calls) % number == 0


def shortened(timeout):
    """No time at all: on a busy machine a part of a timeout may take as long as the whole."""
    return 0 if timeout is not None and timeout > 0 else timeout


def in_child(actor):
    return actor.number != 0


def in_background(function, *args):
    threading.Thread(target=function, args=args, daemon=True).start()


def instead_of(error, result, original, *args, **names):
    """Calls the operation; where it should fail with that error, it gives the result."""
    try:
        return original(*args, **names)
    except error:
        return result


def with_error(new, old, original, *args, **names):
    """Calls the operation; where it should fail with the old error, it fails with the new one."""
    try:
        return original(*args, **names)
    except old as error:
        raise new(*error.args) from None


def give_to_quitters(actor, kind):
    """Who gave up waiting for a lock or semaphore of that kind gets it all the same: a release that
    follows is not for others."""

    def new(original, actor, *args):
        made = original(actor, *args)
        made.quitters = actor.backend.context.Semaphore(0)
        return made

    def acquire(original, target, block=True, timeout=None):
        acquired = original(target, block, timeout)
        if not acquired and block:
            target.quitters.release()
        return acquired

    def release(original, target):
        if not target.quitters.acquire(False):
            original(target)

    wrap(actor, kind + ".new", new)
    wrap(actor, kind + ".acquire", acquire)
    wrap(actor, kind + ".release", release)


class Memory(collections.defaultdict):
    """What a bug remembers of objects, which need not be hashable."""

    def of(self, thing):
        return self[id(thing)]

    def keep(self, thing, what):
        self[id(thing)] = what
