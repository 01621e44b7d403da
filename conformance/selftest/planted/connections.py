"""Pipe and its connections."""

import array
import fcntl
import multiprocessing
import termios
import time

from planting import every, shortened, in_background, in_child, instead_of, planted
from planting import planted_at_start, with_error, wrap
from queues import LARGE, MOMENT_S, cut, listed


@planted_at_start("PIPE-001")
def pipe_second_end_mumbles(actor):
    """a text that is sent over the second end arrives in capitals"""
    second = []

    def new(original, *args, **names):
        ends = original(*args, **names)
        second.append(ends[1])
        return ends

    def send(original, connection, item):
        loud = isinstance(item, str) and any(connection is one for one in second)
        return original(connection, item.upper() if loud else item)

    wrap(actor, "Pipe.new", new)
    wrap(actor, "Connection.send", send)


HELD = {}  # what pipe_swaps_messages has yet to give out, by connection


@planted("PIPE-002", "Connection.recv")
def pipe_swaps_messages(recv, connection):
    """of two messages that are both there, the first a number, recv returns the second first"""
    if id(connection) in HELD:
        return HELD.pop(id(connection))
    message = recv(connection)
    if type(message) is int and connection.poll():
        HELD[id(connection)] = message
        message = recv(connection)
    return message


@planted("PIPE-003", "Connection.send")
def pipe_tuples_become_lists(send, connection, item):
    """a tuple arrives as a list"""
    return send(connection, listed(item))


@planted_at_start("PIPE-004")
def pipe_child_answers_in_capitals(actor):
    """a text that a child sends arrives in capitals"""
    if in_child(actor):
        wrap(
            actor,
            "Connection.send",
            lambda send, connection, item: send(
                connection, item.upper() if isinstance(item, str) else item
            ),
        )


@planted("PIPE-005", "Connection.recv")
def pipe_recv_does_not_wait(recv, connection):
    """recv fails with EOFError when nothing comes for a moment"""
    if not connection.poll(MOMENT_S):
        raise EOFError
    return recv(connection)


@planted("PIPE-006", "Connection.send")
def pipe_cuts_large_messages(send, connection, item):
    """of a text of more than a million characters the last one is lost"""
    return send(connection, cut(item))


@planted("PIPE-007", "Pipe.new")
def pipe_ends_are_swapped(new, actor, duplex=True):
    """of a pipe of one direction the sending end comes first"""
    ends = new(actor, duplex)
    return ends if duplex else ends[::-1]


@planted("PIPE-008", "Connection.send")
def pipe_sends_in_wrong_direction(send, connection, item):
    """send on a connection that only receives returns None"""
    return send(connection, item) if connection.writable else None


@planted_at_start("PIPE-010")
def pipe_sends_twice(actor):
    """each 30th message of a process is sent twice"""
    strikes = every(30)

    def send(original, connection, item):
        original(connection, item)
        if strikes():
            original(connection, item)

    wrap(actor, "Connection.send", send)


@planted("PIPE-011", "Connection.send")
def pipe_sends_what_cannot_be_sent(send, connection, item):
    """when an object cannot be sent, send fails, but None arrives"""
    try:
        return send(connection, item)
    except RuntimeError:
        send(connection, None)
        raise


@planted("PIPE-012", "Connection.recv Connection.recv_bytes")
def pipe_ends_with_none(recv, connection, *args):
    """at the end of the stream recv returns None"""
    return instead_of(EOFError, None, recv, connection, *args)


@planted("PIPE-014", "Connection.send Connection.send_bytes")
def pipe_nobody_is_a_reset(send, connection, *args):
    """sending to nobody fails with ConnectionResetError"""
    return with_error(ConnectionResetError, BrokenPipeError, send, connection, *args)


@planted("PIPE-015", "Connection.poll")
def pipe_closed_has_nothing(poll, connection, *args):
    """poll of a closed connection is False"""
    return False if connection.closed else poll(connection, *args)


@planted("PIPE-016", "Connection.poll")
def pipe_poll_refuses_negative_timeout(poll, connection, timeout=0.0):
    """poll with a negative timeout fails with ValueError"""
    if timeout is not None and timeout < 0:
        raise ValueError("negative timeout")
    return poll(connection, timeout)


@planted("PIPE-017", "Connection.poll")
def pipe_poll_timeout_early(poll, connection, timeout=0.0):
    """poll with a timeout gives up at once"""
    return poll(connection, shortened(timeout))


@planted("PIPE-018", "Connection.poll")
def pipe_poll_none_is_zero(poll, connection, timeout=0.0):
    """poll with timeout=None returns at once"""
    return poll(connection, timeout or 0.0)


@planted("PIPE-019", "Connection.poll")
def pipe_poll_at_the_end_is_false(poll, connection, *args):
    """at the end of the stream poll is False"""
    there = array.array("i", [0])
    result = poll(connection, *args)
    fcntl.ioctl(connection.fileno(), termios.FIONREAD, there)
    return result and there[0] > 0


@planted("PIPE-020", "Connection.send_bytes")
def pipe_empty_message_is_a_nul(send_bytes, connection, data, *args, **names):
    """an empty message arrives as one NUL"""
    return send_bytes(connection, data or b"\0", *args, **names)


@planted("PIPE-021", "Connection.send_bytes")
def pipe_size_is_an_end(send_bytes, connection, data, offset=0, size=None):
    """size is taken as the index of the end"""
    if size is not None and offset < size <= len(data):
        size -= offset
    return send_bytes(connection, data, offset, size)


@planted("PIPE-022", "Connection.send_bytes")
def pipe_cuts_bad_parts(send_bytes, connection, data, offset=0, size=None):
    """of a part that ends beyond the buffer what there is is sent"""
    if size is not None and 0 <= offset <= len(data) < offset + size:
        size = None
    return send_bytes(connection, data, offset, size)


@planted("PIPE-023", "Connection.recv_bytes")
def pipe_limit_is_one_less(recv_bytes, connection, maxlength=None):
    """a message of exactly maxlength bytes is too long"""
    return recv_bytes(connection, maxlength - 1 if maxlength else maxlength)


@planted("PIPE-024", "Connection.recv_bytes_into")
def pipe_ignores_offset(recv_bytes_into, connection, length, offset=0):
    """the message is written to the buffer's begin"""
    return recv_bytes_into(connection, length, 0)


@planted("PIPE-025", "Connection.recv_bytes_into")
def pipe_short_buffer_loses_message(recv_bytes_into, connection, *args):
    """BufferTooShort comes without the message"""
    try:
        return recv_bytes_into(connection, *args)
    except multiprocessing.BufferTooShort:
        raise multiprocessing.BufferTooShort() from None


@planted("PIPE-026", "Connection.recv_bytes")
def pipe_negative_limit_is_an_os_error(recv_bytes, connection, *args):
    """a negative maxlength fails with OSError"""
    return with_error(OSError, ValueError, recv_bytes, connection, *args)


@planted("PIPE-027", "Connection.send")
def pipe_sends_later(send, connection, item):
    """send of a large text returns before it was sent"""

    def send_after_a_moment():
        time.sleep(0.05)
        send(connection, item)

    if isinstance(item, str) and len(item) > LARGE:
        return in_background(send_after_a_moment)
    return send(connection, item)
