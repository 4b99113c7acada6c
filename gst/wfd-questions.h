/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* About whom the application is being asked. Its handler may wait for a person, in a thread
 * for each question, which nobody can end but the handler. Strangers keep nobody from being
 * asked about while less than WFD_QUESTIONS_MAX_RUNNING handlers wait; then nobody is until
 * one returns. Starts as zeros. No thread and no clock. */
typedef struct
{
  GQueue asked; /* the oldest first */
  guint n_running;
  guint64 last_id;
} WfdQuestions;

/* A peer waits for two minutes to be paired (Wi-Fi Simple Configuration 2.0); who repeats
 * himself meanwhile is not asked about again. */
#define WFD_QUESTIONS_MEMORY_US (120 * G_TIME_SPAN_SECOND)
/* More than there are devices that somebody pairs at once. The oldest makes room, and may be asked
 * about again while its handler still waits. */
#define WFD_QUESTIONS_MAX_ASKED 8
/* Threads, of those as well that were asked about before and are still thought about. */
#define WFD_QUESTIONS_MAX_RUNNING 32

void wfd_questions_clear (WfdQuestions *self);
/* For the end; 0 if @key is not to be asked about now. */
guint64 wfd_questions_begin (WfdQuestions *self, const char *key, gint64 now_us);
/* Somebody else has answered; the handler may still wait. */
void wfd_questions_answer (WfdQuestions *self, const char *key);
/* The handler has answered. */
void wfd_questions_end (WfdQuestions *self, guint64 id);

G_END_DECLS
