/* The queue's commit (src/channel/ring.cpp, message_queue.cpp): a ring of a few places, two locks,
 * which are those of lock.pml: here one step, which takes over from the dead. A message is written
 * and read in two halves. Processes 0 and 1 put some messages each, process 2 gets, a killed one's
 * successor (process 3) goes on.
 * Who was woken wakes the next one, when there is more to be had (src/shm/parking.hpp,
 * SleepersInTurn): changes before that wake nobody.
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
#ifdef TWO_CONSUMERS              /* at once, each of whom takes so many and goes: without deaths */
#define PUTS_TO_COME true
#define IS_THROUGH (taken == MESSAGES)
#else
#define PUTS_TO_COME (producing > 0)
#define IS_THROUGH false
#endif

byte put_lock = NOBODY, get_lock = NOBODY;
byte tail = 0, head = 0, head_seen = 0, tail_seen = 0;
byte first_half[PLACES], second_half[PLACES];
byte getters = 0, putters = 0;           /* how many sleep */
bool call_getter = false, call_putter = false;   /* the next change has to wake one of them */
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
/* After a change: takes the call, if there is one, and then wakes. */
inline call_consumer() {
  MAY_DIE;
  if
  :: call_getter ->
     MAY_DIE; atomic { called = call_getter; call_getter = false }
     MAY_DIE;
     if :: called -> wake_consumers() :: else fi
  :: else
  fi
}
inline call_producer() {
  MAY_DIE;
  if
  :: call_putter ->
     MAY_DIE; atomic { called = call_putter; call_putter = false }
     MAY_DIE;
     if :: called -> wake_producers() :: else fi
  :: else
  fi
}
inline take(which) { atomic { which == NOBODY || !alive[which] -> which = _pid } }

active [2] proctype producer() {
  byte n, seen, t;
  bool slept, called;
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
        MAY_DIE; call_putter = true;
        MAY_DIE;
        if
        :: head == seen ->
           MAY_DIE; atomic { asleep[_pid] = call_putter }
           SLEEP
        :: else
        fi;
        MAY_DIE; atomic { putters--; seen = putters }
        MAY_DIE;
        if :: seen > 0 -> call_putter = true :: else fi;
        slept = true
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
        MAY_DIE;
        if
        :: slept && tail - head < PLACES -> call_producer()
        :: else
        fi;
        slept = false;
        call_consumer()
     fi
  od;
dead:
  /* Nobody puts any more: whoever waits for that is told, as a timeout would. */
  atomic { producing--; if :: !PUTS_TO_COME -> asleep[2] = false; asleep[3] = false :: else fi }
}

active [2] proctype consumer() {
  byte h, a, b, seen;
  byte taken = 0;
  bool slept, called;
#ifndef TWO_CONSUMERS
  if
  :: _pid == 3 -> (!alive[2] || consumer_done)
  :: else
  fi;
#endif
  do
  :: IS_THROUGH -> goto dead
  :: !IS_THROUGH ->
     MAY_DIE; take(get_lock);
     MAY_DIE; h = head;
     if :: tail_seen == h -> MAY_DIE; tail_seen = tail :: else fi;
     if
     :: tail_seen == h ->
        seen = h;
        MAY_DIE; get_lock = NOBODY;
        if :: atomic { !PUTS_TO_COME && tail == seen -> break } :: else fi;
        MAY_DIE; getters++;
        MAY_DIE; call_getter = true;
        MAY_DIE;
        if
        :: tail == seen ->
           MAY_DIE; atomic { asleep[_pid] = (call_getter && PUTS_TO_COME) }
           SLEEP
        :: else
        fi;
        MAY_DIE; atomic { getters--; seen = getters }
        MAY_DIE;
        if :: seen > 0 -> call_getter = true :: else fi;
        slept = true
     :: else ->
        MAY_DIE; a = first_half[h % PLACES];
        MAY_DIE; b = second_half[h % PLACES];
        assert(a == b && a == order[h]);
        MAY_DIE; head = h + 1;
        taken++;
        MAY_DIE; get_lock = NOBODY;
#ifndef FORGETS_THE_NEXT
        MAY_DIE;
        if
        :: slept && tail != head -> call_consumer()
        :: else
        fi;
#endif
        slept = false;
        call_producer()
     fi
  od;
  assert(head == tail);
dead:
  if :: _pid == 2 -> consumer_done = true :: else fi
}
