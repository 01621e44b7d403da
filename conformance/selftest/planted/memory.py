"""SharedMemory and ShareableList."""

import multiprocessing.util

from planting import Memory, in_child, instead_of, planted, planted_at_start, with_error, wrap

# SharedMemory -------------------------------------------------------------------------------------


@planted("SHM-001", "SharedMemory.new")
def shm_is_not_zero(new, actor, *args, **names):
    """the last byte of a new block is 1"""
    memory = new(actor, *args, **names)
    if names.get("create"):
        memory.buf[names["size"] - 1] = 1
    return memory


@planted_at_start("SHM-002")
def shm_has_the_size_one_asks_for(actor):
    """an attached block has the size that was given"""
    sizes = Memory()

    def new(original, actor, *args, **names):
        memory = original(actor, *args, **names)
        if names.get("size") and not names.get("create"):
            sizes.keep(memory, names["size"])
        return memory

    wrap(actor, "SharedMemory.new", new)
    wrap(actor, "SharedMemory.size", lambda size, target: sizes.get(id(target), size(target)))


@planted_at_start("SHM-003")
def shm_writes_of_children_stay_there(actor):
    """what a child writes only the child reads"""
    if in_child(actor):
        copies = Memory()

        def copy_of(memory):
            return copies.setdefault(id(memory), bytearray(memory.buf))

        def write(original, memory, offset, data):
            copy_of(memory)[offset : offset + len(data)] = data

        def read(original, memory, start, length):
            return bytes(copy_of(memory)[start : start + length])

        wrap(actor, "SharedMemory.write", write)
        wrap(actor, "SharedMemory.read", read)


@planted("SHM-004", "SharedMemory.name")
def shm_name_has_a_slash(name, memory):
    """name begins with a slash that was not given"""
    return "/" + name(memory)


@planted("SHM-005", "SharedMemory.new")
def shm_create_attaches(new, actor, *args, **names):
    """create=True with the name of an existing block attaches that block"""
    try:
        return new(actor, *args, **names)
    except FileExistsError:
        return new(actor, name=names["name"])


@planted("SHM-006", "SharedMemory.new")
def shm_missing_name_is_key_error(new, actor, *args, **names):
    """attaching a name that no block has fails with KeyError"""
    return with_error(KeyError, FileNotFoundError, new, actor, *args, **names)


@planted("SHM-007", "SharedMemory.new")
def shm_bad_size_is_an_overflow(new, actor, *args, **names):
    """a size of zero or less fails with OverflowError"""
    return with_error(OverflowError, ValueError, new, actor, *args, **names)


@planted_at_start("SHM-008")
def shm_second_close_fails(actor):
    """a second close fails with ValueError"""
    closed = set()

    def close(original, memory):
        if id(memory) in closed:
            raise ValueError("closed")
        closed.add(id(memory))
        return original(memory)

    wrap(actor, "SharedMemory.close", close)


@planted_at_start("SHM-009")
def shm_attached_after_unlink(actor):
    """the process that unlinked a block can still attach it by its name"""
    unlinked = {}

    def unlink(original, memory):
        original(memory)
        unlinked[memory.name] = memory

    def new(original, actor, *args, **names):
        try:
            return original(actor, *args, **names)
        except FileNotFoundError:
            if names.get("name") not in unlinked:
                raise
            return unlinked[names["name"]]

    wrap(actor, "SharedMemory.unlink", unlink)
    wrap(actor, "SharedMemory.new", new)


@planted("SHM-010", "SharedMemory.unlink")
def shm_unlink_wipes(unlink, memory):
    """unlink sets all bytes to zero, also for processes that have the block attached"""
    memory.buf[:] = bytes(memory.size)
    unlink(memory)


@planted_at_start("SHM-011")
def shm_name_remembers(actor):
    """a new block with the name of an unlinked one has the old one's bytes"""
    contents = {}

    def unlink(original, memory):
        contents[memory.name] = bytes(memory.buf)
        original(memory)

    def new(original, actor, *args, **names):
        memory = original(actor, *args, **names)
        if names.get("create") and memory.name in contents:
            old = contents[memory.name][: memory.size]
            memory.buf[: len(old)] = old
        return memory

    wrap(actor, "SharedMemory.unlink", unlink)
    wrap(actor, "SharedMemory.new", new)


@planted("SHM-012", "SharedMemory.unlink")
def shm_unlinked_twice(unlink, memory):
    """a second unlink returns None"""
    return instead_of(FileNotFoundError, None, unlink, memory)


@planted("SHM-013", "SharedMemory.new")
def shm_goes_with_whoever_attached(new, actor, *args, **names):
    """a child that attached a block unlinks it when it ends"""
    memory = new(actor, *args, **names)
    if in_child(actor):
        multiprocessing.util.Finalize(None, memory.unlink, exitpriority=1)
    return memory


# ShareableList ------------------------------------------------------------------------------------


@planted("SHL-001", "ShareableList.__getitem__ ShareableList.to_list")
def shl_booleans_are_integers(read, *args):
    """booleans are read back as integers"""
    items = read(*args)
    if isinstance(items, list):
        return [int(item) if isinstance(item, bool) else item for item in items]
    return int(items) if isinstance(items, bool) else items


@planted("SHL-002", "ShareableList.count")
def shl_counts_once(count, items, value):
    """count is never more than one"""
    return min(count(items, value), 1)


@planted("SHL-003", "ShareableList.new")
def shl_attached_is_a_copy(new, actor, sequence=None, name=None):
    """a list that was attached by its name is a copy"""
    if sequence is not None:
        return new(actor, sequence, name=name)
    attached = new(actor, name=name)
    try:
        return new(actor, list(attached))
    finally:
        attached.shm.close()


@planted("SHL-004", "ShareableList.__setitem__")
def shl_writes_beside(assign, items, index, value):
    """assigning item 1 sets item 0 to None"""
    assign(items, index, value)
    if index == 1:
        assign(items, 0, None)


@planted("SHL-005", "ShareableList.__setitem__")
def shl_cuts_what_is_too_long(assign, items, index, value):
    """a string that is too long is cut"""
    while True:
        try:
            return assign(items, index, value)
        except ValueError:
            if not isinstance(value, str):
                raise
            value = value[:-1]


@planted("SHL-006", "ShareableList.__getitem__")
def shl_index_goes_round(read, items, index):
    """reading at an index beyond the end begins again at the first item"""
    return read(items, index % len(items) if 0 < len(items) <= index else index)


@planted("SHL-008", "ShareableList.__setitem__")
def shl_refuses_to_assign_last(assign, items, index, value):
    """assigning at index -1 fails with IndexError"""
    if index == -1:
        raise IndexError("assignment index out of range")
    return assign(items, index, value)


@planted("SHL-011", "ShareableList.index")
def shl_missing_value_has_an_index(index, items, value):
    """index of a value that is not in the list is -1"""
    return instead_of(ValueError, -1, index, items, value)
