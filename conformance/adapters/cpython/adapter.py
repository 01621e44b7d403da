#!/usr/bin/env python3
"""The adapter of CPython's multiprocessing, and of other modules with its interface.

    adapter.py [--module multiprocessing|billiard|multiprocess]
               [--start-method fork|spawn|forkserver]
               [--manager-class MODULE.CLASS --name NAME]

It speaks version 1 of the adapter protocol (spec/adapter/README.md) with nothing but the standard
library of any CPython from 3.8 on, and is the example for authors of adapters. Where to look:
OPERATIONS lists what may be asked for, most of it a method or an attribute of the same name;
SPECIAL holds the few that need more; Actor is the conversation; Program is actor.program.
"""

import argparse
import array
import builtins
import copy
import faulthandler
import functools
import gc
import importlib
import itertools
import json
import operator
import os
import queue
import signal
import socket
import sys
import threading
import time

PROTOCOL = 1
PLAIN_INT_MAX = 2**53 - 1  # beyond it JSON readers round
SPIN_NS = 1_000_000  # start_at sleeps until so much is left
now = time.monotonic_ns


class Unsupported(Exception):
    """The request needs an operation that is not in the hello."""


class AdapterError(Exception):
    """The request is wrong, not the backend; the suite sees it as an error of this name."""


