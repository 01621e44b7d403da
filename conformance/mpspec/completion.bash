# Bash completion of mpspec: source this file, or copy it to /usr/share/bash-completion/completions/mpspec.
# What it offers it asks mpspec for, so it knows every command, option, backend, clause and case there is.

_mpspec() {
  local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local commands=() word words
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) break ;;
      *) commands+=("$word") ;;
    esac
  done
  COMPREPLY=()
  case $previous in
    -b | --backend) words=$("$program" list backends | awk '/^[^ ]/{print $1} / also /{print $NF}') ;;
    -f | --filter) words=$("$program" list cases | awk '{print $1; print $2}' | sort -u) ;;
    -a | --area) words=$("$program" list clauses | awk '{sub(/-[0-9]+$/, "", $1); print $1}' | uniq) ;;
    --strength) words="MUST SHOULD MAY" ;;
    --language) words="c++ python" ;;
    --json | --junit | --html | --markdown | --expectations | --authkey-file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    list) words="backends clauses cases" ;;
    *)
      local help
      help=$("$program" "${commands[@]}" --help 2>/dev/null) || return
      case $current in
        -*) words=$(grep -oE -- '--[a-z][a-z-]*' <<<"$help" | sort -u) ;;
        *) words=$(sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$help") ;;
      esac
      ;;
  esac
  # A variant such as cpython:spawn is one word to mpspec and three to bash.
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _mpspec mpspec
