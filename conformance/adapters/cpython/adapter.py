#!/usr/bin/env python3
"""The adapter of CPython's multiprocessing, and of other modules with its interface.

    adapter.py [--module multiprocessing|billiard|multiprocess]
               [--start-method fork|spawn|forkserver]
               [--manager-class MODULE.CLASS --name NAME]

It runs on the standard library of any CPython from 3.8 on; what is common to adapters in Python is in
../kit/python/mpspec_kit.py. OPERATIONS lists what may be asked for, most of it a method or an attribute
of the same name; SPECIAL holds the few that need more; Backend finds out which of them are there.
"""

import copy
import importlib
import operator
import os
import sys
import types

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "kit", "python"))
import mpspec_kit as kit
from mpspec_kit import Leave  # for who builds on this adapter


# Operations. `.name` is an attribute, `.name=` one that can be assigned, too (`name.set`). --------

PROXY = "new type_name copy_proxy "
REFERENT = PROXY + "_getvalue __str__ __repr__ equals "
ITEMS = "new __len__ __getitem__ __setitem__ to_list "
QUEUE = "new put get put_nowait get_nowait qsize empty full "
LOCAL_QUEUE = QUEUE + "close join_thread cancel_join_thread "
LOCK = "new acquire release "

OPERATIONS = {
    "actor": "echo pid objects drop program is_same return exit os_exit raise signal ignore_signal"
    " call_daemonic_child",
    "Process": "new new_bare start join is_alive terminate kill close .exitcode .pid .name="
    " .daemon= .sentinel sentinel_ready current_name parent_pid active_children start_methods",
    "Lock": LOCK + "with_release",
    "RLock manager.Lock manager.RLock manager.Semaphore manager.BoundedSemaphore": LOCK,
    "Semaphore BoundedSemaphore": LOCK + "get_value",
    "Condition manager.Condition": LOCK + "wait notify notify_all",
    "Event manager.Event": "new is_set set clear wait",
    "Barrier manager.Barrier": "new wait reset abort .parties .n_waiting .broken",
    "Queue": LOCAL_QUEUE,
    "JoinableQueue": LOCAL_QUEUE + "task_done join",
    "SimpleQueue": "new put get empty close",
    "Pipe": "new",
    "Connection": "send recv send_bytes recv_bytes recv_bytes_into poll close .closed .readable"
    " .writable fileno send_raw",
    "Value": LOCK + ".value= get_lock",
    "RawValue": "new .value=",
    "Array": ITEMS + "get_lock acquire release .value= .raw append",
    "RawArray": ITEMS,
    "SharedMemory": "new .name .size read write close unlink",
    "ShareableList": ITEMS + "name index count __contains__ close unlink",
    "Manager": "new connect .address pid shutdown number_of_objects authkey create",
    "manager.list": REFERENT + ITEMS + "__delitem__ __contains__ __add__ __mul__ __rmul__ __iadd__"
    " __imul__ __reversed__ append extend insert pop remove index count reverse sort"
    " iterate_popping",
    "manager.dict": REFERENT + "__len__ __getitem__ __setitem__ __delitem__ __contains__ __iter__"
    " get pop popitem setdefault update clear copy keys values items to_dict",
    "manager.Namespace": REFERENT + "__getattr__ __setattr__ __delattr__",
    "manager.Value": REFERENT + "get set .value=",
    "manager.Array": REFERENT + ITEMS,
    "manager.Queue": PROXY + QUEUE + "task_done join",
    "manager.JoinableQueue": QUEUE + "task_done join",
}

# The classes to ask for their methods. What is not here a method of the context makes, and all
# versions of all modules have all of its operations.
CLASSES = {
    "Queue": "queues.Queue",
    "JoinableQueue": "queues.JoinableQueue",
    "SimpleQueue": "queues.SimpleQueue",
    "Connection": "connection.Connection",
    "SharedMemory": "shared_memory.SharedMemory",
    "ShareableList": "shared_memory.ShareableList",
    "Manager": "managers.SyncManager",
}


# The special ones are functions of the target, which is the object or, where the request names
# none, the actor, and of the request's arguments.


def call_daemonic_child(actor):
    process = actor.backend.context.Process()
    process.start()
    process.join()


def run_child(actor_class, options, number, objects):
    """The target of Process.new; a function of the module, so that spawn can import it."""
    actor_class(options, number, objects).run()


