"""Process, but for its exit codes."""

import os

from planting import shortened, in_child, instead_of, planted, planted_at_start, wrap

MOMENT_S = 0.001


@planted_at_start("PROCESS-001")
def process_has_its_parents_pid(actor):
    """the process id of a child is that of its parent"""
    if in_child(actor):
        hello = actor.hello
        actor.hello = lambda: {**hello(), "pid": os.getppid()}


@planted("PROCESS-002", "Process.pid")
def process_pid_is_forgotten(pid, process):
    """pid is None after the child has ended"""
    return pid(process) if process.exitcode is None else None


@planted_at_start("PROCESS-003")
def process_joined_is_alive(actor):
    """is_alive is True once more after join"""
    joined = set()

    def join(original, process, *args, **names):
        original(process, *args, **names)
        joined.add(id(process))

    def is_alive(original, process):
        if id(process) not in joined:
            return original(process)
        joined.remove(id(process))
        return True

    wrap(actor, "Process.join", join)
    wrap(actor, "Process.is_alive", is_alive)


@planted_at_start("PROCESS-007")
def process_gets_copies(actor):
    """a Value handed to a child is a copy there"""
    for name, value in actor.objects.items():
        if type(value).__name__ == "Synchronized":
            inner = value.get_obj()
            actor.objects[name] = actor.backend.context.Value(type(inner), inner.value)


@planted("PROCESS-008", "Process.exitcode")
def process_has_exitcode_before_start(exitcode, process):
    """exitcode is 0 before start"""
    return 0 if process.pid is None else exitcode(process)


@planted("PROCESS-009", "Process.exitcode")
def process_has_exitcode_while_running(exitcode, process):
    """exitcode is 0 while the child runs"""
    code = exitcode(process)
    return 0 if code is None and process.pid is not None else code


@planted("PROCESS-010", "Process.start")
def process_started_twice(start, process):
    """a second start returns None"""
    return instead_of(AssertionError if process.pid is not None else (), None, start, process)


@planted("PROCESS-011", "Process.join")
def process_join_gives_up(join, process, timeout=None):
    """join without a timeout returns after a moment though the child runs"""
    return join(process, MOMENT_S if timeout is None else timeout)


@planted("PROCESS-012", "Process.join")
def process_join_timeout_early(join, process, timeout=None):
    """join with a timeout returns at once"""
    return join(process, shortened(timeout))


@planted("PROCESS-013", "Process.join")
def process_join_refuses_negative_timeout(join, process, timeout=None):
    """join with a negative timeout fails with ValueError"""
    if timeout is not None and timeout < 0:
        raise ValueError("negative timeout")
    return join(process, timeout)


@planted_at_start("PROCESS-014")
def process_joined_once_only(actor):
    """join of a process that was joined after its end fails with AssertionError"""
    joined = set()

    def join(original, process, *args, **names):
        if id(process) in joined:
            raise AssertionError("joined already")
        original(process, *args, **names)
        if process.exitcode is not None:
            joined.add(id(process))

    wrap(actor, "Process.join", join)


@planted("PROCESS-015", "Process.join")
def process_joined_before_start(join, process, *args, **names):
    """join before start returns None"""
    return instead_of(AssertionError if process.pid is None else (), None, join, process, *args)


# Closing and waiting ------------------------------------------------------------------------------


@planted("PROCESS-028", "Process.close")
def process_closed_while_running(close, process):
    """close of a running process returns None"""
    return instead_of(ValueError, None, close, process)


@planted("PROCESS-029", "Process.exitcode")
def process_closed_has_exitcode(exitcode, process):
    """exitcode of a closed process is None"""
    return instead_of(ValueError, None, exitcode, process)


@planted_at_start("PROCESS-030")
def process_closed_once_only(actor):
    """a second close fails with ValueError"""
    closed = set()

    def close(original, process):
        if id(process) in closed:
            raise ValueError("process object is closed")
        original(process)
        closed.add(id(process))

    wrap(actor, "Process.close", close)


@planted("PROCESS-031", "Process.sentinel_ready")
def process_sentinel_is_always_ready(ready, process, timeout=None):
    """sentinel is ready while the child runs"""
    return ready(process, timeout) or True


@planted("PROCESS-032", "Process.sentinel")
def process_has_sentinel_before_start(sentinel, process):
    """sentinel before start is -1"""
    return instead_of(ValueError, -1, sentinel, process)


@planted_at_start("PROCESS-033")
def process_ended_is_active(actor):
    """active_children names children that have ended"""
    started = []

    def start(original, process):
        original(process)
        started.append(process.name)

    wrap(actor, "Process.start", start)
    wrap(actor, "Process.active_children", lambda active_children, actor: sorted(started))


@planted("PROCESS-034", "Process.join")
def process_joined_by_a_stranger(join, process, *args, **names):
    """join in a process that did not create the child returns None"""
    stranger = process._parent_pid != os.getpid()
    return instead_of(AssertionError if stranger else (), None, join, process, *args, **names)


# Names, parents, daemons --------------------------------------------------------------------------


@planted("PROCESS-035", "Process.name.set")
def process_keeps_its_first_name(assign, process, name):
    """assigning name does nothing"""


@planted("PROCESS-036", "Process.new_bare Process.new")
def process_names_are_all_alike(new, *args, **names):
    """processes made without a name are all called Process-1"""
    process = new(*args, **names)
    if names.get("name") is None:
        process.name = "Process-1"
    return process


@planted("PROCESS-037", "Process.parent_pid")
def process_main_has_a_parent(parent_pid, actor):
    """parent_pid of the main process is the process id of whoever started it"""
    return parent_pid(actor) or os.getppid()


@planted("PROCESS-038", "Process.parent_pid")
def process_is_its_own_parent(parent_pid, actor):
    """parent_pid of a child is its own process id"""
    return parent_pid(actor) and os.getpid()


@planted("PROCESS-039", "Process.daemon")
def process_daemon_flag_reads_false(daemon, process):
    """daemon is False before the start"""
    return process.pid is not None and daemon(process)


@planted("PROCESS-040", "Process.daemon.set")
def process_daemon_set_while_running(assign, process, value):
    """assigning daemon after start changes the flag"""
    process._config["daemon"] = value


@planted("PROCESS-044", "Process.start_methods")
def process_start_method_comes_twice(start_methods, actor):
    """start_methods lists its first name twice"""
    methods = start_methods(actor)
    return methods[:1] + methods
