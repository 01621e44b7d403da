"""What managers send: the handshake, requests to the server, sessions, pickles.

Servers are forked from actors: what a bug changes in a module holds there, too."""

import multiprocessing.connection as connection
import multiprocessing.managers as managers
import multiprocessing.process
import multiprocessing.reduction as reduction
import hashlib
import hmac
import os
import pickle

from planting import every, instead_of, planted_at_start


def in_server():
    return getattr(multiprocessing.process.current_process(), "_manager_server", None)


def change_session(method):
    """Replaces a method of the server by a function of the original and its arguments."""

    def replace(does):
        original = getattr(managers.Server, method)
        setattr(
            managers.Server, method, lambda *args, **names: does(original, *args, **names)
        )

    return replace


def challenge(message=lambda: os.urandom(20), accepts=lambda answer, digest: answer == digest):
    """Replaces the challenge of servers."""
    original = connection.deliver_challenge

    def deliver_challenge(peer, authkey, *args):
        if not in_server():
            return original(peer, authkey, *args)
        sent = message()
        peer.send_bytes(b"#CHALLENGE#" + sent)
        answer = peer.recv_bytes()
        if not accepts(answer, hmac.new(authkey, sent, hashlib.md5).digest()):
            peer.send_bytes(b"#FAILURE#")
            raise connection.AuthenticationError("digest received was wrong")
        peer.send_bytes(b"#WELCOME#")

    connection.deliver_challenge = deliver_challenge


def subclass_of_referent(typeid, subclass):
    """Has managers hold objects of this class."""
    registry = managers.SyncManager._registry
    registry[typeid] = (subclass, *registry[typeid][1:])


# Handshake ----------------------------------------------------------------------------------------


@planted_at_start("WIRE-006")
def wire_short_challenge(actor):
    """a challenge has 19 bytes"""
    challenge(message=lambda: os.urandom(19))


@planted_at_start("WIRE-007")
def wire_repeats_challenges(actor):
    """each tenth challenge is the same"""
    strikes = every(10)
    challenge(message=lambda: b"0123456789abcdefghij" if strikes() else os.urandom(20))


@planted_at_start("WIRE-010")
def wire_compares_half_a_digest(actor):
    """an answer is right when its first 8 bytes are"""
    challenge(accepts=lambda answer, digest: answer[:8] == digest[:8] and len(answer) <= 256)


@planted_at_start("WIRE-010")
def wire_accepts_any_answer(actor):
    """any answer of 16 bytes is right"""
    challenge(accepts=lambda answer, digest: len(answer) == len(digest))


@planted_at_start("WIRE-011")
def wire_accepts_long_answers(actor):
    """an answer may be followed by anything"""
    challenge(accepts=lambda answer, digest: answer.startswith(digest))


@planted_at_start("WIRE-014")
def wire_needs_no_challenge(actor):
    """a client need not challenge the server"""
    original = connection.answer_challenge

    def answer_challenge(peer, authkey):
        if not in_server():
            return original(peer, authkey)
        message = peer.recv_bytes()
        if message.startswith(b"#CHALLENGE#"):
            peer.send_bytes(hmac.new(authkey, message[11:], hashlib.md5).digest())
            peer.recv_bytes()

    connection.answer_challenge = answer_challenge


@planted_at_start("WIRE-015")
def wire_serves_before_the_key_is_proven(actor):
    """a create in place of the answer to the challenge is done before it is refused"""

    def accepts(answer, digest):
        try:
            _, name, args, names = pickle.loads(answer)
            if name == "create":
                in_server().create(None, *args, **names)
        except Exception:
            pass  # it is no request
        return answer == digest

    challenge(accepts=accepts)


@planted_at_start("WIRE-018")
def wire_client_trusts_any_server(actor):
    """a client welcomes any answer of a server"""
    original = connection.deliver_challenge

    def deliver_challenge(peer, authkey, *args):
        if in_server():
            return original(peer, authkey, *args)
        peer.send_bytes(b"#CHALLENGE#" + os.urandom(20))
        peer.recv_bytes(256)
        peer.send_bytes(b"#WELCOME#")

    connection.deliver_challenge = deliver_challenge


