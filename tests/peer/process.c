/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process.h"

#include <malloc.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const GUID message_type = { 1, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

Link links[MAX_LINKS];
guint n_links;

void
say (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  printf ("%s\n", text);
  fflush (stdout);
}

void
demand (gboolean what, const char *why)
{
  if (what)
    return;
  say ("wrong: %s", why);
  exit (EXIT_FAILURE);
}

DWORD
get_interface (void)
{
  const char *interface = g_getenv ("PEER_INTERFACE");

  return interface != NULL ? if_nametoindex (interface) : 0;
}

PEER_ADDRESS
read_address (const char *text, WORD port)
{
  PEER_ADDRESS address = { sizeof (address),
    { .sin6_family = AF_INET6, .sin6_port = htons (port), .sin6_scope_id = get_interface () } };

  demand (inet_pton (AF_INET6, text, &address.sin6.sin6_addr) == 1, "no address");
  return address;
}

guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

gsize
get_memory (void)
{
  return mallinfo2 ().uordblks + mallinfo2 ().hblkhd;
}

/* --- links --- */

Link *
find_link (ULONGLONG id)
{
  for (guint i = 0; i < n_links; i++)
    if (links[i].id == id && id != 0)
      return &links[i];
  return NULL;
}

Link *
add_link (void)
{
  demand (n_links < MAX_LINKS, "more connections than nodes");
  links[n_links] = (Link) { 0 };
  return &links[n_links++];
}

void
begin_link (Link *link, ULONGLONG id)
{
  link->id = id;
  link->n_sent = link->n_received = 0;
  link->up = FALSE;
}

void
end_link (Link *link)
{
  begin_link (link, 0);
}

guint
count_links (void)
{
  guint n = 0;

  for (guint i = 0; i < n_links; i++)
    n += links[i].up;
  return n;
}

/* --- messages --- */

static guint8
octet_at (guint32 number, guint at)
{
  return number * 31 + at * 7;
}

typedef struct
{
  const Process *process;
  guint size;
  guint8 *data;
  guint32 number; /* of the message that is in it */
  gboolean is_slow;
} Sending;

static void
write_message (Sending *self, guint32 number)
{
  if (self->number == number)
    return;
  self->number = number;
  for (guint at = 0; at < self->size; at++)
    self->data[at] = octet_at (number, at);
}

static void
note_slow (Sending *self)
{
  if (!self->is_slow)
    say ("slow");
  self->is_slow = TRUE;
}

/* Meanwhile we read what the other one sends. */
static void
send_one (Sending *self, Link *link)
{
  HRESULT result = E_OUTOFMEMORY;

  write_message (self, link->n_sent);
  while (link->up && result == E_OUTOFMEMORY) {
    result = self->process->send (link->id, &message_type, self->size, self->data);
    if (result == E_OUTOFMEMORY)
      note_slow (self);
    self->process->take_events ();
  }
  if (SUCCEEDED (result))
    link->n_sent++;
  else
    demand (!link->up, "a message was not taken");
}

void
send_all (const Process *process, guint count, guint size)
{
  g_autofree guint8 *data = g_malloc (MAX (size, 1));
  Sending sending = { process, size, data, G_MAXUINT32 };

  for (guint i = 0; i < count; i++)
    for (guint j = 0; j < n_links; j++)
      if (links[j].up)
        send_one (&sending, &links[j]);
}

void
take_message (const PEER_EVENT_INCOMING_DATA *data)
{
  Link *link = find_link (data->ullConnectionId);
  guint step = MAX (data->data.cbData / 64, 1);

  demand (link != NULL && link->up, "data of no connection");
  demand (IsEqualGUID (&data->type, &message_type), "data of another type");
  for (guint at = 0; at < data->data.cbData; at += step)
    demand (data->data.pbData[at] == octet_at (link->n_received, at), "data out of order");
  link->n_received++;
}

gboolean
has_all (void)
{
  for (guint i = 0; i < n_links; i++)
    if (links[i].up && links[i].n_received < links[i].n_sent)
      return FALSE;
  return TRUE;
}

/* --- commands --- */

/* FALSE: it has ended. */
static gboolean
take_input (const Process *process, GString *input)
{
  char part[4096], *end;
  gssize n = read (STDIN_FILENO, part, sizeof (part));

  if (n <= 0)
    return FALSE;
  g_string_append_len (input, part, n);
  while ((end = strchr (input->str, '\n')) != NULL) {
    *end = '\0';
    process->obey (input->str);
    g_string_erase (input, 0, end - input->str + 1);
  }
  return TRUE;
}

void
serve (const Process *process, HANDLE event)
{
  g_autoptr (GString) input = g_string_new (NULL);
  struct pollfd wanted[] = { { STDIN_FILENO, POLLIN, 0 },
    { WfdxGetEventDescriptor (event), POLLIN, 0 } };

  do {
    process->take_events ();
    process->go_on ();
    poll (wanted, G_N_ELEMENTS (wanted), -1);
    /* It resets itself when it is waited for. */
    WaitForSingleObject (event, 0);
  } while (wanted[0].revents == 0 || take_input (process, input));
}
