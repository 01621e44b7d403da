"""Proxies of any type."""

import multiprocessing
import multiprocessing.managers as managers

from planting import in_child, planted, planted_at_start, wrap


def live(base):
    """A list or dict that writes its changes back, as if it were not a copy."""

    def changing(name):
        def does(self, *args, **kwargs):
            result = getattr(base, name)(self, *args, **kwargs)
            self.write_back(base(self))
            return result

        return does

    names = "append extend insert pop remove clear update setdefault __setitem__ __delitem__"
    methods = {name: changing(name) for name in names.split() if hasattr(base, name)}
    return type("Live" + base.__name__, (base,), methods)


LIVE = {list: live(list), dict: live(dict)}


def alive(value, write_back):
    """The value, live if it is a list or a dict."""
    if type(value) in LIVE:
        value = LIVE[type(value)](value)
        value.write_back = write_back
    return value


def value_of(thing):
    return thing._getvalue() if isinstance(thing, managers.BaseProxy) else thing


@planted("PROXY-001", "manager.Array.type_name")
def proxy_of_array_is_made_up(type_name, proxy):
    """the proxy of an Array is of type AutoProxy[Array]"""
    return "AutoProxy[Array]"


@planted("PROXY-002", "manager.list.copy_proxy")
def proxy_copy_is_a_copy(copy_proxy, proxy):
    """the copy of a list's proxy is a copy of the list"""
    return proxy[:]


@planted("PROXY-003", "manager.list.__str__ manager.dict.__str__")
def proxy_str_describes_the_proxy(text, proxy):
    """the text of a proxy is that of its repr"""
    return repr(proxy)


@planted("PROXY-004", "manager.list.__repr__ manager.dict.__repr__")
def proxy_repr_is_that_of_the_referent(text, proxy):
    """repr of a proxy is that of its referent"""
    return str(proxy)


@planted("PROXY-005", "manager.list.equals manager.dict.equals")
def proxy_compares_contents(equals, proxy, value):
    """proxies of equal referents are equal"""
    return value_of(proxy) == value_of(value)


@planted_at_start("PROXY-006")
def proxy_copy_is_kept(actor):
    """_getvalue of a dict gives the object of its first call each time"""
    copies = {}
    wrap(
        actor,
        "manager.dict._getvalue manager.list._getvalue",
        lambda getvalue, proxy: copies.setdefault(id(proxy), getvalue(proxy)),
    )


@planted_at_start("PROXY-007")
def proxy_loses_frozen_sets(actor):
    """a frozenset arrives in the server as a set"""

    def thawed(value):
        return set(value) if isinstance(value, frozenset) else value

    wrap(
        actor,
        "manager.Value.set manager.Value.value.set manager.list.append",
        lambda original, proxy, value: original(proxy, thawed(value)),
    )


@planted_at_start("PROXY-008")
def proxy_sends_shared_parts_once(actor):
    """of a list that is contained twice the second one arrives empty"""

    def cut(value):
        if isinstance(value, list) and len(value) > 1 and value[0] == value[1] != []:
            return [value[0], type(value[0])()] if isinstance(value[0], list) else value
        return value

    wrap(
        actor,
        "manager.list.append manager.Value.set manager.Value.value.set manager.dict.__setitem__"
        " manager.list.__setitem__ manager.Queue.put",
        lambda original, proxy, *args: original(proxy, *map(cut, args)),
    )


@planted("PROXY-009", "manager.dict.__getitem__ manager.dict.pop manager.dict.__delitem__")
def proxy_errors_lose_arguments(operation, proxy, *args):
    """KeyError comes without its argument"""
    try:
        return operation(proxy, *args)
    except KeyError:
        raise KeyError() from None


@planted_at_start("PROXY-010")
def proxy_of_child_is_a_copy(actor):
    """a list handed to a child is a plain copy there"""
    for name, thing in actor.objects.items():
        if isinstance(thing, managers.ListProxy):
            actor.objects[name] = list(thing)


@planted("PROXY-011", "manager.list.__getitem__ manager.dict.__getitem__")
def proxy_inside_is_a_copy(read, proxy, key):
    """a managed object read out of another one is a copy"""
    return value_of(read(proxy, key))


@planted_at_start("PROXY-013")
def proxy_reads_are_one_behind(actor):
    """a read gives what the read before would have given"""
    known = {}

    def read(original, proxy):
        value = original(proxy)
        before = known.get(id(proxy), value)
        known[id(proxy)] = value
        return before

    wrap(actor, "manager.Value.get manager.Value.value", read)


@planted_at_start("PROXY-014")
def proxy_referents_stay(actor):
    """the server keeps objects that nobody has a proxy for"""
    managers.Server.decref = lambda server, connection, ident: None


@planted_at_start("PROXY-015")
def proxy_of_child_does_not_count(actor):
    """a child's proxy does not keep its referent"""
    incref = managers.BaseProxy._incref

    def incref_in_main(proxy):
        if multiprocessing.parent_process() is None:
            incref(proxy)

    managers.BaseProxy._incref = incref_in_main


@planted_at_start("PROXY-016")
def proxy_inside_does_not_count(actor):
    """a managed object in another one does not outlive the proxies of processes"""
    rebuild = managers.RebuildProxy

    def rebuilt(function, token, serializer, names):
        proxy = rebuild(function, token, serializer, names)
        server = getattr(managers.process.current_process(), "_manager_server", None)
        if server is not None:
            server.id_to_local_proxy_obj.pop(token.id, None)
        return proxy

    rebuilt.__name__ = rebuilt.__qualname__ = rebuild.__name__
    rebuilt.__module__ = rebuild.__module__
    managers.RebuildProxy = rebuilt


@planted("PROXY-018", "manager.list.__getitem__ manager.dict.__getitem__")
def proxy_of_another_manager_is_a_copy(read, proxy, key):
    """an object of another manager is read back as a copy"""
    value = read(proxy, key)
    other = isinstance(value, managers.BaseProxy) and value._token.address != proxy._token.address
    return value_of(value) if other else value


@planted("PROXY-019", "manager.list.__str__ manager.dict.__str__")
def proxy_str_needs_its_server(text, proxy):
    """the text of a proxy fails when its server has ended"""
    result = text(proxy)
    if result.endswith("failed>"):
        raise ConnectionRefusedError("no server")
    return result
