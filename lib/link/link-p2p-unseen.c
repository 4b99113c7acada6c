/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Cancel leaves alone: the interface of a group that was not begun, and a group that
 * begins all the same. Once the peer has taken an invitation, wpa_supplicant has made it. */
#include "link-p2p-private.h"

#include <base-limits.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- whose it is --- */

/* "p2p-wlan0-3", but of wlx020000000000 it is "p2p-wlx0200-3", or "p2p-3": the rest would be too
 * long for a name. Two adapters may have one radio. */
gboolean
wfd_p2p_is_group_of (const char *name, const char *device)
{
  g_autofree char *prefix = g_strconcat (WPAS_GROUP_PREFIX, device, "-", NULL);
  const char *middle, *end;
  gint radio;

  if (!wfd_p2p_is_group_name (name) || g_str_has_prefix (name, prefix))
    return wfd_p2p_is_group_name (name);
  middle = name + strlen (WPAS_GROUP_PREFIX);
  end = strrchr (middle, '-');
  if (end != NULL && strncmp (middle, device, end - middle) != 0)
    return FALSE;
  radio = wfd_net_get_radio (name);
  return radio >= 0 && radio == wfd_net_get_radio (device);
}

/* --- as it is told --- */

static gboolean
is_known (WfdP2pLink *self, const char *path)
{
  if (self->group != NULL && strcmp (self->group->interface_path, path) == 0)
    return TRUE;
  return self->interfaces != NULL && g_strv_contains ((const char *const *) self->interfaces, path);
}

void
wfd_p2p_link_note_unseen (WfdP2pLink *self, const char *path)
{
  if (!is_known (self, path) && self->unseen->len < WFD_LIMIT_WPAS_OBJECTS)
    g_ptr_array_add (self->unseen, g_strdup (path));
  wfd_p2p_link_claim_forming (self);
}

void
wfd_p2p_link_forget_unseen (WfdP2pLink *self, const char *path)
{
  guint index;

  while (g_ptr_array_find_with_equal_func (self->unseen, path, g_str_equal, &index))
    g_ptr_array_remove_index (self->unseen, index);
  wfd_p2p_link_claim_forming (self);
}

void
wfd_p2p_link_note_other (WfdP2pLink *self, const char *path)
{
  guint n = self->interfaces != NULL ? g_strv_length (self->interfaces) : 0;

  wfd_p2p_link_forget_unseen (self, path);
  if (is_known (self, path) || n >= WFD_LIMIT_WPAS_OBJECTS)
    return;
  self->interfaces = g_renew (char *, self->interfaces, n + 2);
  self->interfaces[n] = g_strdup (path);
  self->interfaces[n + 1] = NULL;
  wfd_p2p_link_claim_interfaces (self);
  wfd_p2p_link_reach (self);
}

/* An interface that waits for its group goes with the search: Cancel (of 2.10) looks for
 * it at the wrong place. */
void
wfd_p2p_link_end_unseen (WfdP2pLink *self)
{
  wfd_p2p_link_send (self, self->interface_path, WPAS_STOP_FIND, NULL);
  for (guint i = 0; i < self->unseen->len; i++)
    wfd_p2p_link_send (self, g_ptr_array_index (self->unseen, i), WPAS_DISCONNECT, NULL);
  g_ptr_array_set_size (self->unseen, 0);
}

/* --- at the end --- */

static GVariant *
ask_property (WfdP2pLink *self, const char *path, const char *interface, const char *property,
    const GVariantType *type, gint64 end_us)
{
  gint64 left_us = end_us - g_get_monotonic_time ();
  g_autoptr (GVariant) answer = NULL;

  if (left_us < 1000)
    return NULL;
  answer = g_dbus_connection_call_sync (self->bus, self->owner, path, DBUS_PROPERTIES, "Get",
      g_variant_new ("(ss)", interface, property), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
      left_us / 1000, NULL, NULL);
  return wfd_p2p_read_value (answer, type);
}

/* An adapter that was plugged in meanwhile is new as well, and so are groups of others. */
static gboolean
is_group (WfdP2pLink *self, const char *path, gint64 end_us)
{
  g_autoptr (GVariant) name = ask_property (self, path, WPAS_INTERFACE_INTERFACE, WPAS_IFNAME,
      G_VARIANT_TYPE_STRING, end_us);

  return name != NULL && wfd_p2p_is_group_of (g_variant_get_string (name, NULL), self->device_name);
}

/* The answer comes behind what Cancel has done. */
static void
find_unseen (WfdP2pLink *self, gint64 end_us)
{
  g_autoptr (GVariant) interfaces = ask_property (self, WPAS_PATH, WPAS_INTERFACE_ROOT,
      WPAS_INTERFACES, G_VARIANT_TYPE_OBJECT_PATH_ARRAY, end_us);
  g_autofree const char **paths = NULL;

  if (interfaces == NULL)
    return;
  g_ptr_array_set_size (self->unseen, 0);
  paths = g_variant_get_objv (interfaces, NULL);
  for (guint i = 0; paths[i] != NULL; i++) {
    if (!is_known (self, paths[i]) && is_group (self, paths[i], end_us))
      wfd_p2p_link_note_unseen (self, paths[i]);
  }
}

void
wfd_p2p_link_end_unseen_now (WfdP2pLink *self, gint64 end_us)
{
  find_unseen (self, end_us);
  wfd_p2p_link_end_unseen (self);
}

/* --- on its way --- */

typedef struct
{
  GDBusConnection *bus;
  GAsyncQueue *done;
} Flush;

static void
flush_free (Flush *self)
{
  g_async_queue_unref (self->done);
  g_object_unref (self->bus);
  g_free (self);
}

/* GDBus cannot be told not to wait any more. */
static gpointer
flush (gpointer data)
{
  Flush *self = data;

  g_dbus_connection_flush_sync (self->bus, NULL, NULL);
  g_async_queue_push (self->done, GINT_TO_POINTER (TRUE));
  flush_free (self);
  return NULL;
}

/* Whom the bus holds up longer is left behind, with what is its own, until the bus goes on. */
void
wfd_p2p_link_flush (WfdP2pLink *self, gint64 end_us)
{
  gint64 left_us = end_us - g_get_monotonic_time ();
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Flush *flushing = g_new (Flush, 1);
  GThread *thread;

  *flushing = (Flush) { g_object_ref (self->bus), g_async_queue_ref (done) };
  thread = g_thread_try_new ("wfd-flush", flush, flushing, NULL);
  if (thread == NULL) {
    flush_free (flushing);
    return;
  }
  g_thread_unref (thread);
  g_async_queue_timeout_pop (done, MAX (left_us, 0));
}
