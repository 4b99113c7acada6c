/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-turns.h"

typedef struct
{
  char *address;
  gpointer item;
} Waiting;

typedef struct
{
  char *address;
  gint64 end_us;
} Wasted;

typedef struct
{
  gint64 asked_us;        /* 0: never */
  gint64 silent_until_us; /* when it is forgotten that it said nothing */
} Known;

static void
free_waiting (gpointer data)
{
  Waiting *waiting = data;

  g_free (waiting->address);
  g_free (waiting);
}

static void
free_wasted (gpointer data)
{
  Wasted *wasted = data;

  g_free (wasted->address);
  g_free (wasted);
}

void
wfd_turns_clear (WfdTurns *self)
{
  g_queue_clear_full (&self->waiting, free_waiting);
  g_queue_clear_full (&self->wasted, free_wasted);
  g_clear_pointer (&self->known, g_hash_table_unref);
}

/* 0 if @address is not behind. */
static gint64
get_end_of_memory_us (const WfdTurns *self, const char *address, gint64 now_us)
{
  for (GList *link = self->wasted.head; link != NULL; link = link->next) {
    Wasted *wasted = link->data;

    if (now_us < wasted->end_us && g_strcmp0 (wasted->address, address) == 0)
      return wasted->end_us;
  }
  return 0;
}

gboolean
wfd_turns_is_behind (const WfdTurns *self, const char *address, gint64 now_us)
{
  return get_end_of_memory_us (self, address, now_us) != 0;
}

/* The memory is not made longer by further turns: it has an end also for who
 * never stops. */
void
wfd_turns_note_wasted (WfdTurns *self, const char *address, gint64 now_us)
{
  Wasted *wasted;

  if (wfd_turns_is_behind (self, address, now_us))
    return;
  wasted = g_new (Wasted, 1);
  *wasted = (Wasted) { g_strdup (address), now_us + WFD_TURNS_MEMORY_US };
  g_queue_push_tail (&self->wasted, wasted);
  if (g_queue_get_length (&self->wasted) > WFD_TURNS_MAX_WASTED)
    free_wasted (g_queue_pop_head (&self->wasted));
}

/* In the order of their ends. */
static gboolean
is_any_behind (const WfdTurns *self, gint64 now_us)
{
  const Wasted *last = g_queue_peek_tail ((GQueue *) &self->wasted);

  return last != NULL && now_us < last->end_us;
}

static void
forget_oldest (GHashTable *known)
{
  gpointer address, oldest_address = NULL;
  const Known *oldest = NULL, *one;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, known);
  while (g_hash_table_iter_next (&iter, &address, (gpointer *) &one)) {
    if (oldest != NULL && oldest->asked_us <= one->asked_us)
      continue;
    oldest = one;
    oldest_address = address;
  }
  g_hash_table_remove (known, oldest_address);
}

static Known *
get_known (WfdTurns *self, const char *address)
{
  Known *known;

  if (self->known == NULL)
    self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  known = g_hash_table_lookup (self->known, address);
  if (known != NULL)
    return known;
  if (g_hash_table_size (self->known) >= WFD_TURNS_MAX_KNOWN)
    forget_oldest (self->known);
  known = g_new0 (Known, 1);
  g_hash_table_insert (self->known, g_strdup (address), known);
  return known;
}

static const Known *
find_known (const WfdTurns *self, const char *address)
{
  return self->known != NULL && address != NULL ? g_hash_table_lookup (self->known, address) : NULL;
}

void
wfd_turns_note_asked (WfdTurns *self, const char *address, gint64 now_us)
{
  get_known (self, address)->asked_us = now_us;
}

void
wfd_turns_note_silent (WfdTurns *self, const char *address, gint64 now_us)
{
  if (address != NULL)
    get_known (self, address)->silent_until_us = now_us + WFD_TURNS_MEMORY_US;
}

void
wfd_turns_note_heard (WfdTurns *self, const char *address)
{
  if (find_known (self, address) != NULL)
    get_known (self, address)->silent_until_us = 0;
}

static gboolean
was_silent (const WfdTurns *self, const char *address, gint64 now_us)
{
  const Known *known = find_known (self, address);

  return known != NULL && now_us < known->silent_until_us;
}

/* Who said nothing is last: who wasted a turn is a display, if not a good one. */
static guint
get_rank (const WfdTurns *self, const char *address, gint64 now_us)
{
  if (was_silent (self, address, now_us))
    return 2;
  return wfd_turns_is_behind (self, address, now_us) ? 1 : 0;
}

/* Less than 0: @address comes before @other. */
static int
compare (const WfdTurns *self, const char *address, const char *other, gint64 now_us)
{
  const Known *known = find_known (self, address), *other_known = find_known (self, other);
  gint64 asked_us = known != NULL ? known->asked_us : 0;
  gint64 other_us = other_known != NULL ? other_known->asked_us : 0;
  int order = (int) get_rank (self, address, now_us) - (int) get_rank (self, other, now_us);

  return order != 0 ? order : (asked_us > other_us) - (asked_us < other_us);
}

