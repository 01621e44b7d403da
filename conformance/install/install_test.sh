#!/usr/bin/env bash
# install_test.sh BUILD SOURCE: what cmake --install gives works without the checkout.
set -euo pipefail
build=$1 source=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset MPSPEC_SOURCE

fail() { echo "$*" >&2; exit 1; }
must_print() { # must_print TEXT COMMAND...
  local text=$1 printed
  shift
  printed=$("$@") || fail "'$*' ends with $?: $printed"
  case $printed in *"$text"*) ;; *) fail "'$*' prints not '$text' but: $printed" ;; esac
}

# It is moved after it was installed: nothing may depend on the prefix.
cmake --install "$build" --prefix "$folder/first" >"$folder/log"
mv "$folder/first" "$folder/installed"
export PATH=$folder/installed/bin:$PATH
export CMAKE_PREFIX_PATH=$folder/installed PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$folder/installed" -name mp.pc)")
cd "$folder"

if mpspec list backends | grep -F "$source/"; then fail "the installed mpspec uses the checkout"; fi
must_print "cpython" mpspec list backends
must_print "QUEUE-014" mpspec list clauses
must_print "conformant" mpspec run --quiet --backend reference --filter ADAPTER-001 --filter LOCK-001
must_print "usage" bash -c 'mp-manager --help | tr A-Z a-z'
must_print "OBJECT" mp-ipc ls

cmake -S "$here/outside" -B outside >>"$folder/log"
cmake --build outside >>"$folder/log"
must_print 42 outside/counter
must_print "3 clauses: 3 pass; conformant" mpspec run --quiet --backend "$folder/outside/adapter" \
  --filter LOCK-001 --filter LOCK-004 --filter CRASH-001
flags=$(pkg-config --cflags --libs mp)
# shellcheck disable=SC2086  # they are several words
g++ "$here/outside/counter.cpp" $flags -o counter
must_print 42 ./counter

mpspec adapter new mine --language python >/dev/null
must_print "the adapter is in order" mpspec adapter check 'python3 mine/adapter.py'
echo "installed, moved, used"
