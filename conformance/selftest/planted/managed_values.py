"""What managers hold besides lists and dicts: Namespace, Value and Array."""

import array

from planting import instead_of, planted, planted_at_start, wrap
from proxies import alive

# Namespace ----------------------------------------------------------------------------------------


@planted("NAMESPACE-001", "manager.Namespace.__setattr__")
def namespace_forgets_others(assign, proxy, name, value):
    """setting an attribute deletes the others"""
    for other in vars(proxy._getvalue()):
        delattr(proxy, other)
    assign(proxy, name, value)


@planted("NAMESPACE-002", "manager.Namespace.new")
def namespace_drops_a_keyword(new, manager, **names):
    """of the keywords given at creation the last one is lost"""
    return new(manager, **dict(list(names.items())[:-1]))


@planted("NAMESPACE-003", "manager.Namespace.__getattr__")
def namespace_missing_is_none(read, proxy, name):
    """reading an attribute that does not exist gives None"""
    return instead_of(AttributeError, None, read, proxy, name)


@planted("NAMESPACE-004", "manager.Namespace.__delattr__")
def namespace_delete_sets_none(delete, proxy, name):
    """a deleted attribute is None"""
    getattr(proxy, name)
    setattr(proxy, name, None)


@planted_at_start("NAMESPACE-005")
def namespace_shares_underscores(actor):
    """an attribute whose name begins with an underscore is shared"""

    def assign(original, proxy, name, value):
        if not name.startswith("_"):
            return original(proxy, name, value)
        return proxy._callmethod("__setattr__", (name, value))

    def read(original, proxy, name):
        if not name.startswith("_"):
            return original(proxy, name)
        return proxy._callmethod("__getattribute__", (name,))

    wrap(actor, "manager.Namespace.__setattr__", assign)
    wrap(actor, "manager.Namespace.__getattr__", read)


@planted("NAMESPACE-006", "manager.Namespace.__str__")
def namespace_text_is_unsorted(text, proxy):
    """the attributes in the text are in descending order"""
    name, _, attributes = text(proxy)[:-1].partition("(")
    return name + "(" + ", ".join(reversed(attributes.split(", "))) + ")"


@planted("NAMESPACE-007", "manager.Namespace.__getattr__")
def namespace_items_are_live(read, proxy, name):
    """a list read from an attribute writes its changes back"""
    return alive(read(proxy, name), lambda changed: setattr(proxy, name, changed))


# Value --------------------------------------------------------------------------------------------


@planted("MVALUE-001", "manager.Value.set")
def mvalue_set_returns_the_value(assign, proxy, value):
    """set returns what it has set"""
    assign(proxy, value)
    return value


@planted_at_start("MVALUE-002")
def mvalue_is_read_once(actor):
    """a process that has read or set the value reads no other one"""
    known = {}
    reads = "manager.Value.value manager.Value.get"

    def read(original, proxy):
        if id(proxy) not in known:
            known[id(proxy)] = original(proxy)
        return known[id(proxy)]

    def assign(original, proxy, value):
        known[id(proxy)] = value
        return original(proxy, value)

    wrap(actor, reads, read)
    wrap(actor, "manager.Value.set manager.Value.value.set", assign)


@planted("MVALUE-003", "manager.Value.set manager.Value.value.set")
def mvalue_cuts_floats(assign, proxy, value):
    """a float is stored as an integer"""
    return assign(proxy, int(value) if isinstance(value, float) else value)


# Array --------------------------------------------------------------------------------------------


@planted("MARRAY-001", "manager.Array.new")
def marray_is_reversed(new, manager, typecode, sequence):
    """the array has the sequence's elements in reverse order"""
    reverse = isinstance(sequence, (list, tuple))
    return new(manager, typecode, sequence[::-1] if reverse else sequence)


@planted("MARRAY-002", "manager.Array.__setitem__")
def marray_refuses_to_assign_last(assign, proxy, index, value):
    """assigning at index -1 fails with IndexError"""
    if index == -1:
        raise IndexError("array assignment index out of range")
    return assign(proxy, index, value)


@planted("MARRAY-003", "manager.Array.__getitem__")
def marray_slice_is_a_list(read, proxy, index):
    """a slice is a list"""
    result = read(proxy, index)
    return list(result) if isinstance(result, array.array) else result


@planted("MARRAY-004", "manager.Array.__getitem__")
def marray_index_goes_round(read, proxy, index):
    """reading at an index beyond the end begins again at the first element"""
    beyond = isinstance(index, int) and index >= len(proxy)
    return read(proxy, index % len(proxy) if beyond else index)


@planted("MARRAY-005", "manager.Array.__setitem__")
def marray_ignores_overflow(assign, proxy, index, value):
    """assigning an integer outside the range does nothing"""
    return instead_of(OverflowError, None, assign, proxy, index, value)


@planted("MARRAY-006", "manager.Array.to_list")
def marray_iteration_ends_early(to_list, proxy):
    """iteration leaves out the last element"""
    return to_list(proxy)[:-1]


@planted("MARRAY-007", "manager.Array.new")
def marray_takes_a_size(new, manager, typecode, sequence):
    """a size makes an array of as many zeros"""
    return new(manager, typecode, [0] * sequence if isinstance(sequence, int) else sequence)
