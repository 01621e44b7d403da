/* What all models have in common: processes that may die before any step, and futexes.
 *
 * DEATHS   how many processes may die, each at any step.
 * N        how many processes there are.
 *
 * A wait in slices is `timeout`: a sleeper whom nobody woke looks again when nothing else can
 * happen. Without deaths there is no such look: whoever needs one was forgotten, and Spin finds an
 * invalid end state.
 */
#ifndef N
#define N 3
#endif
#ifndef DEATHS
#define DEATHS 0
#endif

byte deaths = DEATHS;
bool alive[N] = true;
bool asleep[N] = false;

/* Before each step. A dead process leaves the kernel's queue of sleepers; what it wrote stays. */
#define MAY_DIE                                                                  \
  if                                                                             \
  :: atomic { deaths > 0 -> deaths--; alive[_pid] = false; asleep[_pid] = false; \
              goto dead }                                                        \
  :: true                                                                        \
  fi

/* The end of a futex wait: by a wake-up, by death, or, where there may be deaths, by time. */
#if DEATHS > 0
#define SLEEP                                                                    \
  do                                                                             \
  :: atomic { deaths > 0 -> deaths--; alive[_pid] = false; asleep[_pid] = false; \
              goto dead }                                                        \
  :: !asleep[_pid] -> break                                                      \
  :: timeout -> asleep[_pid] = false; break                                      \
  od
#else
#define SLEEP !asleep[_pid]
#endif

/* Wakes one sleeper, any of them, when there is one. */
inline wake_one() {
  atomic {
    if
    :: asleep[0] -> asleep[0] = false
    :: asleep[1] -> asleep[1] = false
#if N > 2
    :: asleep[2] -> asleep[2] = false
#endif
#if N > 3
    :: asleep[3] -> asleep[3] = false
#endif
    :: else -> skip
    fi
  }
}
inline wake_all() {
  d_step {
    asleep[0] = false; asleep[1] = false;
#if N > 2
    asleep[2] = false;
#endif
#if N > 3
    asleep[3] = false;
#endif
  }
}
