/* sync::RobustLock: one word with holder and waiters bit (src/sync/robust_lock.cpp).
 * Claims: one holder at a time; who takes over from a dead holder is told; nobody stays asleep. */
#include "common.pml"
#define NOBODY 255
#ifndef ROUNDS
#define ROUNDS 2
#endif

byte holder = NOBODY;
bool waiters = false;
byte inside = NOBODY;   /* whose critical section it is, also after its death */

inline enter(told) {
  assert(inside == NOBODY || (!alive[inside] && told));
  inside = _pid;
}

active [N] proctype locker() {
  byte round, seen_holder;
  bool seen_waiters, keep, told;
  for (round : 1 .. ROUNDS) {
    keep = false;
    MAY_DIE;
    atomic {                                    /* the fast path: one compare-exchange */
      if
      :: holder == NOBODY && !waiters -> holder = _pid; enter(false); goto acquired
      :: else
      fi
    }
look:
    MAY_DIE;
    atomic { seen_holder = holder; seen_waiters = waiters }
decide:
    if
    :: seen_holder == NOBODY ->
       MAY_DIE;
       atomic {
         if
         :: holder == seen_holder && waiters == seen_waiters ->
            holder = _pid; waiters = seen_waiters || keep; enter(false); goto acquired
         :: else -> seen_holder = holder; seen_waiters = waiters; goto decide
         fi
       }
    :: else
    fi;
    if
    :: !seen_waiters ->
       MAY_DIE;
       atomic {
         if
         :: holder == seen_holder && waiters == seen_waiters -> waiters = true; seen_waiters = true
         :: else -> seen_holder = holder; seen_waiters = waiters; goto decide
         fi
       }
    :: else
    fi;
    MAY_DIE;
    atomic { asleep[_pid] = (holder == seen_holder && waiters == seen_waiters) }
    SLEEP;
    keep = true;
    MAY_DIE;
    atomic {
      if
      :: holder != seen_holder || waiters != seen_waiters ->
         seen_holder = holder; seen_waiters = waiters; goto decide
      :: else
      fi
    }
    if
    :: !alive[seen_holder] ->
       MAY_DIE;
       atomic {
         if
         :: holder == seen_holder && waiters == seen_waiters ->
            holder = _pid; waiters = true; enter(true); goto acquired
         :: else -> seen_holder = holder; seen_waiters = waiters; goto decide
         fi
       }
    :: else -> goto look
    fi;
acquired:
    MAY_DIE;
    atomic { assert(inside == _pid); inside = NOBODY; seen_waiters = waiters;
             holder = NOBODY; waiters = false }  /* release: one compare-exchange */
    MAY_DIE;
#ifdef PLANTED
    skip                                         /* forgets to wake */
#else
    if
    :: seen_waiters -> wake_one()
    :: else
    fi
#endif
  }
dead: skip
}
