#include "manager/store/redis/library.hpp"

namespace mp::manager {

std::string_view library_code() {
  return R"lua(#!lua name=mpspec_store_1
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function is_member(keys, m)
  return redis.call('HEXISTS', keys[3], m) == 1
end

local gone = {err = 'GONE the others have gone on without this manager'}

-- tag, check, form: makes the store if there is none. The tag, check and form of the one there is.
local function open(keys, args)
  if redis.call('HSETNX', keys[1], 'tag', args[1]) == 1 then
    redis.call('HSET', keys[1], 'check', args[2], 'form', args[3], 'pos', 0, 'managers', 0,
               'snap', 0, 'snapkey', '', 'bytes', 0)
  end
  return redis.call('HMGET', keys[1], 'tag', 'check', 'form')
end

-- lease: a new member. Its number, the last position, and the newest snapshot.
local function join(keys, args)
  local m = redis.call('HINCRBY', keys[1], 'managers', 1)
  local meta = redis.call('HMGET', keys[1], 'pos', 'snap', 'snapkey')
  redis.call('HSET', keys[3], m, 0)
  redis.call('HSET', keys[4], m, now() + args[1])
  redis.call('HSET', keys[5], m, meta[2])
  return {m, meta[1], meta[2], meta[3]}
end

-- member, after, count: the last position, and entries behind 'after'.
local function fetch(keys, args)
  if not is_member(keys, args[1]) then return gone end
  return {redis.call('HGET', keys[1], 'pos'),
          redis.call('XRANGE', keys[2], '(' .. args[2], '+', 'COUNT', args[3])}
end

local function forget(keys, m)
  redis.call('HDEL', keys[3], m)
  redis.call('HDEL', keys[4], m)
  redis.call('HDEL', keys[5], m)
end

-- member, after, count, sequence, entry, channel, gone, must: an entry, once. Its position (0: it
-- was there before), the bytes since the last snapshot, and the entries between. 'gone' is the
-- member that the entry says is no more; unless 'must' is 1 its lease must have ended.
local function append(keys, args)
  local m, after = args[1], tonumber(args[2])
  local last = redis.call('HGET', keys[3], m)
  if not last then return gone end
  if args[7] ~= '' and args[8] ~= '1' then
    local lease = redis.call('HGET', keys[4], args[7])
    if lease and tonumber(lease) > now() then return {err = 'ALIVE its lease has not ended'} end
  end
  local pos, bytes = 0, 0
  if tonumber(args[4]) > tonumber(last) then
    pos = redis.call('HINCRBY', keys[1], 'pos', 1)
    redis.call('XADD', keys[2], pos .. '-0', 'e', args[5])
    redis.call('HSET', keys[3], m, args[4])
    bytes = redis.call('HINCRBY', keys[1], 'bytes', #args[5])
    if args[7] ~= '' then forget(keys, args[7]) end
    if redis.call('HLEN', keys[3]) > 1 then redis.call('PUBLISH', args[6], m) end
  end
  if pos == after + 1 then return {pos, bytes, {}} end
  local to = pos > 0 and '(' .. pos .. '-0' or '+'
  return {pos, bytes,
          redis.call('XRANGE', keys[2], '(' .. args[2], to, 'COUNT', args[3])}
end

-- member, applied, lease, channel prefix: lives on. The last position, those whose lease has ended,
-- and those who are members and listen, or do not, now.
local function renew(keys, args)
  if not is_member(keys, args[1]) then return gone end
  local time = now()
  redis.call('HSET', keys[4], args[1], time + args[3])
  redis.call('HSET', keys[5], args[1], args[2])
  local ended, listening, silent = {}, {}, {}
  local leases = redis.call('HGETALL', keys[4])
  for i = 1, #leases, 2 do
    local m = leases[i]
    if m ~= args[1] then
      if tonumber(leases[i + 1]) < time then ended[#ended + 1] = m end
      local count = redis.call('PUBSUB', 'NUMSUB', args[4] .. m)[2]
      local list = count > 0 and listening or silent
      list[#list + 1] = m
    end
  end
  local cut = tonumber(redis.call('HGET', keys[1], 'snap'))
  local applied = redis.call('HVALS', keys[5])
  for i = 1, #applied do cut = math.min(cut, tonumber(applied[i])) end
  redis.call('XTRIM', keys[2], 'MINID', (cut + 1) .. '-0')
  return {redis.call('HGET', keys[1], 'pos'), ended, listening, silent}
end

-- member: back after the connection had broken. Its last sequence, the last position, and the end
-- of the entry it had applied last.
local function resume(keys, args)
  local last = redis.call('HGET', keys[3], args[1])
  if not last then return gone end
  local entry = redis.call('XRANGE', keys[2], args[2], args[2])
  local tail = ''
  if #entry > 0 then tail = string.sub(entry[1][2][2], -32) end
  return {last, redis.call('HGET', keys[1], 'pos'), tail}
end

-- member, seconds: 1 when the member is the one that makes the next snapshot.
local function claim(keys, args)
  if not is_member(keys, args[1]) then return gone end
  local until_ = redis.call('HGET', keys[1], 'claim')
  if until_ and tonumber(until_) > now() then return 0 end
  redis.call('HSET', keys[1], 'claim', now() + args[2] * 1000)
  return 1
end

-- member, position, key: a snapshot is complete.
local function keep(keys, args)
  if not is_member(keys, args[1]) then return gone end
  local meta = redis.call('HMGET', keys[1], 'snap', 'snapkey')
  if tonumber(meta[1]) >= tonumber(args[2]) then
    redis.call('UNLINK', args[3])
    return 0
  end
  redis.call('HSET', keys[1], 'snap', args[2], 'snapkey', args[3], 'bytes', 0)
  redis.call('HDEL', keys[1], 'claim')
  if meta[2] ~= '' and meta[2] ~= args[3] then redis.call('UNLINK', meta[2]) end
  return 1
end

redis.register_function('mps1_open', open)
redis.register_function('mps1_join', join)
redis.register_function{function_name = 'mps1_fetch', callback = fetch, flags = {'no-writes'}}
redis.register_function('mps1_append', append)
redis.register_function{function_name = 'mps1_append_freeing', callback = append,
                        flags = {'allow-oom'}}
redis.register_function{function_name = 'mps1_renew', callback = renew, flags = {'allow-oom'}}
redis.register_function{function_name = 'mps1_resume', callback = resume, flags = {'no-writes'}}
redis.register_function{function_name = 'mps1_claim', callback = claim, flags = {'allow-oom'}}
redis.register_function{function_name = 'mps1_keep', callback = keep, flags = {'allow-oom'}}
)lua";
}

}  // namespace mp::manager
