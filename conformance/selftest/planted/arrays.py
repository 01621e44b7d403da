"""Array."""

import time

from planting import Memory, planted, planted_at_start, wrap
from values import raw


@planted("ARRAY-001", "Array.new")
def array_ends_with_one(new, actor, typecode, source, **names):
    """the last element of an array made from a size is 1"""
    array = new(actor, typecode, source, **names)
    if isinstance(source, int) and source > 0 and typecode != "c":
        raw(array)[source - 1] = 1
    return array


@planted("ARRAY-002", "Array.new")
def array_sorts_its_elements(new, actor, typecode, source, **names):
    """an array made from a sequence has its elements in ascending order"""
    source = sorted(source) if isinstance(source, list) and typecode != "c" else source
    return new(actor, typecode, source, **names)


@planted("ARRAY-003", "Array.new")
def array_negative_size_is_zero(new, actor, typecode, source, **names):
    """a negative size is taken as zero"""
    return new(actor, typecode, max(source, 0) if isinstance(source, int) else source, **names)


@planted("ARRAY-004", "Array.new")
def array_unsigned_is_signed(new, actor, typecode, source, **names):
    """typecode I holds signed integers"""
    return new(actor, "i" if typecode == "I" else typecode, source, **names)


@planted("ARRAY-005", "Array.new")
def array_starts_a_process(new, actor, *args, **names):
    """making an Array starts a process"""
    actor.backend.context.Process(target=time.sleep, args=(600,), daemon=True).start()
    return new(actor, *args, **names)


@planted("ARRAY-006", "Array.__setitem__")
def array_writes_beside(assign, array, index, value):
    """assigning element 1 also assigns element 0"""
    assign(array, index, value)
    if index == 1 and isinstance(index, int):
        assign(array, 0, value)


@planted_at_start("ARRAY-007")
def array_length_forgets_zero(actor):
    """an array whose last element was set to zero is one shorter"""
    shorter = set()

    def assign(original, array, index, value):
        original(array, index, value)
        if index in (-1, len(array) - 1):
            (shorter.add if value == 0 else shorter.discard)(id(array))

    wrap(actor, "Array.__setitem__", assign)
    wrap(actor, "Array.__len__", lambda length, array: length(array) - (id(array) in shorter))


@planted("ARRAY-008", "Array.__setitem__")
def array_refuses_to_assign_last(assign, array, index, value):
    """assigning at index -1 fails with IndexError"""
    if index == -1:
        raise IndexError("invalid index")
    return assign(array, index, value)


@planted("ARRAY-009", "Array.__getitem__")
def array_index_goes_round(read, array, index):
    """reading at an index beyond the end begins again at the first element"""
    beyond = isinstance(index, int) and 0 < len(array) <= index
    return read(array, index % len(array) if beyond else index)


@planted("ARRAY-010", "Array.to_list")
def array_iteration_ends_early(to_list, array):
    """iteration leaves out the last element"""
    return to_list(array)[:-1]


@planted("ARRAY-011", "Array.__getitem__")
def array_slice_ignores_step(read, array, index):
    """a slice ignores a step above 1"""
    if isinstance(index, slice) and index.step is not None and index.step > 1:
        index = slice(index.start, index.stop)
    return read(array, index)


@planted("ARRAY-012", "Array.__setitem__")
def array_fills_short_slices(assign, array, index, value):
    """a sequence that is too short for the slice is assigned as far as it goes"""
    if isinstance(index, slice) and not isinstance(value, bytes):
        places = range(*index.indices(len(array)))
        if len(value) < len(places):
            return [assign(array, place, item) for place, item in zip(places, value)] and None
    return assign(array, index, value)


@planted_at_start("ARRAY-013")
def array_grows(actor):
    """append appends"""
    grown = Memory(list)
    wrap(actor, "Array.append", lambda append, array, item: grown.of(array).append(item))
    wrap(actor, "Array.__len__", lambda length, array: length(array) + len(grown.of(array)))
    wrap(actor, "Array.to_list", lambda to_list, array: to_list(array) + grown.of(array))


@planted("ARRAY-014", "Array.__setitem__")
def array_takes_none_as_zero(assign, array, index, value):
    """None is assigned as zero"""
    return assign(array, index, 0 if value is None else value)


@planted_at_start("ARRAY-015")
def array_of_child_is_a_copy(actor):
    """a child's array is a copy of its parent's"""
    for name, array in actor.objects.items():
        if type(array).__name__ == "SynchronizedArray":
            actor.objects[name] = actor.backend.context.Array(
                array.get_obj()._type_, array.get_obj()[:]
            )


@planted("ARRAY-016", "Array.value")
def array_value_goes_beyond_nul(read, array):
    """value is all bytes, like raw"""
    return array.raw


@planted("ARRAY-017", "Array.value.set")
def array_value_clears_the_rest(assign, array, value):
    """assigning value a shorter bytes fills the rest with NULs"""
    assign(array, value.ljust(len(array), b"\0"))


@planted("ARRAY-018", "Array.__getitem__")
def array_character_is_a_number(read, array, index):
    """an element of a c array is an integer"""
    element = read(array, index)
    return element[0] if isinstance(element, bytes) and isinstance(index, int) else element


@planted("ARRAY-019", "Array.__getitem__")
def array_reads_without_lock(read, array, index):
    """reading an element does not take the lock"""
    return raw(array)[index]


@planted_at_start("ARRAY-020")
def array_acquires_nothing(actor):
    """acquire and release of the array do not touch its lock"""
    wrap(actor, "Array.acquire", lambda acquire, array, *args, **names: True)
    wrap(actor, "Array.release", lambda release, array: None)


@planted("ARRAY-021", "Array.new")
def array_always_has_a_lock(new, actor, *args, lock=True, **names):
    """lock=False is taken as lock=True"""
    return new(actor, *args, lock=lock or True, **names)
