#!/usr/bin/env bash
# completion_test.sh MPSPEC: what the completion offers.
set -euo pipefail
program=$1
source "$(dirname "${BASH_SOURCE[0]}")/completion.bash"

# offers EXPECTED WORD... : with the last WORD not finished, EXPECTED is among what is offered.
offers() {
  local expected=$1 offered
  shift
  COMP_WORDS=("$program" "$@")
  COMP_CWORD=$#
  _mpspec
  for offered in "${COMPREPLY[@]}"; do
    if [ "$offered" = "$expected" ]; then return; fi
  done
  echo "'mpspec $*' offers '${COMPREPLY[*]:0:20}', not '$expected'" >&2
  exit 1
}
# nothing WORD... : nothing is offered.
nothing() {
  COMP_WORDS=("$program" "$@")
  COMP_CWORD=$#
  _mpspec
  if [ ${#COMPREPLY[@]} -ne 0 ]; then
    echo "'mpspec $*' offers '${COMPREPLY[*]}'" >&2
    exit 1
  fi
}

offers run r
offers adapter ''
offers check adapter ''
offers new adapter n
offers --backend run --b
offers --language adapter new mine --l
offers python adapter new mine --language p
offers cpython run --backend cp
offers cpython:spawn run --backend cpython:
offers QUEUE-014 run --filter QUEUE-01
offers QUEUE run --quiet --area QU
offers SHOULD run --strength S
offers clauses list c
nothing run --area NOWHERE
nothing adapter check --nonsense
echo "completion offers what it should"
