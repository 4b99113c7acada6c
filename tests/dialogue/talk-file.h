/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A dialogue as text, read into steps. The form is described in README.md. */
typedef enum
{
  TALK_SET,     /* = key value */
  TALK_SEND,    /* < … : what the peer sends, ready for the wire */
  TALK_EXPECT,  /* > … : what we must send, lines with … in them */
  TALK_WAIT,    /* @ 9s : simulated time */
  TALK_EVENT,   /* ! … : what the application must be told */
  TALK_ACTION,  /* * … : what the application does */
  TALK_HANG_UP, /* x : the peer closes the connection */
  TALK_AGAIN,   /* --- : another connection, from the start */
} TalkKind;

typedef struct
{
  TalkKind kind;
  guint line;    /* where it stands in the file */
  GString *text; /* bytes to send, or the lines joined by \n */
} TalkStep;

/* (element-type TalkStep) (transfer full); ends the program with a message if
 * the file cannot be read, or if a dialogue does not begin with its name. */
GPtrArray *talk_file_read (const char *path);

G_END_DECLS
