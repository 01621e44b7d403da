/* Barrier: places, who is present at each, and the end of a round that anybody may finish
 * (src/sync/barrier_parties.cpp, presence.hpp). The lock is that of lock.pml: here one step, which
 * takes over from the dead and tells. Presence is a robust mutex: who holds it is here while alive.
 * Processes 0 and 1 are the parties, each comes ROUNDS times unless the barrier breaks.
 * Claims: who passes a round came with the other one; without a death nobody is told that it broke;
 * after one nobody is stuck; a place has one party. */
#define N 2
#include "common.pml"
#define NOBODY 255
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define PLACES 4

mtype = { Free, Waiting, Passed, Broken, None, Pass, Break };

byte lock = NOBODY;
mtype ending = None;
bool is_broken = false;
byte rounds = 0, sleepers = 0;
mtype place[PLACES] = Free;
byte present[PLACES] = NOBODY;
byte came[N];                     /* how often each came */

#define IS_ABSENT(p) (present[p] == NOBODY || !alive[present[p]])

/* Whatever is half done is finished by the next holder. */
inline finish_ending() {
  if
  :: ending != None ->
     MAY_DIE; if :: ending == Break -> is_broken = true :: else fi;
     for (k : 0 .. PLACES - 1) {
       MAY_DIE;
       if
       :: place[k] == Waiting && ending == Pass -> place[k] = Passed
       :: place[k] == Waiting && ending == Break -> place[k] = Broken
       :: else
       fi
     }
     MAY_DIE; rounds++;
     MAY_DIE; ending = None
  :: else
  fi
}
inline take_lock() {
  atomic { lock == NOBODY || !alive[lock] -> lock = _pid };
  finish_ending()
}
inline end_round(how) { MAY_DIE; ending = how; finish_ending() }
inline wake() {
  MAY_DIE; seen_sleepers = sleepers;
  if :: seen_sleepers > 0 -> MAY_DIE; wake_all() :: else fi
}
inline look_for_the_dead() {
  d_step {
    found = false;
    for (k : 0 .. PLACES - 1) {
      if :: place[k] == Waiting && IS_ABSENT(k) -> found = true :: else fi
    }
  }
}

active [N] proctype party() {
  byte round, seen, k, mine, others, seen_sleepers;
  bool found;
  for (round : 1 .. ROUNDS) {
    MAY_DIE; take_lock();
    if :: is_broken -> MAY_DIE; lock = NOBODY; wake(); goto broke :: else fi;
    d_step {
      others = 0;
      for (k : 0 .. PLACES - 1) { if :: place[k] == Waiting -> others++ :: else fi }
    }
    came[_pid]++;
    if
    :: others + 1 == N ->
       MAY_DIE; look_for_the_dead();
       if
       :: found -> end_round(Break); MAY_DIE; lock = NOBODY; wake(); goto broke
       :: else ->
          end_round(Pass); MAY_DIE; lock = NOBODY; wake()
       fi;
       assert(deaths < DEATHS || came[1 - _pid] >= round);
       goto passed
    :: else
    fi;
    /* A place at which nobody is: free, or left by one who died. */
    for (mine : 0 .. PLACES - 1) {
      MAY_DIE;
      if
      :: atomic { place[mine] != Waiting && IS_ABSENT(mine) -> present[mine] = _pid };
         MAY_DIE; place[mine] = Waiting; break
      :: else
      fi
    }
    assert(mine < PLACES);
    MAY_DIE; lock = NOBODY;
look:
    MAY_DIE; seen = rounds;
    MAY_DIE;
    if
    :: place[mine] != Waiting ->
       assert(present[mine] == _pid);
       found = (place[mine] == Broken);
#ifdef PLANTED
       MAY_DIE; present[mine] = NOBODY;    /* while it has the place */
#endif
       MAY_DIE; place[mine] = Free;
#ifndef PLANTED
       MAY_DIE; assert(present[mine] == _pid); present[mine] = NOBODY;
#endif
       if :: found -> goto broke :: else fi;
       assert(deaths < DEATHS || came[1 - _pid] >= round);
       goto passed
    :: else
    fi;
    MAY_DIE; sleepers++;
    MAY_DIE; atomic { asleep[_pid] = (rounds == seen) }
    SLEEP;
    MAY_DIE; sleepers--;
    if
    :: rounds == seen ->
       MAY_DIE; take_lock();
       look_for_the_dead();
       if :: found -> end_round(Break) :: else fi;
       MAY_DIE; lock = NOBODY;
       if :: found -> wake() :: else fi
    :: else
    fi;
    goto look;
passed:
    skip
  }
  goto done;
broke:
  assert(deaths < DEATHS);
done:
dead: skip
}