def new_process(parent, /, actor, objects=(), name=None, daemon=None, method=None):
    module, context = parent.backend.module, parent.backend.context
    context = module.get_context(method) if method else context
    args = (type(parent), parent.options, actor, kit.handed_objects(parent, objects))
    return context.Process(target=run_child, args=args, name=name, daemon=daemon)


def sentinel_ready(process, timeout=None):
    package = type(process).__module__.split(".")[0]
    return bool(importlib.import_module(package + ".connection").wait([process.sentinel], timeout))


def parent_pid(actor):
    parent = actor.backend.module.parent_process()
    return parent and parent.pid


def with_release(lock):
    with lock as entered:
        return entered


def recv_bytes_into(connection, length, offset=0):
    buffer = bytearray(length)
    return connection.recv_bytes_into(buffer, offset), bytes(buffer)


def send_raw(connection, data):
    while data:
        data = data[os.write(connection.fileno(), data) :]


def shared(kind):
    """Value and its kin take no None for "no initial value", and the lock by its name only."""

    def new(actor, /, typecode, value=None, *lock, **names):
        names.update(zip(["lock"], lock))
        initial = () if value is None else (value,)
        return getattr(actor.backend.context, kind)(typecode, *initial, **names)

    return new


def write_memory(memory, offset, data):
    memory.buf[offset : offset + len(data)] = data


def new_manager(actor, address=None, authkey=None):
    backend = actor.backend
    manager = backend.sync_manager(address=address, authkey=authkey, ctx=backend.context)
    manager.start()
    return manager


def connect_manager(actor, address, authkey):
    # Proxies that are read out of containers connect with the key of the process.
    actor.backend.module.current_process().authkey = authkey
    manager = actor.backend.sync_manager(address=address, authkey=authkey)
    manager.connect()
    return manager


def in_place(name):
    def operation(target, value):
        getattr(target, name)(value)  # the result is the target, to be assigned to its variable

    return operation


def items_of(target):
    return [item for item in target]  # list(target) would also ask for its length


def iterate_popping(proxy):
    seen = []
    for item in proxy:
        seen.append(item)
        proxy.pop()
    return seen


SPECIAL = {
    # for every type that has them
    "__contains__": lambda target, value: value in target,
    "__iadd__": in_place("__iadd__"),
    "__imul__": in_place("__imul__"),
    "__add__": operator.add,  # the method itself may answer NotImplemented
    "__mul__": operator.mul,
    "__rmul__": lambda target, count: count * target,
    "__iter__": items_of,
    "__reversed__": lambda target: list(reversed(target)),
    "copy_proxy": copy.copy,
    "equals": lambda target, value: target == value,
    "to_list": items_of,
    "type_name": lambda target: type(target).__name__,
    # for one type
    "actor.call_daemonic_child": call_daemonic_child,
    "Process.new": new_process,
    "Process.new_bare": lambda actor, name=None: actor.backend.context.Process(name=name),
    "Process.sentinel_ready": sentinel_ready,
    "Process.current_name": lambda actor: actor.backend.module.current_process().name,
    "Process.parent_pid": parent_pid,
    "Process.active_children": lambda actor: sorted(
        process.name for process in actor.backend.module.active_children()
    ),
    "Process.start_methods": lambda actor: actor.backend.module.get_all_start_methods(),
    "Lock.with_release": with_release,
    "Connection.recv_bytes_into": recv_bytes_into,
    "Connection.send_raw": send_raw,
    "Value.new": shared("Value"),
    "RawValue.new": shared("RawValue"),
    "Array.new": shared("Array"),
    "Array.append": kit.method("append"),
    "SharedMemory.read": lambda memory, start, length: bytes(memory.buf[start : start + length]),
    "SharedMemory.write": write_memory,
    "ShareableList.name": lambda items: items.shm.name,
    "ShareableList.close": lambda items: items.shm.close(),
    "ShareableList.unlink": lambda items: items.shm.unlink(),
    "Manager.new": new_manager,
    "Manager.connect": connect_manager,
    "Manager.pid": lambda manager: manager._process.pid,
    "Manager.shutdown": lambda manager: manager.shutdown(),
    "Manager.number_of_objects": lambda manager: manager._number_of_objects(),
    "Manager.authkey": lambda manager: bytes(manager._authkey),
    "Manager.create": lambda manager, typeid, /, *args, **names: getattr(manager, typeid)(
        *args, **names
    ),
    "manager.list.iterate_popping": iterate_popping,
    "manager.dict.to_dict": dict,
    "manager.Namespace.__getattr__": getattr,
    "manager.Namespace.__setattr__": setattr,
    "manager.Namespace.__delattr__": delattr,
}


