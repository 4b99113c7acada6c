/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <p2p.h>

/* What the programs of this folder have in common: they obey what is on their input, one command a
 * line, and write a line for whatever happens. What goes wrong ends them. */

#define MAX_LINKS 256

/* A direct connection to a node, or a member; it stays when it has ended, with no id. */
typedef struct
{
  ULONGLONG id;
  ULONGLONG node;
  PWSTR peer;
  guint32 n_sent, n_received;
  gboolean up;
} Link;

typedef struct
{
  void (*take_events) (void);
  /* One line. */
  void (*obey) (const char *line);
  /* With what may go on because of what has happened. */
  void (*go_on) (void);
  HRESULT (*send) (ULONGLONG link, const GUID *type, ULONG size, PVOID data);
} Process;

extern Link links[MAX_LINKS];
extern guint n_links;

void say (const char *format, ...) G_GNUC_PRINTF (1, 2);
void demand (gboolean what, const char *why);

/* That of the environment variable PEER_INTERFACE; 0: any. */
DWORD get_interface (void);
PEER_ADDRESS read_address (const char *text, WORD port);
guint count_descriptors (void);
/* What is allocated. */
gsize get_memory (void);

/* --- links --- */

Link *find_link (ULONGLONG id);
Link *add_link (void);
/* A new connection, of which nothing has been sent. */
void begin_link (Link *link, ULONGLONG id);
void end_link (Link *link);
guint count_links (void);

/* --- messages, each octet of which tells its place --- */

/* @count messages of @size octets over each link that is up, and one to each in turns. Says "slow"
 * when somebody has not read for as long as the library waits. An end that comes meanwhile is none
 * of ours. */
void send_all (const Process *process, guint count, guint size);
void take_message (const PEER_EVENT_INCOMING_DATA *data);
/* As many have come as were sent, over each link that is up. */
gboolean has_all (void);

/* Until the end of the input. */
void serve (const Process *process, HANDLE event);
