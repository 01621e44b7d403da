/* Event: a flag and a count of settings in one word (src/sync/event.cpp).
 * Claims: who waits when the flag is set goes on, also when it is cleared at once. Process 0 sets
 * and clears and does not die before it set the last time. */
#include "common.pml"

bool flag = false;
byte settings = 0;
byte sleepers = 0;

active [N] proctype party() {
  byte first, seen;
  if
  :: _pid == 0 ->
     atomic { !flag -> flag = true; settings++ }
     seen = sleepers;
     if :: seen > 0 -> wake_all() :: else fi;
     flag = false;
     atomic { !flag -> flag = true; settings++ }
#ifndef PLANTED
     seen = sleepers;
#endif
     if :: seen > 0 -> wake_all() :: else fi;
  :: else ->
     MAY_DIE;
     atomic { first = settings; if :: flag -> goto done :: else fi }
look:
     MAY_DIE;
     if :: settings != first -> goto done :: else fi;
     MAY_DIE;
     sleepers++;
     MAY_DIE;
     atomic { asleep[_pid] = (settings == first && !flag) }
     SLEEP;
     MAY_DIE;
     sleepers--;
     goto look
  fi;
done:
dead: skip
}