# Requests to the server ---------------------------------------------------------------------------


@planted_at_start("WIRE-019")
def wire_dummy_is_true(actor):
    """dummy is answered True"""
    managers.Server.dummy = lambda server, peer: True


@planted_at_start("WIRE-020")
def wire_made_with_two_references(actor):
    """create makes an object with two references"""

    @change_session("create")
    def create(original, server, peer, typeid, /, *args, **names):
        ident, exposed = original(server, peer, typeid, *args, **names)
        server.incref(peer, ident)
        return ident, exposed


@planted_at_start("WIRE-020")
def wire_create_hides_a_method(actor):
    """create of a list does not list reverse"""

    @change_session("create")
    def create(original, server, peer, typeid, /, *args, **names):
        ident, exposed = original(server, peer, typeid, *args, **names)
        return ident, tuple(name for name in exposed if name != "reverse")


@planted_at_start("WIRE-021")
def wire_keeps_objects_without_references(actor):
    """an object stays when its last reference was given back"""
    managers.Server.decref = lambda server, peer, ident: None


@planted_at_start("WIRE-022")
def wire_incref_of_unknown_is_none(actor):
    """incref of an unknown ident is answered None"""
    change_session("incref")(lambda incref, *args: instead_of(KeyError, None, incref, *args))


@planted_at_start("WIRE-022")
def wire_unknown_typeid_is_a_dict(actor):
    """an unknown typeid makes a dict"""

    @change_session("create")
    def create(original, server, peer, typeid, /, *args, **names):
        known = typeid if typeid in server.registry else "dict"
        return original(server, peer, known, *args, **names)


# Sessions -----------------------------------------------------------------------------------------


@planted_at_start("WIRE-024")
def wire_sort_ignores_keywords(actor):
    """sort of a list ignores its keywords"""

    class List(list):
        def sort(self, **names):
            super().sort()

        def __reduce__(self):
            return list, (list(self),)

    subclass_of_referent("list", List)


@planted_at_start("WIRE-025")
def wire_key_error_without_key(actor):
    """KeyError of a dict comes without the key"""

    class Dict(dict):
        def __getitem__(self, key):
            if key not in self:
                raise KeyError()
            return super().__getitem__(key)

        def pop(self, key, *default):
            if key not in self and not default:
                raise KeyError()
            return super().pop(key, *default)

        def __reduce__(self):
            return dict, (dict(self),)

    subclass_of_referent("dict", Dict)


@planted_at_start("WIRE-026")
def wire_calls_any_method(actor):
    """methods that create did not list are called, too"""

    @change_session("create")
    def create(original, server, peer, typeid, /, *args, **names):
        ident, exposed = original(server, peer, typeid, *args, **names)
        target, _, typeids = server.id_to_obj[ident]
        server.id_to_obj[ident] = target, {*exposed, *dir(target)}, typeids
        return ident, exposed


@planted_at_start("WIRE-027")
def wire_str_is_made_up(actor):
    """the text of an object is that of its class"""
    mapping = dict(managers.Server.fallback_mapping)
    mapping["__str__"] = lambda server, peer, ident, target: str(type(target))
    managers.Server.fallback_mapping = mapping


@planted_at_start("WIRE-030")
def wire_iteration_misses_the_first(actor):
    """the iterator of a dict leaves out its first key"""

    @change_session("create")
    def create(original, server, peer, typeid, /, *args, **names):
        if typeid == "Iterator":
            next(args[0], None)
        return original(server, peer, typeid, *args, **names)


@planted_at_start("WIRE-032")
def wire_writes_protocol_five(actor):
    """replies use pickle protocol 5"""
    original = reduction.ForkingPickler.dumps.__func__
    reduction.ForkingPickler.dumps = classmethod(
        lambda pickler, thing, protocol=None: original(pickler, thing, 5)
    )
