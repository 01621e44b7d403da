/* The queue's commit (src/channel/ring.cpp, message_queue.cpp): a ring of a few places, two locks,
 * which are those of lock.pml: here one step, which takes over from the dead. A message is written
 * and read in two halves. Processes 0 and 1 put some messages each, process 2 gets, a killed one's
 * successor (process 3) goes on.
 * Claims: no message is torn, none comes twice or is lost that was committed, the order is that of
 * the commits; who waits for a message or for room gets it. */
#define N 4
#include "common.pml"
#define NOBODY 255
#ifndef PLACES
#define PLACES 2
#endif
#ifndef MESSAGES
#define MESSAGES 2
#endif
#define ALL (2 * MESSAGES)

byte put_lock = NOBODY, get_lock = NOBODY;
byte tail = 0, head = 0, head_seen = 0, tail_seen = 0;
byte first_half[PLACES], second_half[PLACES];
byte getters = 0, putters = 0;
byte order[ALL + 1];          /* what was committed as the n-th */
byte producing = 2;           /* producers that live and are not done */
bool consumer_done = false;

/* Sleepers of each side apart: futexes are two words. */
inline wake_consumers() {
  atomic {
    if
    :: asleep[2] -> asleep[2] = false
    :: asleep[3] -> asleep[3] = false
    :: else
    fi
  }
}
inline wake_producers() {
  atomic {
    if
    :: asleep[0] -> asleep[0] = false
    :: asleep[1] -> asleep[1] = false
    :: else
    fi
  }
}
inline take(which) { atomic { which == NOBODY || !alive[which] -> which = _pid } }

active [2] proctype producer() {
  byte n, seen, t;
  n = 0;
  do
  :: n == MESSAGES -> break
  :: else ->
     MAY_DIE; take(put_lock);
     MAY_DIE; t = tail;
     MAY_DIE;
     if :: t - head_seen == PLACES -> MAY_DIE; head_seen = head :: else fi;
     if
     :: t - head_seen == PLACES ->
        seen = head_seen;
        MAY_DIE; put_lock = NOBODY;
        MAY_DIE; putters++;
        MAY_DIE; atomic { asleep[_pid] = (head == seen) }
        SLEEP;
        MAY_DIE; putters--
     :: else ->
#ifdef PLANTED
        MAY_DIE; atomic { tail = t + 1; order[t] = 10 * (_pid + 1) + n }
#endif
        MAY_DIE; first_half[t % PLACES] = 10 * (_pid + 1) + n;
        MAY_DIE; second_half[t % PLACES] = 10 * (_pid + 1) + n;
#ifndef PLANTED
        MAY_DIE; atomic { tail = t + 1; order[t] = 10 * (_pid + 1) + n }
#endif
        n++;
        MAY_DIE; put_lock = NOBODY;
        MAY_DIE; seen = getters;
        MAY_DIE;
        if :: seen > 0 -> wake_consumers() :: else fi
     fi
  od;
dead:
  /* Nobody puts any more: whoever waits for that is told, as a timeout would. */
  atomic { producing--; if :: producing == 0 -> asleep[2] = false; asleep[3] = false :: else fi }
}

active [2] proctype consumer() {
  byte h, a, b, seen;
  if
  :: _pid == 3 -> (!alive[2] || consumer_done)
  :: else
  fi;
  do
  :: MAY_DIE; take(get_lock);
     MAY_DIE; h = head;
     if :: tail_seen == h -> MAY_DIE; tail_seen = tail :: else fi;
     if
     :: tail_seen == h ->
        seen = h;
        MAY_DIE; get_lock = NOBODY;
        if :: atomic { producing == 0 && tail == seen -> break } :: else fi;
        MAY_DIE; getters++;
        MAY_DIE; atomic { asleep[_pid] = (tail == seen && producing > 0) }
        SLEEP;
        MAY_DIE; getters--
     :: else ->
        MAY_DIE; a = first_half[h % PLACES];
        MAY_DIE; b = second_half[h % PLACES];
        assert(a == b && a == order[h]);
        MAY_DIE; head = h + 1;
        MAY_DIE; get_lock = NOBODY;
        MAY_DIE; seen = putters;
        MAY_DIE;
        if :: seen > 0 -> wake_producers() :: else fi
     fi
  od;
  assert(head == tail);
dead:
  if :: _pid == 2 -> consumer_done = true :: else fi
}
