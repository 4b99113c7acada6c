/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-questions.h"

typedef struct
{
  char *key;
  guint64 id;
  gint64 begun_us;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->key);
  g_free (item);
}

static void
forget_oldest (WfdQuestions *self)
{
  item_free (g_queue_pop_head (&self->asked));
}

void
wfd_questions_clear (WfdQuestions *self)
{
  g_queue_clear_full (&self->asked, item_free);
}

static void
forget_old (WfdQuestions *self, gint64 now_us)
{
  const Item *oldest;

  while ((oldest = g_queue_peek_head (&self->asked)) != NULL
      && now_us - oldest->begun_us >= WFD_QUESTIONS_MEMORY_US)
    forget_oldest (self);
}

static gint
compare_key (gconstpointer item, gconstpointer key)
{
  return g_strcmp0 (((const Item *) item)->key, key);
}

static gint
compare_id (gconstpointer item, gconstpointer id)
{
  return ((const Item *) item)->id != *(const guint64 *) id;
}

guint64
wfd_questions_begin (WfdQuestions *self, const char *key, gint64 now_us)
{
  Item *item;

  forget_old (self, now_us);
  if (g_queue_find_custom (&self->asked, key, compare_key) != NULL
      || self->n_running >= WFD_QUESTIONS_MAX_RUNNING)
    return 0;
  if (self->asked.length >= WFD_QUESTIONS_MAX_ASKED)
    forget_oldest (self);
  item = g_new (Item, 1);
  *item = (Item) { g_strdup (key), ++self->last_id, now_us };
  g_queue_push_tail (&self->asked, item);
  self->n_running++;
  return item->id;
}

/* @link: (nullable) */
static void
forget (WfdQuestions *self, GList *link)
{
  if (link == NULL)
    return;
  item_free (link->data);
  g_queue_delete_link (&self->asked, link);
}

void
wfd_questions_answer (WfdQuestions *self, const char *key)
{
  forget (self, g_queue_find_custom (&self->asked, key, compare_key));
}

void
wfd_questions_end (WfdQuestions *self, guint64 id)
{
  self->n_running--;
  forget (self, g_queue_find_custom (&self->asked, &id, compare_id));
}
