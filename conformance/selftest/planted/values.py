"""Value and RawValue."""

import time

from planting import every, instead_of, planted, planted_at_start, wrap


def raw(value):
    """What is behind the lock, if there is one."""
    return value.get_obj() if hasattr(value, "get_obj") else value


@planted("VALUE-001", "Value.new")
def value_short_starts_at_one(new, actor, typecode, value=None, **names):
    """without an initial value typecode h starts at 1"""
    return new(actor, typecode, 1 if (typecode, value) == ("h", None) else value, **names)


@planted_at_start("VALUE-002")
def value_ignores_second_assignment(actor):
    """of two assignments without a read between them the first one stays"""
    unread = set()

    def assign(original, value, new):
        if id(value) not in unread:
            original(value, new)
        unread.add(id(value))

    def read(original, value):
        unread.discard(id(value))
        return original(value)

    wrap(actor, "Value.value.set", assign)
    wrap(actor, "Value.value", read)


@planted_at_start("VALUE-003")
def value_is_not_shared(actor):
    """what is assigned stays in the process"""
    own = {}
    wrap(actor, "Value.value", lambda read, value: own.get(id(value), read(value)))
    wrap(actor, "Value.value.set", lambda assign, value, new: own.update({id(value): new}))


@planted("VALUE-004", "Value.new")
def value_q_has_four_bytes(new, actor, typecode, *args, **names):
    """typecode q holds integers of 4 bytes"""
    return new(actor, "i" if typecode == "q" else typecode, *args, **names)


@planted("VALUE-005", "Value.value.set")
def value_loses_sign_of_zero(assign, value, new):
    """-0.0 is stored as 0.0"""
    assign(value, new + 0.0 if isinstance(new, float) else new)


@planted("VALUE-006", "Value.new")
def value_f_is_a_double(new, actor, typecode, *args, **names):
    """typecode f stores doubles"""
    return new(actor, "d" if typecode == "f" else typecode, *args, **names)


@planted("VALUE-007", "Value.value.set")
def value_cuts_long_bytes(assign, value, new):
    """of more than one byte assigned to a character the first one is stored"""
    assign(value, new[:1] if isinstance(new, bytes) else new)


@planted("VALUE-008", "Value.new")
def value_unknown_typecode_is_key_error(new, actor, typecode, *args, **names):
    """an unknown typecode fails with KeyError"""
    if typecode not in list("cbBuhHiIlLqQfd"):
        raise KeyError(typecode)
    return new(actor, typecode, *args, **names)


@planted("VALUE-009", "Value.value.set")
def value_cuts_floats(assign, value, new):
    """a float assigned to an integer is cut"""
    try:
        assign(value, new)
    except TypeError:
        if not isinstance(new, float):
            raise
        assign(value, int(new))


@planted("VALUE-010", "Value.value.set")
def value_overflow_is_an_error(assign, value, new):
    """an integer outside the range fails with OverflowError"""
    assign(value, new)
    if isinstance(new, int) and raw(value).value != new:
        raise OverflowError("out of range")


@planted("VALUE-011", "Value.new")
def value_starts_a_process(new, actor, *args, **names):
    """making a Value starts a process"""
    actor.backend.context.Process(target=time.sleep, args=(600,), daemon=True).start()
    return new(actor, *args, **names)


@planted_at_start("VALUE-012")
def value_lock_is_free_after_one_release(actor):
    """one release of the value's lock undoes all acquires"""

    def get_lock(original, value):
        actor.value_lock = original(value)
        return actor.value_lock

    def release(original, lock):
        original(lock)
        while lock is getattr(actor, "value_lock", None) and lock._semlock._is_mine():
            original(lock)

    wrap(actor, "Value.get_lock", get_lock)
    wrap(actor, "RLock.release", release)


@planted("VALUE-013", "Value.value")
def value_reads_without_lock(read, value):
    """reading does not take the lock"""
    return raw(value).value


@planted_at_start("VALUE-014")
def value_acquires_nothing(actor):
    """acquire and release of the value do not touch its lock"""
    wrap(actor, "Value.acquire", lambda acquire, value, *args, **names: True)
    wrap(actor, "Value.release", lambda release, value: None)


@planted("VALUE-015", "Value.new")
def value_always_has_a_lock(new, actor, *args, lock=True, **names):
    """lock=False is taken as lock=True"""
    return new(actor, *args, lock=lock or True, **names)


@planted("VALUE-016", "Value.new")
def value_ignores_given_lock(new, actor, *args, lock=True, **names):
    """a given lock is not used"""
    return new(actor, *args, lock=bool(lock), **names)


@planted("RAW-001", "RawValue.value.set")
def raw_value_ignores_wrong_types(assign, value, new):
    """assigning a value of a wrong type does nothing"""
    return instead_of(TypeError, None, assign, value, new)


@planted("RAW-001", "RawValue.new")
def raw_value_starts_at_one(new, actor, typecode, value=None):
    """without an initial value typecode i starts at 1"""
    return new(actor, typecode, 1 if (typecode, value) == ("i", None) else value)


@planted("RAW-002", "RawArray.__setitem__")
def raw_array_ignores_wrong_length(assign, array, index, value):
    """assigning a sequence of another length to a slice does nothing"""
    return instead_of(ValueError, None, assign, array, index, value)


@planted_at_start("RAW-004")
def raw_value_loses_assignments(actor):
    """each 100th assignment of a process is lost"""
    strikes = every(100)
    wrap(
        actor,
        "RawValue.value.set RawArray.__setitem__",
        lambda assign, *args: None if strikes() else assign(*args),
    )
