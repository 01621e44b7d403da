#!/usr/bin/env bash
# Two hosts and an engine, each with a network of its own on this machine, share a dict and a queue.
# One host is killed, or its cable is pulled, while both work: the other one has all results. Or the
# engine's cable is pulled for a while: then both have.
#   two_hosts_test.sh kill|cut|engine MP_MANAGER TWO_HOSTS.PY
# Ends with 77 where this machine does not allow network namespaces.
set -euo pipefail
how=$1 manager=$2 program=$3
name=mp$$ folder=$(mktemp -d -p /dev/shm) pids=()
lease=3000
[ "$how" = engine ] && lease=60000  # nobody is to be taken for dead who only cannot reach the engine
export MP_KEY=secret

clean_up() {
  exec 2> /dev/null  # bash tells of every one that is killed
  for pid in "${pids[@]}"; do kill -9 "$pid" 2> /dev/null || true; done
  for each in engine a b; do ip netns del "$name-$each" 2> /dev/null || true; done
  ip link del "$name" 2> /dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

add_host() {  # NAME ADDRESS
  ip netns add "$name-$1" && ip link add "$name$1" type veth peer name eth0 netns "$name-$1" &&
    ip link set "$name$1" master "$name" up && ip -n "$name-$1" link set lo up &&
    ip -n "$name-$1" address add "$2/24" dev eth0 && ip -n "$name-$1" link set eth0 up
}
on() { local host=$1; shift; exec ip netns exec "$name-$host" "$@"; }
until_there() {  # COMMAND...: until it succeeds
  local end=$((SECONDS + 60))
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "waited in vain for: $*" >&2; exit 1; }
    sleep 0.05
  done
}

if ! { ip link add "$name" type bridge && ip link set "$name" up && add_host engine 10.77.0.1 &&
       add_host a 10.77.0.2 && add_host b 10.77.0.3; } 2> "$folder/why"; then
  echo "inconclusive: no network namespaces here: $(cat "$folder/why")"
  exit 77
fi

on engine redis-server --bind 10.77.0.1 127.0.0.1 --protected-mode no --dir "$folder" --save '' \
  --appendonly yes --appendfsync always > "$folder/engine" 2>&1 &
pids+=($!)
until_there grep -q 'Ready to accept' "$folder/engine"
for host in a b; do
  on $host "$manager" --address 127.0.0.1:5000 --authkey-env MP_KEY --store redis://10.77.0.1:6379/0 \
    --store-lease $lease > "$folder/manager-$host" &
  pids+=($!)
  until_there grep -q 127.0.0.1:5000 "$folder/manager-$host"
done
manager_a=${pids[1]}

on a python3 -B "$program" make "$folder/shared" > "$folder/a" 2>&1 &
worker_a=$!
pids+=($worker_a)
until_there test -e "$folder/shared"
on b python3 -B "$program" work "$folder/shared" > "$folder/b" 2>&1 &
worker_b=$!
pids+=($worker_b)

# From then on nothing depends on host a; and some of what it has taken is not done.
until_there grep -q 'at work' "$folder/b"
entries() { ip netns exec "$name-engine" redis-cli XLEN mp:log; }
some_more() { grep -q results "$folder/b" || [ "$(entries)" -gt $((before + 40)) ]; }
finishes() {  # HOST WORKER
  wait "$2" || { cat "$folder/$1"; exit 1; }
  cat "$folder/$1"
  grep -q '400 of 400 results, their sum is 21253400' "$folder/$1"
}
before=$(entries)
until_there some_more
case $how in
  kill) { kill -9 "$manager_a" "$worker_a" && wait "$manager_a" "$worker_a"; } 2> /dev/null || true ;;
  cut) ip link set "${name}a" down ;;
  engine)
    grep -q results "$folder/b" && { echo "inconclusive: all was done before the cable was pulled"; exit 77; }
    ip link set "${name}engine" down
    sleep 0.2  # what was on its way arrives
    before=$(entries)
    sleep 1.5
    [ "$(entries)" = "$before" ] || { echo "somebody reached the engine without a cable"; exit 1; }
    ip link set "${name}engine" up
    finishes a "$worker_a" ;;
esac
finishes b "$worker_b"
