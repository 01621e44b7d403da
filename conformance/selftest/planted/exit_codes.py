"""How a Process ends, and what its exitcode says of it."""

import signal

import adapter
from planting import planted, planted_at_start, wrap


@planted("PROCESS-016", "actor.return")
def process_return_is_exit_three(leave, actor):
    """a child whose target returns ends with exitcode 3"""
    raise adapter.Leave(SystemExit(3))


@planted("PROCESS-017", "Process.exitcode")
def process_without_target_fails(exitcode, process):
    """a process without a target ends with exitcode 1"""
    code = exitcode(process)
    return 1 if code == 0 and process._target is None else code


@planted("PROCESS-018", "actor.raise")
def process_exception_is_exit_zero(leave, actor, *args, **names):
    """an exception that leaves the target ends the child with exitcode 0"""
    raise adapter.Leave(SystemExit(0))


@planted("PROCESS-019", "actor.exit")
def process_exit_is_cut(leave, actor, code=None):
    """sys.exit with more than 255 has the exitcode 255"""
    leave(actor, min(code, 255) if isinstance(code, int) else code)


@planted("PROCESS-020", "actor.exit")
def process_exit_with_none_fails(leave, actor, code=None):
    """sys.exit(None) has the exitcode 1"""
    leave(actor, 1 if code is None else code)


@planted("PROCESS-021", "actor.exit")
def process_exit_with_text_is_zero(leave, actor, code=None):
    """sys.exit with a text has the exitcode 0"""
    leave(actor, 0 if isinstance(code, str) else code)


@planted("PROCESS-022", "actor.os_exit")
def process_exit_has_seven_bits(os_exit, actor, code):
    """os._exit(n) has the exitcode n modulo 128"""
    os_exit(actor, code % 128)


@planted("PROCESS-023", "Process.exitcode")
def process_killed_has_exitcode_zero(exitcode, process):
    """exitcode is 0 for a child that a signal has killed"""
    code = exitcode(process)
    return 0 if code is not None and code < 0 else code


@planted("PROCESS-024", "Process.exitcode")
def process_terminated_like_in_a_shell(exitcode, process):
    """exitcode is 143 for a child that SIGTERM has ended"""
    code = exitcode(process)
    return 128 + signal.SIGTERM if code == -signal.SIGTERM else code


@planted_at_start("PROCESS-025")
def process_terminated_is_dead(actor):
    """is_alive is False after terminate though the child ignores it"""
    terminated = set()

    def terminate(original, process):
        terminated.add(id(process))
        return original(process)

    def is_alive(original, process):
        return id(process) not in terminated and original(process)

    wrap(actor, "Process.terminate", terminate)
    wrap(actor, "Process.is_alive", is_alive)


@planted("PROCESS-026", "Process.exitcode")
def process_killed_looks_terminated(exitcode, process):
    """exitcode is -15 for a child that kill has ended"""
    code = exitcode(process)
    return -signal.SIGTERM if code == -signal.SIGKILL else code


@planted("PROCESS-027", "Process.terminate Process.kill")
def process_ended_cannot_be_killed(kill, process):
    """terminate and kill of a child that has ended fail with ProcessLookupError"""
    if process.exitcode is not None:
        raise ProcessLookupError("no such process")
    return kill(process)