class Backend:
    """A module with multiprocessing's interface, and what of OPERATIONS it really has."""

    def __init__(self, options):
        self.module = importlib.import_module(options.module)
        self.context = self.module.get_context(options.start_method)
        self.managers = self.submodule("managers")
        self.sync_manager = self.managers.SyncManager
        if options.manager_class:
            submodule, name = options.manager_class.rsplit(".", 1)
            self.sync_manager = getattr(importlib.import_module(submodule), name)
        self.name = options.name
        self.features = ["threads", *self.module.get_all_start_methods()]
        if self.module.__name__ == "multiprocessing":
            self.features.append("manager-wire")  # the others name classes of their own in it
        self.operations = {}
        for kinds, entries in OPERATIONS.items():
            for kind in kinds.split():
                self.operations.update(self.operations_of(kind, entries.split()))

    def submodule(self, name):
        return importlib.import_module(self.module.__name__ + "." + name)

    def describe(self):
        runtime = sys.implementation.name, sys.version.split()[0]
        name, version = self.module.__name__, getattr(self.module, "__version__", "")
        if name == "multiprocessing":
            name, version = runtime
        name = self.name or name
        return {"name": name, "version": version, "runtime": " ".join(runtime)}

    def owner(self, kind):
        """The class of a type or the function that makes it; None when the module has neither."""
        if kind.startswith("manager."):
            return self.sync_manager._registry.get(kind[len("manager.") :], [None])[-1]
        if kind not in CLASSES:
            return getattr(self.context, kind, None)
        submodule, name = CLASSES[kind].split(".")
        try:
            return getattr(self.submodule(submodule), name, None)
        except ImportError:
            return None

    def operations_of(self, kind, entries):
        """Yields the operations of a type that are there, with the functions that do them."""
        owner = self.owner(kind)
        if owner is None and kind != "actor":
            return
        for entry in entries:
            name = entry.strip(".=")
            operation = kind + "." + name
            if operation == "Process.parent_pid" and not hasattr(self.module, "parent_process"):
                continue
            if operation in kit.ACTOR:
                yield operation, kit.ACTOR[operation]
            elif operation in SPECIAL or name in SPECIAL:
                yield operation, SPECIAL.get(operation) or SPECIAL[name]
            elif name == "new":
                yield operation, self.constructor(kind, owner)
            elif not isinstance(owner, type) or hasattr(owner, name):
                yield from kit.entry(kind, entry).items()

    def constructor(self, kind, owner):
        if kind.startswith("manager."):
            return kit.method(kind[len("manager.") :])  # of the manager, which is the request's object
        factory = getattr(self.context, kind, owner)
        return lambda actor, /, *args, **kwargs: factory(*args, **kwargs)

    def exception(self, name):
        found = kit.find_exception(name, self.module, self.managers)
        if found is None:
            raise kit.AdapterError("no exception named " + name)
        return found

    def type_of(self, value):
        if isinstance(value, self.managers.BaseProxy):
            return "manager." + value._token.typeid
        package, _, module = type(value).__module__.partition(".")
        ours = package == self.module.__name__ and module != "managers"
        return type(value).__name__ if ours else None  # not the copies of a manager's Namespace and Value


class Actor(kit.Actor):
    """A kit's actor that is made of the program's options, which a spawned child gets, too."""

    def __init__(self, options, number, objects):
        super().__init__(Backend(options), number, objects)
        self.options = options


OPTIONS = {
    "module": ("multiprocessing", "what to import"),
    "start_method": ("fork", "of processes that name no other"),
    "manager_class": (None, "a SyncManager to use in place of the module's"),
    "name": (None, "of the backend; by default the module's"),
}


def parse_options(parser=None):
    options = types.SimpleNamespace(**{name: default for name, (default, _) in OPTIONS.items()})
    if parser or sys.argv[1:]:
        import argparse  # it is slow, and a run starts hundreds of adapters

        parser = parser or argparse.ArgumentParser(description=__doc__.splitlines()[0])
        for name, (default, what) in OPTIONS.items():
            parser.add_argument("--" + name.replace("_", "-"), default=default, help=what)
        options = parser.parse_args()
    kit.check_started_by_suite()
    return options


if __name__ == "__main__":
    Actor(parse_options(), kit.check_started_by_suite(), {}).run()
