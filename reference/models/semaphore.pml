/* Semaphore: a value and a count of sleepers (src/sync/semaphore.cpp, src/shm/parking.hpp).
 * Claims: permits are neither made nor lost, but by the death of who holds one; nobody stays asleep
 * beside a permit. There are as many more permits as deaths. */
#include "common.pml"
#ifndef ROUNDS
#define ROUNDS 2
#endif

byte value = 1 + DEATHS;
byte held = 0;
byte sleepers = 0;

active [N] proctype user() {
  byte round, seen;
  for (round : 1 .. ROUNDS) {
look:
    MAY_DIE;
    atomic {                                    /* load and compare-exchange */
      if
      :: value > 0 -> value--; held++; assert(value + held == 1 + DEATHS); goto acquired
      :: else
      fi
    }
    MAY_DIE;
#ifdef PLANTED
    MAY_DIE;
    atomic { asleep[_pid] = (value == 0) }
    sleepers++;                                 /* says too late that it sleeps */
#else
    sleepers++;
    MAY_DIE;
    atomic { asleep[_pid] = (value == 0) }
#endif
    SLEEP;
    MAY_DIE;
    sleepers--;
    goto look;
acquired:
    MAY_DIE;
    atomic { held--; value++ }
    MAY_DIE;
    seen = sleepers;
    MAY_DIE;
    if
    :: seen > 0 -> wake_one()
    :: else
    fi
  }
dead: skip
}
