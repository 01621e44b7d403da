"""The managed dict."""

import time

from planting import in_child, instead_of, planted, planted_at_start, wrap
from proxies import alive, value_of


def live_dict(original, proxy):
    return alive(original(proxy), lambda changed: (proxy.clear(), proxy.update(changed)))


@planted("DICT-001", "manager.dict.new")
def dict_is_made_in_reverse(new, manager, *args, **names):
    """a dict made from a mapping or from pairs has its items in reverse order"""
    return new(manager, *[dict(reversed(list(dict(arg).items()))) for arg in args], **names)


@planted("DICT-002", "manager.dict.setdefault")
def dict_setdefault_replaces_false(setdefault, proxy, key, default=None):
    """setdefault replaces a value that counts as false"""
    if key in proxy and not proxy[key]:
        proxy[key] = default
    return setdefault(proxy, key, default)


@planted("DICT-003", "manager.dict.__setitem__")
def dict_keeps_first_value(assign, proxy, key, value):
    """assigning a key that has a value changes nothing"""
    if proxy.get(key) is None:
        assign(proxy, key, value)


@planted("DICT-004", "manager.dict.update")
def dict_update_replaces_all(update, proxy, *args, **names):
    """update removes the keys that it does not set"""
    proxy.clear()
    return update(proxy, *args, **names)


@planted("DICT-005", "manager.dict.clear")
def dict_clear_keeps_the_last(clear, proxy):
    """clear leaves the key that was set last"""
    for key in proxy.keys()[:-1]:
        del proxy[key]


@planted("DICT-006", "manager.dict.get")
def dict_get_stores(get, proxy, key, default=None):
    """get of a missing key stores the default"""
    return proxy.setdefault(key, default)


@planted("DICT-007", "manager.dict.values")
def dict_values_are_sorted(values, proxy):
    """values are in the order of their texts"""
    return sorted(values(proxy), key=repr)


@planted("DICT-008", "manager.dict.__setitem__")
def dict_assigned_goes_last(assign, proxy, key, value):
    """assigning a present key moves it to the end"""
    proxy.pop(key, None)
    return assign(proxy, key, value)


@planted("DICT-009", "manager.dict.pop")
def dict_pop_keeps(pop, proxy, key, *default):
    """pop leaves the key"""
    return proxy[key] if key in proxy else pop(proxy, key, *default)


@planted("DICT-010", "manager.dict.__setitem__")
def dict_true_is_not_one(assign, proxy, key, value):
    """True and 1 are two keys"""
    return assign(proxy, "True" if key is True else key, value)


@planted("DICT-011", "manager.dict.__setitem__")
def dict_stores_tuples_as_lists(assign, proxy, key, value):
    """a tuple is stored as a list"""
    return assign(proxy, key, list(value) if isinstance(value, tuple) else value)


@planted_at_start("DICT-012")
def dict_never_shrinks(actor):
    """len is the largest number of keys a process has seen"""
    largest = {}

    def length(original, proxy):
        largest[id(proxy)] = max(original(proxy), largest.get(id(proxy), 0))
        return largest[id(proxy)]

    wrap(actor, "manager.dict.__len__", length)


@planted("DICT-013", "manager.dict.to_dict")
def dict_plain_is_live(to_dict, proxy):
    """dict(d) writes its changes back"""
    return live_dict(to_dict, proxy)


@planted("DICT-014", "manager.dict.to_dict")
def dict_plain_is_deep(to_dict, proxy):
    """in dict(d) managed objects are copies, too"""
    return {key: value_of(value) for key, value in to_dict(proxy).items()}


@planted("DICT-016", "manager.dict.copy manager.dict._getvalue")
def dict_copy_is_live(copy, proxy):
    """copy writes its changes back"""
    return live_dict(copy, proxy)


@planted("DICT-016", "manager.dict.copy manager.dict._getvalue")
def dict_copy_takes_many_reads(copy, proxy):
    """copy reads one key after the other"""
    return {key: proxy[key] for key in proxy.keys()}


@planted("DICT-017", "manager.dict.__getitem__")
def dict_nested_change_leaks_through(read, proxy, key):
    """a list or dict read from the dict writes its changes back"""
    return alive(read(proxy, key), lambda changed: proxy.__setitem__(key, changed))


@planted("DICT-018", "manager.dict.__setitem__")
def dict_ignores_reassigned_list(assign, proxy, key, value):
    """assigning a list in the place of a list changes nothing"""
    if not (isinstance(value, list) and isinstance(proxy.get(key), list)):
        assign(proxy, key, value)


@planted("DICT-019", "manager.dict.__setitem__")
def dict_stores_copy_of_managed_list(assign, proxy, key, value):
    """a managed list is stored as a copy"""
    return assign(proxy, key, value_of(value))


@planted("DICT-020", "manager.dict.__iter__")
def dict_iteration_ends_early(iterate, proxy):
    """iteration leaves out the last key"""
    return iterate(proxy)[:-1]


@planted("DICT-023", "manager.dict.__delitem__")
def dict_deletes_what_is_missing(delete, proxy, key):
    """del of a missing key does nothing"""
    return instead_of(KeyError, None, delete, proxy, key)


@planted("DICT-024", "manager.dict.popitem")
def dict_empty_pops_none(popitem, proxy):
    """popitem of an empty dict returns None"""
    return instead_of(KeyError, None, popitem, proxy)


@planted("DICT-025", "manager.dict.__setitem__")
def dict_list_becomes_a_key(assign, proxy, key, value):
    """a list as key is taken as a tuple"""
    return assign(proxy, tuple(key) if isinstance(key, list) else key, value)


@planted_at_start("DICT-026")
def dict_writes_late(actor):
    """an assignment reaches the server with the next operation of its process"""
    late = []

    def deliver():
        while late:
            late.pop()()

    def assign(original, *args):
        deliver()
        late.append(lambda: original(*args))

    def read(original, *args, **names):
        deliver()
        return original(*args, **names)

    for name in list(actor.operations):
        if name.startswith("manager.dict."):
            wrap(actor, name, assign if name.endswith("__setitem__") else read)


@planted("DICT-027", "manager.dict.setdefault")
def dict_setdefault_takes_two_operations(setdefault, proxy, key, default=None):
    """setdefault looks first, and assigns then"""
    if key in proxy:
        return proxy[key]
    proxy[key] = default
    return default


@planted("GUAR-025", "manager.dict.update")
def dict_update_takes_many_writes(update, proxy, *args, **names):
    """update sets one key after the other"""
    for key, value in dict(*args, **names).items():
        proxy[key] = value


@planted("GUAR-026", "manager.dict.__setitem__")
def dict_assignment_writes_all(assign, proxy, key, value):
    """assigning a key also assigns the other keys the values that they had just before"""
    content = proxy.copy()
    content[key] = value
    time.sleep(0.05)
    proxy.update(content)


@planted_at_start("GUAR-021")
def dict_loses_assignments_of_a_second_child(actor):
    """the first assignment of each second child is lost"""
    losing = [None] if actor.number % 2 == 0 and in_child(actor) else []
    wrap(
        actor,
        "manager.dict.__setitem__",
        lambda assign, *args: losing.pop() if losing else assign(*args),
    )
