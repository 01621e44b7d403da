"""The managed list."""

import time

from planting import instead_of, planted, planted_at_start, wrap
from proxies import alive


@planted("LIST-001", "manager.list.new")
def list_drops_doubles(new, manager, *args):
    """a list made from an iterable has equal items once"""
    if not args:
        return new(manager)
    items = list(args[0])
    return new(manager, [item for i, item in enumerate(items) if item not in items[:i]])


@planted("LIST-002", "manager.list.insert")
def list_insert_counts_from_the_front(insert, proxy, index, item):
    """insert takes a negative index for zero"""
    return insert(proxy, max(index, 0), item)


@planted("LIST-003", "manager.list.append")
def list_append_returns_length(append, proxy, item):
    """append returns the new length"""
    append(proxy, item)
    return len(proxy)


@planted("LIST-004", "manager.list.extend")
def list_extends_by_a_thousand(extend, proxy, items):
    """extend adds no more than 1000 items"""
    return extend(proxy, items[:1000] if hasattr(items, "__getitem__") else items)


@planted("LIST-005", "manager.list.__getitem__")
def list_slice_ignores_step(read, proxy, index):
    """a slice ignores a step above 1"""
    if isinstance(index, slice) and index.step is not None and index.step > 1:
        index = slice(index.start, index.stop)
    return read(proxy, index)


@planted("LIST-006", "manager.list.insert")
def list_insert_stays_inside(insert, proxy, index, item):
    """insert beyond the end fails with IndexError"""
    if index > len(proxy):
        raise IndexError("list index out of range")
    return insert(proxy, index, item)


@planted("LIST-006", "manager.list.pop")
def list_pops_the_first(pop, proxy, *index):
    """pop without an index removes the first item"""
    return pop(proxy, *(index or (0,)))


@planted("LIST-007", "manager.list.__contains__")
def list_searches_by_type(contains, proxy, item):
    """an item is contained when an equal one of the same type is"""
    return any(type(one) is type(item) and one == item for one in proxy[:])


@planted("LIST-007", "manager.list.count")
def list_counts_to_one(count, proxy, item):
    """count is never more than one"""
    return min(count(proxy, item), 1)


@planted("LIST-008", "manager.list.sort")
def list_sorts_descending_unstably(sort, proxy, *args, reverse=False, **names):
    """sort with reverse=True reverses the order of equal items"""
    sort(proxy, *args, **names)
    if reverse:
        proxy.reverse()


@planted("LIST-009", "manager.list.__add__")
def list_sum_changes_it(add, proxy, items):
    """the sum of the list and another one is in the list afterwards"""
    result = add(proxy, items)
    proxy.extend(items)
    return result


@planted("LIST-010", "manager.list.append")
def list_appends_tuples_as_lists(append, proxy, item):
    """a tuple is appended as a list"""
    return append(proxy, list(item) if isinstance(item, tuple) else item)


@planted("LIST-011", "manager.list.to_list")
def list_iteration_ends_early(to_list, proxy):
    """iteration leaves out the last item"""
    return to_list(proxy)[:-1]


@planted("LIST-012", "manager.list.iterate_popping")
def list_iterates_over_a_copy(iterate_popping, proxy):
    """iteration yields the items of the moment at which it began"""
    items = proxy[:]
    for _ in items:
        proxy.pop()
    return items


@planted("LIST-013", "manager.list.__getitem__")
def list_items_are_live(read, proxy, index):
    """a list or dict read from the list writes its changes back"""
    write_back = lambda changed: proxy.__setitem__(index, changed)
    return read(proxy, index) if isinstance(index, slice) else alive(read(proxy, index), write_back)


@planted("LIST-014", "manager.list.pop")
def list_empty_pops_none(pop, proxy, *index):
    """pop of an empty list returns None"""
    return pop(proxy, *index) if len(proxy) > 0 else None


@planted("LIST-015", "manager.list.remove")
def list_removes_what_is_missing(remove, proxy, item):
    """remove of an item that is not there does nothing"""
    return instead_of(ValueError, None, remove, proxy, item)


@planted("LIST-016", "manager.list.__getitem__")
def list_reads_text_as_index(read, proxy, index):
    """a text of digits is an index"""
    return read(proxy, int(index) if isinstance(index, str) and index.isdigit() else index)


@planted("LIST-017", "manager.list.sort")
def list_sorts_anything(sort, proxy, *args, **names):
    """items that cannot be compared are sorted by their texts"""
    try:
        return sort(proxy, *args, **names)
    except TypeError:
        proxy[:] = sorted(proxy[:], key=repr)


@planted_at_start("LIST-018")
def list_length_is_remembered(actor):
    """len is what it was when the process asked last, unless it has changed the list itself"""
    known = {}

    def change(original, proxy, *args, **names):
        known.pop(id(proxy), None)
        return original(proxy, *args, **names)

    def length(original, proxy):
        if id(proxy) not in known:
            known[id(proxy)] = original(proxy)
        return known[id(proxy)]

    changes = "append extend insert pop remove __delitem__ __setitem__ __iadd__ __imul__"
    for name in changes.split():
        wrap(actor, "manager.list." + name, change)
    wrap(actor, "manager.list.__len__", length)


@planted("LIST-019", "manager.list.__setitem__")
def list_assignment_writes_all(assign, proxy, index, value):
    """assigning an item also assigns the others the values that they had just before"""
    if isinstance(index, slice):
        return assign(proxy, index, value)
    items = proxy[:]
    items[index] = value
    time.sleep(0.05)
    proxy[:] = items


@planted("LIST-020", "manager.list.append")
def list_append_takes_two_operations(append, proxy, item):
    """append reads the list and assigns it"""
    proxy[:] = proxy[:] + [item]
