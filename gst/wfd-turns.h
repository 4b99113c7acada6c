/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who is next of those that want the one place of a source. An address has one
 * waiting place and one turn: else who connects again and again would always be
 * the next. Who had a turn and was not set up in it comes behind all others for a
 * while; of the others, who was asked longest ago is the next. Displays behind one
 * address (NAT) get the place one after the other. */
typedef struct
{
  GQueue waiting;    /* who waits longest first */
  GQueue wasted;     /* addresses behind others, the first to be forgotten first */
  GHashTable *known; /* (nullable): of an address when it was asked, and whether it was silent */
} WfdTurns;

#define WFD_TURNS_INIT \
  { \
    G_QUEUE_INIT, G_QUEUE_INIT, NULL \
  }

/* A connection that has M1 and no answer yet. */
typedef struct
{
  const char *address;
  gint64 begin_us;
} WfdTurnsAsked;

/* A sink that keeps to the standard waits 6 s for M1 (T1), so also one that comes
 * just after a turn has begun. */
#define WFD_TURNS_TURN_US (5 * G_TIME_SPAN_SECOND)
/* As long as somebody needs to get up and allow the connection on a television,
 * which nobody in this list may cut short. */
#define WFD_TURNS_MEMORY_US (30 * G_TIME_SPAN_SECOND)
/* More addresses than there are displays in a house; each costs a file descriptor. */
#define WFD_TURNS_MAX_WAITING 8
/* Displays answer M1 within 0.4 s, so who was asked has at least this long. */
#define WFD_TURNS_ANSWER_US (500 * G_TIME_SPAN_MILLISECOND)
/* As many as can be asked in the time of the memory: of thirty that are asked at a time
 * each has its time to answer. Of more, who was asked longest ago is forgotten. */
#define WFD_TURNS_MAX_KNOWN 2048
/* A bound for memory and search: who has that many addresses is not held up by it. */
#define WFD_TURNS_MAX_WASTED 16

/* The items that wait are the caller's. */
void wfd_turns_clear (WfdTurns *self);

/* @item waits, in the place of an earlier one from @address. Returns (nullable) the
 * item that does not wait any more: that one, or the last in line if they are too many,
 * which may be @item. */
gpointer wfd_turns_add (WfdTurns *self, const char *address, gpointer item, gint64 now_us);
gboolean wfd_turns_is_empty (const WfdTurns *self);
guint wfd_turns_get_length (const WfdTurns *self);
/* The address of who is next; NULL if nobody waits. */
const char *wfd_turns_get_next (const WfdTurns *self, gint64 now_us);
/* The item of who is next, which waits no more; NULL if nobody waits.
 * @ret_address: (nullable) (transfer full) */
gpointer wfd_turns_take_next (WfdTurns *self, gint64 now_us, char **ret_address);

/* @address had its turn and was not set up. */
void wfd_turns_note_wasted (WfdTurns *self, const char *address, gint64 now_us);
/* Whether @address (nullable) comes behind the others. */
gboolean wfd_turns_is_behind (const WfdTurns *self, const char *address, gint64 now_us);

/* @address is asked. Of two of whom nothing else is known the other comes first from then on. */
void wfd_turns_note_asked (WfdTurns *self, const char *address, gint64 now_us);

/* When @holder, whose turn it is since @begin_us and who is not set up, has to make
 * room for who is next; G_MAXINT64 if nobody is. @speaks: it has said something; before
 * that others may try beside it, but while a wasted turn is remembered only once it had its
 * time to answer: else who answers fastest would always be the first. */
gint64 wfd_turns_get_end_us (const WfdTurns *self, const char *holder, gint64 begin_us,
    gboolean speaks, gint64 now_us);

/* Whether @other, who was asked before @holder and speaks, has the place of @holder, who was asked
 * at @begin_us or @speaks. */
gboolean wfd_turns_may_overtake (const WfdTurns *self, const char *other, const char *holder,
    gint64 begin_us, gboolean speaks, gint64 now_us);

/* @address (nullable: where it was could not be seen any more) was asked and said nothing: for a
 * while it comes behind all others, those who wasted a turn included. */
void wfd_turns_note_silent (WfdTurns *self, const char *address, gint64 now_us);
void wfd_turns_note_heard (WfdTurns *self, const char *address);
/* Which of @n, the oldest first, makes room for who is next: the oldest of the address
 * that has most; if all have as many, rather who said nothing before. @ret_when_us: from
 * when on; 0 for at once. */
guint wfd_turns_find_excess (const WfdTurns *self, const WfdTurnsAsked *asked, guint n,
    gint64 now_us, gint64 *ret_when_us);

G_END_DECLS
