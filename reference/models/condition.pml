/* Condition: tickets, permits and a word that changes with every notification
 * (src/sync/condition_state.hpp). The lock is that of lock.pml: here one step, which takes over
 * from the dead. Processes 0 .. WAITERS-1 wait; the last one notifies one, then all.
 * Claims: at most as many go on after notify(1) as there were deaths, and one; all go on after
 * notify_all; permits < waiting unless both are zero, whenever a living process takes the lock
 * from a living one. */
#include "common.pml"
#define NOBODY 255
#define WAITERS (N - 1)

byte lock = NOBODY;
byte next_ticket = 0, all_below = 0, some_below = 0, permits = 0, waiting = 0;
byte announced = 0, sleepers = 0;
byte entered = 0, went_on = 0;
bool notified_all = false;

inline acquire() {
  atomic { lock == NOBODY || !alive[lock] ->
           if
           :: lock == NOBODY && deaths == DEATHS -> assert(permits < waiting || (permits == 0 && waiting == 0))
           :: else
           fi;
           lock = _pid }
}
inline release() { lock = NOBODY }

active [N] proctype party() {
  byte ticket, seen, granted;
  bool going;
  if
  :: _pid < WAITERS ->
     acquire();
     MAY_DIE; ticket = next_ticket;
     MAY_DIE; next_ticket = ticket + 1;
     MAY_DIE; atomic { waiting = waiting + 1; entered++ }
     MAY_DIE; release();
look:
     MAY_DIE; seen = announced;
     MAY_DIE;
     if
     :: ticket < all_below || (permits > 0 && ticket < some_below) ->
        MAY_DIE; acquire();
        MAY_DIE;
        if
        :: ticket < all_below -> going = true
        :: ticket >= all_below && permits > 0 && ticket < some_below ->
           MAY_DIE; permits = permits - 1;
           MAY_DIE; waiting = waiting - 1;
           going = true
        :: else -> going = false
        fi;
        if
        :: going ->
           MAY_DIE;
           atomic { went_on++;
                    assert(notified_all || went_on <= 1 + DEATHS) }
           release(); goto done
        :: else -> MAY_DIE; release()
        fi
     :: else
     fi;
     MAY_DIE; sleepers++;
     MAY_DIE; atomic { asleep[_pid] = (announced == seen) }
     SLEEP;
     MAY_DIE; sleepers--;
     goto look
  :: else ->
     /* notify(1), once somebody waits or nobody is left who will */
     (entered + (DEATHS - deaths) >= 1);
     acquire();
     if
     :: waiting > 0 && !(1 >= waiting - permits) ->
        some_below = next_ticket; permits = permits + 1;
        announced++; seen = sleepers;
        if :: seen > 0 -> wake_one() :: else fi
     :: waiting > 0 && (1 >= waiting - permits) ->
        notified_all = true;
        all_below = next_ticket; permits = 0; waiting = 0;
        announced++; seen = sleepers;
        if :: seen > 0 -> wake_all() :: else fi
     :: else
     fi;
     release();
     /* notify_all, once all who live have come */
     (entered + (DEATHS - deaths) >= WAITERS);
     acquire();
     if
     :: waiting > 0 ->
        notified_all = true;
#ifndef PLANTED
        all_below = next_ticket;
#else
        some_below = next_ticket;
#endif
        permits = 0; waiting = 0;
        announced++; seen = sleepers;
        if :: seen > 0 -> wake_all() :: else fi
     :: else
     fi;
     release()
  fi;
done:
dead: skip
}
