/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-text.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* A program that runs beside us and of whose output the lines are read, in the
 * thread-default main context. */
typedef struct _WfdProcess WfdProcess;

typedef struct
{
  void (*line) (WfdText line, gpointer user_data);
  /* It has ended by itself. Either may free it. */
  void (*ended) (gpointer user_data);
  gboolean reads_errors; /* what it writes to stderr instead of stdout */
} WfdProcessRules;

/* Where it is in @folders, as in $PATH; NULL: in $PATH, and where programs for
 * administrators are. NULL if it is not there. */
char *wfd_process_find (const char *name, const char *folders);

/* @argv: with the path of wfd_process_find () in the first place */
WfdProcess *wfd_process_new (const char *const *argv, const WfdProcessRules *rules,
    gpointer user_data, GError **error);
/* Its number as a process; NULL if it has ended. */
const char *wfd_process_get_number (WfdProcess *self);
/* Ends the process with this number if it was started with @word in one of its
 * arguments: such a number may be another's by now. */
void wfd_process_end_stray (const char *number, const char *word);
/* It goes on, and is another's to end. */
void wfd_process_leave (WfdProcess *self);
/* Asks it to end, and does not wait until it has. */
void wfd_process_free (WfdProcess *self);

G_END_DECLS
