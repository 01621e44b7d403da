"""The Python kit for adapters of mpspec: an adapter is a table of operations, this module the rest.

    import mpspec_kit as kit

    OPERATIONS = {
        **kit.processes(kit.ForkProcess),          # actors are processes; or a Process class of yours
        "Lock.new": lambda actor: Lock(),          # "TYPE.new" makes an object
        **kit.methods("Lock", "acquire release"),  # and these call its methods of the same name
        "Lock.with_release": enter_and_leave,      # anything else: a function of the object, then the
    }                                              # request's positional and named arguments

    if __name__ == "__main__":
        kit.serve("mine", "1.0", OPERATIONS)

The hello lists what the table has, so it promises nothing that is not there. Arguments and results are
Python's values; an exception is answered under the name of its class. A function whose request names
no object gets the actor as its first argument. The protocol is in spec/adapter/README.md, the names
and arguments of all operations in spec/adapter/operations.md. Python 3.8 or later, standard library only.
"""

import array
import builtins
import copy
import faulthandler
import functools
import gc
import itertools
import json
import os
import queue
import select
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


# Tables of operations ------------------------------------------------------------------------------


def method(name):
    return lambda target, /, *args, **kwargs: getattr(target, name)(*args, **kwargs)


def attribute(name):
    return lambda target: getattr(target, name)


def assignment(name):
    return lambda target, value: setattr(target, name, value)


def entry(kind, written):
    """The operations of one word of methods(), by their names."""
    name = written.strip(".=")
    operations = {kind + "." + name: attribute(name) if written[0] == "." else method(name)}
    if written.endswith("="):
        operations[kind + "." + name + ".set"] = assignment(name)
    return operations


def methods(kind, words):
    """Operations that are methods of the same name: "acquire release". A word `.name` is an attribute,
    `.name=` one that can be assigned, too (`name.set`)."""
    operations = {}
    for written in words.split():
        operations.update(entry(kind, written))
    return operations


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


# What every actor can do, whatever the backend.
ACTOR = {
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
}


def handed_objects(parent, objects):
    """Those of the parent's objects that the child shall have, under the same names."""
    return {name: v for name, v in parent.objects.items() if any(v is item for item in objects)}


def processes(make, more=""):
    """Process.* by make(target): a class with start, join, is_alive, terminate, kill, exitcode and pid
    whose child has its parent's memory; `more` are further words of methods()."""

    def new(parent, /, actor, objects=(), name=None, daemon=None, method=None):
        if method not in (None, "fork"):
            raise ValueError("cannot find context for " + method)
        handed = handed_objects(parent, objects)
        return make(lambda: type(parent)(parent.backend, actor, handed).run())

    words = "start join is_alive terminate kill .exitcode .pid " + more
    return {"Process.new": new, **methods("Process", words)}


class ForkProcess:
    """A child by fork, for backends that have locks but no processes of their own. Python 3.9."""

    def __init__(self, target):
        self.target = target
        self.pid = self.exitcode = self.descriptor = None

    def start(self):
        self.pid = os.fork()
        if self.pid == 0:
            self.run()
        self.descriptor = os.pidfd_open(self.pid)

    def run(self):
        code = 1
        try:
            self.target()
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # what the parent registered for its own exit is not the child's

    def join(self, timeout=None):
        wait = [] if timeout is None else [max(timeout, 0)]
        if self.exitcode is None and select.select([self.descriptor], [], [], *wait)[0]:
            _, status = os.waitpid(self.pid, 0)
            signalled = os.WIFSIGNALED(status)
            self.exitcode = -os.WTERMSIG(status) if signalled else os.WEXITSTATUS(status)
            os.close(self.descriptor)

    def is_alive(self):
        if self.pid is not None:
            self.join(0)
        return self.pid is not None and self.exitcode is None

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


class Table:
    """A backend as serve() is told of it. A class of one's own may stand in for it: an actor needs
    `operations`, `features`, describe(), exception() and type_of()."""

    def __init__(self, name, version, operations, features, exceptions, types):
        self.name, self.version = name, version
        self.operations = {**ACTOR, **operations}
        self.features = ["threads", *features]
        self.exceptions = exceptions
        self.types = types
        self.made = {}  # classes of exceptions that occur in values only

    def describe(self):
        runtime = " ".join((sys.implementation.name, sys.version.split()[0]))
        return {"name": self.name, "version": self.version, "runtime": runtime}

    def exception(self, name):
        """The class of that name; one that nobody has is a class of its own."""
        found = find_exception(name, *self.exceptions)
        return found or self.made.setdefault(name, type(name, (Exception,), {}))

    def type_of(self, value):
        """TYPE of a live object that the request gave no name."""
        return self.types.get(type(value))


def find_exception(name, *places):
    """The class of an exception by its name alone; None when there is none."""
    for place in (builtins, queue, threading, *places):
        found = getattr(place, name, None)
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
    return None


def serve(name, version, operations, features=(), exceptions=(), types=None):
    """Runs actor 0 until the suite ends it. `exceptions` are modules or classes in which the backend's
    own exceptions are looked up, `types` the TYPE of classes whose objects operations answer with."""
    number = check_started_by_suite()
    table = Table(name, version, operations, features, exceptions, types or {})
    Actor(table, number, {}).run()


def check_started_by_suite():
    """The number of the actor that the suite starts."""
    if "MPSPEC_SOCKET" not in os.environ:
        program = os.path.basename(sys.argv[0])
        print(program + ": MPSPEC_SOCKET is not set: an adapter is started by the suite", file=sys.stderr)
        sys.exit(2)
    return int(os.environ["MPSPEC_ACTOR"])


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

    def __init__(self, backend, number, objects):
        self.number = number
        self.objects = objects
        self.backend = backend
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
            "features": list(self.backend.features),
        }

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
        kind = self.backend.type_of(value)
        return {"proxy": kind} if kind else {"opaque": repr(value)}

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