class Leave(BaseException):
    """Ends the actor: its target returns, or raises `error`."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


# Values. An entry gets the value, or the body of the JSON object, and what converts its parts. ----


def encode_int(value, encode):
    return int(value) if abs(value) <= PLAIN_INT_MAX else {"int": int.__repr__(value)}


def encode_str(value, encode):
    try:
        value.encode()
        return str(value)
    except UnicodeEncodeError:
        return {"str": value.encode("utf-8", "surrogatepass").hex()}


def encode_error(error, encode):
    args = [encode(item) for item in error.args]
    return {"type": type(error).__name__, "args": args, "message": str(error)}


def encode_bounds(value, encode):
    return [encode(bound) for bound in (value.start, value.stop, value.step)]


ENCODERS = {
    type(None): lambda value, encode: None,
    bool: lambda value, encode: value,
    int: encode_int,
    float: lambda value, encode: {"float": float.__repr__(value)},
    complex: lambda value, encode: {"complex": [repr(value.real), repr(value.imag)]},
    str: encode_str,
    bytes: lambda value, encode: {"bytes": value.hex()},
    bytearray: lambda value, encode: {"bytearray": value.hex()},
    list: lambda value, encode: [encode(item) for item in value],
    tuple: lambda value, encode: {"tuple": [encode(item) for item in value]},
    dict: lambda value, encode: {"dict": [[encode(k), encode(v)] for k, v in value.items()]},
    set: lambda value, encode: {"set": [encode(item) for item in value]},
    frozenset: lambda value, encode: {"frozenset": [encode(item) for item in value]},
    range: lambda value, encode: {"range": encode_bounds(value, encode)},
    slice: lambda value, encode: {"slice": encode_bounds(value, encode)},
    array.array: lambda value, encode: {"array": [value.typecode, [encode(i) for i in value]]},
    BaseException: lambda value, encode: {"exception": encode_error(value, encode)},
}

DECODERS = {
    "int": lambda body, decode: int(body),
    "float": lambda body, decode: float(body),
    "complex": lambda body, decode: complex(float(body[0]), float(body[1])),
    "str": lambda body, decode: bytes.fromhex(body).decode("utf-8", "surrogatepass"),
    "bytes": lambda body, decode: bytes.fromhex(body),
    "bytearray": lambda body, decode: bytearray.fromhex(body),
    "tuple": lambda body, decode: tuple(map(decode, body)),
    "dict": lambda body, decode: {decode(key): decode(value) for key, value in body},
    "set": lambda body, decode: set(map(decode, body)),
    "frozenset": lambda body, decode: frozenset(map(decode, body)),
    "range": lambda body, decode: range(*map(decode, body)),
    "slice": lambda body, decode: slice(*map(decode, body)),
    "array": lambda body, decode: array.array(body[0], list(map(decode, body[1]))),
}


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


def method(name):
    return lambda target, /, *args, **kwargs: getattr(target, name)(*args, **kwargs)


def attribute(name):
    return lambda target: getattr(target, name)


def assignment(name):
    return lambda target, value: setattr(target, name, value)


# The special ones are functions of the target, which is the object or, where the request names
# none, the actor, and of the request's arguments.


def drop(actor, name):
    del actor.objects[name]
    gc.collect()  # a proxy whose call failed is in a cycle with its exception


def leave(error=None):
    raise Leave(error)


def signal_self(actor, number):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    signal.pause()  # it was not for this thread, or does not kill: there is no answer all the same


def ignore_signal(actor, number):
    signal.signal(number, signal.SIG_IGN)


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
    handed = {k: v for k, v in parent.objects.items() if any(v is item for item in objects)}
    args = (type(parent), parent.options, actor, handed)
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
    "actor.echo": lambda actor, value: value,
    "actor.pid": lambda actor: os.getpid(),
    "actor.objects": lambda actor: list(actor.objects),
    "actor.drop": drop,
    "actor.program": lambda program: program.run(),
    "actor.is_same": lambda actor, one, other: actor.object(one) is actor.object(other),
    "actor.return": lambda actor: leave(),
    "actor.exit": lambda actor, code=None: leave(SystemExit(code)),
    "actor.os_exit": lambda actor, code: os._exit(code),
    "actor.raise": lambda actor, type, message: leave(actor.backend.exception(type)(message)),
    "actor.signal": signal_self,
    "actor.ignore_signal": ignore_signal,
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
    "Array.append": method("append"),
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
            if operation in SPECIAL or name in SPECIAL:
                yield operation, SPECIAL.get(operation) or SPECIAL[name]
            elif name == "new":
                yield operation, self.constructor(kind, owner)
            elif not isinstance(owner, type) or hasattr(owner, name):
                yield operation, attribute(name) if entry.startswith(".") else method(name)
                if entry.endswith("="):
                    yield operation + ".set", assignment(name)

    def constructor(self, kind, owner):
        if kind.startswith("manager."):
            return method(kind[len("manager.") :])  # of the manager, which is the request's object
        factory = getattr(self.context, kind, owner)
        return lambda actor, /, *args, **kwargs: factory(*args, **kwargs)

    def exception(self, name):
        """The class of an exception by its name alone."""
        for place in (builtins, queue, threading, self.module, self.managers):
            found = getattr(place, name, None)
            if isinstance(found, type) and issubclass(found, BaseException):
                return found
        raise AdapterError("no exception named " + name)


# The actor ----------------------------------------------------------------------------------------


def timed(function, target, args, kwargs):
    """Calls the function between two readings of the clock; returns (t0, t1, result, error)."""
    start = now()
    try:
        result = function(target, *args, **kwargs)
    except Exception as error:
        return start, now(), None, error
    return start, now(), result, None


class Actor:
    """One process of the adapter: its connection, its objects by name, its threads."""

    def __init__(self, options, number, objects):
        self.options = options
        self.number = number
        self.objects = objects
        self.backend = Backend(options)
        self.operations = self.backend.operations
        self.connection = socket.socket(socket.AF_UNIX)
        self.writing = threading.Lock()
        self.inboxes = {None: queue.SimpleQueue()}  # requests by thread; None is the main thread
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)

    def run(self):
        """Says hello and works until the suite closes the connection or tells the actor to end."""
        faulthandler.enable()  # at a hang the suite sends SIGABRT, and standard error shows the stacks
        self.connection.connect(os.environ["MPSPEC_SOCKET"])
        # What is forked from here, also a manager's server, must not hold the connection open.
        os.register_at_fork(after_in_child=self.connection.close)
        self.send({"hello": self.hello()})
        reader = threading.Thread(target=self.read, daemon=True)
        reader.start()
        try:
            self.serve(self.inboxes[None])
        except Leave as reason:
            if reason.error is not None:
                raise reason.error from None
        finally:
            self.end_connection()
            reader.join()

    def end_connection(self):
        try:
            self.connection.shutdown(socket.SHUT_RDWR)  # close() alone would not wake the reader
        except OSError:
            pass  # the suite was first
        self.connection.close()

    def hello(self):
        return {
            "protocol": PROTOCOL,
            "actor": self.number,
            "pid": os.getpid(),
            "backend": self.backend.describe(),
            "operations": list(self.operations),
            "features": ["threads", *self.backend.module.get_all_start_methods(), *self.protocol()],
        }

    def protocol(self):
        """Other modules name classes of their own in what their managers send."""
        return ["manager-wire"] if self.backend.module.__name__ == "multiprocessing" else []

    def read(self):
        """Hands every request to its thread: the main thread may be blocked in an operation."""
        try:
            rest = b""
            for data in iter(functools.partial(self.connection.recv, 1 << 16), b""):
                *lines, rest = (rest + data).split(b"\n")
                for request in map(json.loads, lines):
                    self.inbox(request.get("thread")).put(request)
        except OSError:
            pass  # reset: the suite is gone
        finally:
            for inbox in self.inboxes.values():
                inbox.put(None)

    def inbox(self, name):
        if name not in self.inboxes:
            inbox = self.inboxes[name] = queue.SimpleQueue()
            threading.Thread(target=self.serve, args=(inbox,), name=name, daemon=True).start()
        return self.inboxes[name]

    def serve(self, inbox):
        for request in iter(inbox.get, None):
            self.send(self.perform(request))

    def send(self, message):
        self.send_line(json.dumps(message).encode() + b"\n")

    def send_line(self, line):
        try:
            with self.writing:
                self.connection.sendall(line)
        except OSError:
            pass  # the suite is gone, and the reader ends the actor

    def perform(self, request):
        """Carries out a request and returns its reply."""
        reply = {"id": request["id"]}
        try:
            function, target, args, kwargs = self.prepare(request)
            start, end, result, error = timed(function, target, args, kwargs)
            if isinstance(target, Program) and target.history is not None:
                reply["history"] = target.history
            return {**reply, **self.outcome(request, result, error), "t": [start, end]}
        except Unsupported as missing:
            return {**reply, "unsupported": str(missing)}
        except Exception as wrong:
            error = AdapterError("{}: {}".format(type(wrong).__name__, wrong))
            return {**reply, **self.outcome(request, None, error), "t": [now(), now()]}

    def prepare(self, request):
        """What a request asks for: (function, target, args, kwargs)."""
        function = self.function(request)
        if "program" in request:
            return function, Program(self, request), (), {}
        args = self.decode(request.get("args", []))
        kwargs = {name: self.decode(value) for name, value in request.get("kwargs", {}).items()}
        return function, self.target(request), args, kwargs

    def function(self, request):
        if request["op"] not in self.operations:
            raise Unsupported("this backend has no " + request["op"])
        return self.operations[request["op"]]

    def target(self, request):
        return self.object(request["object"]) if "object" in request else self

    def object(self, name):
        if name not in self.objects:
            raise AdapterError("no object named " + name)
        return self.objects[name]

    def outcome(self, request, result, error):
        """What an operation came to, for a reply or a history; keeps the result if asked to."""
        if error is not None:
            return {"error": encode_error(error, self.encode)}
        names = request.get("as")
        if isinstance(names, list):
            self.objects.update(zip(names, result))
            return {"ok": [{"ref": name} for name in names]}
        if names is not None:
            self.objects[names] = result
            return {"ok": {"ref": names}}
        if request["op"].endswith(".new"):
            return {"ok": {"proxy": request["op"][: -len(".new")]}}
        return {"ok": self.encode(result)}

    def encode(self, value):
        for kind in type(value).__mro__:
            if kind in ENCODERS:
                return ENCODERS[kind](value, self.encode)
        for name, known in list(self.objects.items()):
            if known is value:
                return {"ref": name}
        if isinstance(value, self.backend.managers.BaseProxy):
            return {"proxy": "manager." + value._token.typeid}
        package, _, module = type(value).__module__.partition(".")
        if package == self.backend.module.__name__ and module != "managers":
            return {"proxy": type(value).__name__}
        return {"opaque": repr(value)}  # also the copies of a manager's Namespace and Value

    def decode(self, text, variables=None):
        """The value of a piece of JSON; programs have variables."""
        decode = functools.partial(self.decode, variables=variables)
        if isinstance(text, list):
            return [decode(item) for item in text]
        if not isinstance(text, dict):
            return text
        ((kind, body),) = text.items()
        if kind == "ref":
            return self.object(body)
        if kind == "var" and variables is not None:
            return variables[body]
        if kind == "exception":
            return self.backend.exception(body["type"])(*decode(body["args"]))
        return DECODERS[kind](body, decode)


# Programs -----------------------------------------------------------------------------------------


class Variables(dict):
    def __missing__(self, name):
        raise AdapterError("no variable named " + name)


class Program:
    """Statements compiled once into closures, so that a step costs little more than its operation.
    A step returns True to leave the innermost loop."""

    def __init__(self, actor, request):
        self.actor = actor
        self.variables = Variables()
        self.history = [] if request.get("record") else None
        self.positions = itertools.count()  # of statements, in reading order
        self.steps = self.compile_all(request["program"])

    def run(self):
        any(step() for step in self.steps)
        return self.variables

    def compile_all(self, statements):
        return [self.compile(statement) for statement in statements]

    def compile(self, statement):
        position, value, variables = next(self.positions), self.compile_value, self.variables
        if "do" in statement:
            return self.compile_do(position, **statement)
        if "repeat" in statement:
            body = self.compile_all(statement["body"])
            return self.compile_loop(range(statement["repeat"]), body, statement.get("index"))
        if "forever" in statement:
            return self.compile_loop(itertools.count(), self.compile_all(statement["forever"]))
        if "break_if" in statement:
            left, right = map(value, statement["break_if"])
            return lambda: left() == right()
        if "start_at" in statement:
            return lambda: wait_until(statement["start_at"])
        if "yield" in statement:
            return os.sched_yield
        if "append" in statement:
            item = value(statement["append"])
            return lambda: variables.setdefault(statement["to"], []).append(item())
        if "add" in statement:
            left, right = map(value, statement["add"])
            return lambda: variables.__setitem__(statement["let"], left() + right())
        new = value(statement["be"])
        return lambda: variables.__setitem__(statement["let"], new())

    def compile_do(self, position, do, let=None, break_on=()):
        actor, variables, history = self.actor, self.variables, self.history
        function, find_target, kept = actor.function(do), actor.target, "as" in do
        values = [self.compile_value(value) for value in do.get("args", [])]
        names = {name: self.compile_value(value) for name, value in do.get("kwargs", {}).items()}

        def step():
            args = [value() for value in values]
            kwargs = {name: value() for name, value in names.items()}
            start, end, result, error = timed(function, find_target(do), args, kwargs)
            if history is not None:
                history.append([position, start, end, actor.outcome(do, result, error)])
            elif kept:
                actor.outcome(do, result, error)
            if error is not None:
                if type(error).__name__ in break_on:
                    return True
                raise error
            if let is not None:
                variables[let] = result
            return False

        return step

    def compile_loop(self, rounds, body, index=None):
        def step():
            for i in rounds:
                if index is not None:
                    self.variables[index] = i
                for inner in body:
                    if inner():
                        return

        return step

    def compile_value(self, text):
        """What yields an expression's value, a fresh one each time: appending must not show
        through another variable."""
        if not isinstance(text, (list, dict)):
            return lambda: text
        if isinstance(text, dict) and "var" in text:
            return lambda: copied(self.variables[text["var"]])
        return lambda: self.actor.decode(text, self.variables)


def copied(value):
    return value[:] if type(value) is list else value


def wait_until(time_ns):
    while now() < time_ns:
        time.sleep(max(0, time_ns - now() - SPIN_NS) / 1e9)


def parse_options(parser=None):
    parser = parser or argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--module", default="multiprocessing", help="what to import")
    parser.add_argument("--start-method", default="fork", help="of processes that name no other")
    parser.add_argument("--manager-class", help="a SyncManager to use in place of the module's")
    parser.add_argument("--name", help="of the backend; by default the module's")
    options = parser.parse_args()
    if "MPSPEC_SOCKET" not in os.environ:
        parser.error("MPSPEC_SOCKET is not set: an adapter is started by the suite")
    return options


if __name__ == "__main__":
    Actor(parse_options(), int(os.environ["MPSPEC_ACTOR"]), {}).run()