/* Of those who are alike, who waits longest. */
static GList *
find_next (const WfdTurns *self, gint64 now_us)
{
  GList *next = self->waiting.head;

  for (GList *link = next; link != NULL; link = link->next)
    if (compare (self, ((Waiting *) link->data)->address, ((Waiting *) next->data)->address, now_us)
        < 0)
      next = link;
  return next;
}

static GList *
find_last (const WfdTurns *self, gint64 now_us)
{
  GList *last = self->waiting.tail;

  for (GList *link = last; link != NULL; link = link->prev)
    if (compare (self, ((Waiting *) link->data)->address, ((Waiting *) last->data)->address, now_us)
        > 0)
      last = link;
  return last;
}

static gpointer
take (WfdTurns *self, GList *link, char **ret_address)
{
  Waiting *waiting = link->data;
  gpointer item = waiting->item;

  if (ret_address != NULL)
    *ret_address = g_steal_pointer (&waiting->address);
  free_waiting (waiting);
  g_queue_delete_link (&self->waiting, link);
  return item;
}

gpointer
wfd_turns_add (WfdTurns *self, const char *address, gpointer item, gint64 now_us)
{
  Waiting *waiting;

  for (GList *link = self->waiting.head; link != NULL; link = link->next) {
    gpointer before;

    waiting = link->data;
    if (!g_str_equal (waiting->address, address))
      continue;
    before = waiting->item;
    waiting->item = item;
    return before;
  }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting) { g_strdup (address), item };
  g_queue_push_tail (&self->waiting, waiting);
  if (g_queue_get_length (&self->waiting) <= WFD_TURNS_MAX_WAITING)
    return NULL;
  return take (self, find_last (self, now_us), NULL);
}

gboolean
wfd_turns_is_empty (const WfdTurns *self)
{
  return self->waiting.length == 0;
}

guint
wfd_turns_get_length (const WfdTurns *self)
{
  return self->waiting.length;
}

const char *
wfd_turns_get_next (const WfdTurns *self, gint64 now_us)
{
  GList *link = find_next (self, now_us);

  return link != NULL ? ((Waiting *) link->data)->address : NULL;
}

gpointer
wfd_turns_take_next (WfdTurns *self, gint64 now_us, char **ret_address)
{
  GList *link = find_next (self, now_us);

  return link != NULL ? take (self, link, ret_address) : NULL;
}

gint64
wfd_turns_get_end_us (const WfdTurns *self, const char *holder, gint64 begin_us, gboolean speaks,
    gint64 now_us)
{
  const char *next = wfd_turns_get_next (self, now_us);
  gint64 memory_us = 0;
  guint rank, next_rank;

  if (next == NULL)
    return G_MAXINT64;
  rank = get_rank (self, holder, now_us);
  next_rank = get_rank (self, next, now_us);
  if (rank < next_rank)
    memory_us = get_end_of_memory_us (self, next, now_us);
  if (speaks)
    return MAX (begin_us + WFD_TURNS_TURN_US, memory_us);
  if (memory_us != 0)
    return begin_us + WFD_TURNS_TURN_US;
  return rank <= next_rank && is_any_behind (self, now_us) ? begin_us + WFD_TURNS_ANSWER_US
                                                           : now_us;
}

gboolean
wfd_turns_may_overtake (const WfdTurns *self, const char *other, const char *holder,
    gint64 begin_us, gboolean speaks, gint64 now_us)
{
  if (speaks)
    return FALSE;
  return !is_any_behind (self, now_us) || now_us >= begin_us + WFD_TURNS_ANSWER_US
      || get_rank (self, other, now_us) < get_rank (self, holder, now_us);
}

static guint
count (const WfdTurnsAsked *asked, guint n, const char *address)
{
  guint found = 0;

  for (guint i = 0; i < n; i++)
    found += g_str_equal (asked[i].address, address);
  return found;
}

guint
wfd_turns_find_excess (const WfdTurns *self, const WfdTurnsAsked *asked, guint n, gint64 now_us,
    gint64 *ret_when_us)
{
  const char *next = wfd_turns_get_next (self, now_us);
  guint excess = 0, most = 0, highest = 0;

  for (guint i = 0; i < n; i++) {
    guint found = count (asked, n, asked[i].address);
    guint rank = get_rank (self, asked[i].address, now_us);

    if (found < most || (found == most && rank <= highest))
      continue;
    most = found;
    highest = rank;
    excess = i;
  }
  *ret_when_us = most > 1 || (next != NULL && highest > get_rank (self, next, now_us))
      ? 0
      : asked[excess].begin_us + WFD_TURNS_ANSWER_US;
  return excess;
}
