/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-finder.h"

#include <arpa/inet.h>
#include <base-source.h>

#define NAME "org.freedesktop.Avahi"
#define SERVER "org.freedesktop.Avahi.Server"
#define BROWSER "org.freedesktop.Avahi.ServiceBrowser"
#define ENTRIES "org.freedesktop.Avahi.EntryGroup"
#define TYPE "_p2pgrouping._tcp"

/* Of Avahi. */
#define ANY_INTERFACE (-1)
#define ANY_PROTOCOL (-1)
#define PROTOCOL_IPV6 1

/* Everybody in a network may announce what they like: of the names so many are looked at at once,
 * and then one after the other, each from among the last of them; and of one machine as many as may
 * have users, in so long. */
#define AT_ONCE 32
#define BETWEEN_US (G_USEC_PER_SEC / 4)
#define MAX_NAMES 256
#define MAX_OF_MACHINE 8
#define OF_MACHINE_US (30 * G_USEC_PER_SEC)

typedef struct
{
  WfdPeerAddress address;
  gint64 told_us;
} Found;

struct _WfdPeerFinder
{
  gint ref_count;
  WfdPeerHub *hub;
  const WfdPeerFinderCalls *calls; /* NULL: it was freed */
  gpointer user_data;
  gint32 interface;
  char *text;
  GCancellable *cancellable;
  GDBusConnection *bus;
  guint signal_id;
  char *entries;    /* path */
  GPtrArray *names; /* GVariant of what was announced */
  guint n_at_once;  /* that may be looked at */
  GSource *timer;   /* one more may */
  GArray *found;    /* Found */
  gboolean browses;
  guint64 node_id; /* of what is published, or 0 */
  guint16 port;
};

static void
finder_unref (WfdPeerFinder *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->bus != NULL)
    g_dbus_connection_close (self->bus, NULL, NULL, NULL);
  g_clear_object (&self->bus);
  g_object_unref (self->cancellable);
  g_free (self->entries);
  g_free (self->text);
  g_ptr_array_unref (self->names);
  g_array_unref (self->found);
  g_free (self);
}

/* --- calls --- */

/* With the lock held; @reply NULL: it did not work. */
typedef void (*Answer) (WfdPeerFinder *self, GVariant *reply);

typedef struct
{
  WfdPeerFinder *finder;
  Answer answer;
} Call;

/* The thread of the hub does not end before the last has come. */
static Call *
call_new (WfdPeerFinder *self, Answer answer)
{
  Call *call = g_new (Call, 1);

  g_atomic_ref_count_inc (&self->ref_count);
  *call = (Call) { self, answer };
  self->hub->n_calls++;
  return call;
}

static void
call_end (Call *call, GVariant *reply)
{
  WfdPeerFinder *self = call->finder;
  WfdPeerHub *hub = self->hub;

  wfd_peer_hub_lock (hub);
  if (self->calls != NULL)
    call->answer (self, reply);
  hub->n_calls--;
  finder_unref (self);
  wfd_peer_hub_unlock (hub);
  g_free (call);
}

static void
on_reply (GObject *bus, GAsyncResult *result, gpointer data)
{
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);

  call_end (data, reply);
}

static void
call (WfdPeerFinder *self, const char *path, const char *interface, const char *method,
    GVariant *arguments, const char *type, Answer answer)
{
  g_dbus_connection_call (self->bus, NAME, path, interface, method, arguments,
      G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable, on_reply,
      call_new (self, answer));
}

/* --- looking --- */

static gboolean
has_text (GVariant *texts, const char *text)
{
  GVariantIter iter;
  GVariant *item;
  gboolean found = FALSE;

  g_variant_iter_init (&iter, texts);
  while (!found && (item = g_variant_iter_next_value (&iter)) != NULL) {
    gsize size;
    const char *octets = g_variant_get_fixed_array (item, &size, 1);

    found = size == strlen (text) && memcmp (octets, text, size) == 0;
    g_variant_unref (item);
  }
  return found;
}

static gboolean
may_be_told (WfdPeerFinder *self, const WfdPeerAddress *address)
{
  Found found = { *address, g_get_monotonic_time () };
  guint n = 0;

  for (guint i = self->found->len; i-- > 0;) {
    const Found *other = &g_array_index (self->found, Found, i);

    if (found.told_us - other->told_us > OF_MACHINE_US)
      g_array_remove_index_fast (self->found, i);
    else
      n += wfd_peer_ip_is_same_host (other->address.ip, address->ip);
  }
  if (n >= MAX_OF_MACHINE)
    return FALSE;
  g_array_append_val (self->found, found);
  return TRUE;
}

static void
take_resolved (WfdPeerFinder *self, GVariant *reply)
{
  g_autoptr (GVariant) texts = NULL;
  WfdPeerAddress address = { 0 };
  const char *ip;
  gint32 interface;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(iissssi&sq@aayu)", &interface, NULL, NULL, NULL, NULL, NULL, NULL, &ip,
      &address.port, &texts, NULL);
  if (!has_text (texts, self->text) || inet_pton (AF_INET6, ip, address.ip) != 1
      || address.port == 0 || (self->interface != ANY_INTERFACE && interface != self->interface))
    return;
  /* On the link from which the answer has come, if that is known. */
  if (wfd_peer_ip_is_of_link (address.ip)) {
    if (interface <= 0)
      return;
    address.scope_id = interface;
  }
  if (may_be_told (self, &address))
    self->calls->found (self->user_data, &address);
}

static void
resolve (WfdPeerFinder *self, GVariant *item)
{
  const char *name, *type, *domain;
  gint32 index, protocol;

  g_variant_get (item, "(ii&s&s&su)", &index, &protocol, &name, &type, &domain, NULL);
  call (self, "/", SERVER, "ResolveService",
      g_variant_new ("(iisssiu)", index, protocol, name, type, domain, PROTOCOL_IPV6, 0),
      "(iissssisqaayu)", take_resolved);
}

static void
resolve_some (WfdPeerFinder *self)
{
  for (; self->n_at_once > 0 && self->names->len > 0; self->n_at_once--) {
    g_autoptr (GVariant) item =
        g_ptr_array_steal_index_fast (self->names, g_random_int_range (0, self->names->len));

    resolve (self, item);
  }
  if (self->n_at_once < AT_ONCE && g_source_get_ready_time (self->timer) < 0)
    g_source_set_ready_time (self->timer, g_get_monotonic_time () + BETWEEN_US);
}

static gboolean
on_timer (gpointer data)
{
  WfdPeerFinder *self = data;

  self->n_at_once++;
  resolve_some (self);
  return G_SOURCE_CONTINUE;
}

static void
on_item (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *signal, GVariant *item, gpointer data)
{
  WfdPeerFinder *self = data;
  const char *type;

  if (!g_variant_is_of_type (item, G_VARIANT_TYPE ("(iisssu)")))
    return;
  g_variant_get_child (item, 3, "&s", &type);
  if (!g_str_equal (type, TYPE))
    return;
  wfd_peer_hub_lock (self->hub);
  if (self->calls != NULL) {
    if (self->names->len >= MAX_NAMES)
      g_ptr_array_remove_index_fast (self->names, g_random_int_range (0, MAX_NAMES));
    g_ptr_array_add (self->names, g_variant_ref (item));
    resolve_some (self);
  }
  wfd_peer_hub_unlock (self->hub);
}

static void
take_browser (WfdPeerFinder *self, GVariant *reply)
{
  if (reply == NULL)
    self->calls->failed (self->user_data);
}

static void
end_signals (gpointer data)
{
  WfdPeerFinder *self = data;
  WfdPeerHub *hub = self->hub;

  wfd_peer_hub_lock (hub);
  hub->n_calls--;
  finder_unref (self);
  wfd_peer_hub_unlock (hub);
}

/* What is there already is told at once, so it has to be listened for before. */
static void
start_browsing (WfdPeerFinder *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  self->hub->n_calls++;
  self->signal_id = g_dbus_connection_signal_subscribe (self->bus, NAME, BROWSER, "ItemNew", NULL,
      NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_item, self, end_signals);
  call (self, "/", SERVER, "ServiceBrowserNew",
      g_variant_new ("(iissu)", self->interface, PROTOCOL_IPV6, TYPE, "", 0), "(o)", take_browser);
}

void
wfd_peer_finder_browse (WfdPeerFinder *self)
{
  if (self->browses)
    return;
  self->browses = TRUE;
  if (self->bus != NULL)
    start_browsing (self);
}

/* --- being found --- */

static void
take_added (WfdPeerFinder *self, GVariant *reply)
{
  if (reply != NULL)
    g_dbus_connection_call (self->bus, NAME, self->entries, ENTRIES, "Commit", NULL, NULL,
        G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void
take_entries (WfdPeerFinder *self, GVariant *reply)
{
  g_autofree char *name = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", self->node_id);
  GVariantBuilder texts;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(o)", &self->entries);
  g_variant_builder_init (&texts, G_VARIANT_TYPE ("aay"));
  g_variant_builder_add_value (&texts,
      g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, self->text, strlen (self->text), 1));
  call (self, self->entries, ENTRIES, "AddService",
      g_variant_new ("(iiussssqaay)", self->interface, ANY_PROTOCOL, 0, name, TYPE, "", "",
          self->port, &texts),
      "()", take_added);
}

static void
start_publishing (WfdPeerFinder *self)
{
  call (self, "/", SERVER, "EntryGroupNew", NULL, "(o)", take_entries);
}

void
wfd_peer_finder_publish (WfdPeerFinder *self, guint64 node_id, guint16 port)
{
  if (self->node_id != 0)
    return;
  self->node_id = node_id;
  self->port = port;
  if (self->bus != NULL)
    start_publishing (self);
}

/* --- life --- */

static void
take_bus (WfdPeerFinder *self, GVariant *reply)
{
  if (self->bus == NULL) {
    self->calls->failed (self->user_data);
    return;
  }
  if (self->browses)
    start_browsing (self);
  if (self->node_id != 0)
    start_publishing (self);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  GDBusConnection *bus = g_dbus_connection_new_for_address_finish (result, NULL);

  wfd_peer_hub_lock (call->finder->hub);
  call->finder->bus = bus;
  wfd_peer_hub_unlock (call->finder->hub);
  call_end (call, NULL);
}

/* One of our own: the one that a program shares would end the program when the bus ends. Avahi
 * frees what belongs to it when it is closed. */
static void
open_bus (WfdPeerFinder *self)
{
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, NULL);

  g_dbus_connection_new_for_address (address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, self->cancellable, on_bus, call_new (self, take_bus));
}

WfdPeerFinder *
wfd_peer_finder_new (WfdPeerHub *hub, const char *group_name, guint32 interface,
    const WfdPeerFinderCalls *calls, gpointer user_data)
{
  WfdPeerFinder *self = g_new0 (WfdPeerFinder, 1);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA1, group_name, -1);

  g_atomic_ref_count_init (&self->ref_count);
  self->hub = hub;
  self->calls = calls;
  self->user_data = user_data;
  self->interface = interface != 0 ? (gint32) interface : ANY_INTERFACE;
  self->text = g_strconcat ("group=", sum, NULL);
  self->names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  self->n_at_once = AT_ONCE;
  self->timer = wfd_peer_loop_add_timer (&hub->loop, on_timer, self);
  self->found = g_array_new (FALSE, FALSE, sizeof (Found));
  self->cancellable = g_cancellable_new ();
  open_bus (self);
  return self;
}

void
wfd_peer_finder_free (WfdPeerFinder *self)
{
  self->calls = NULL;
  wfd_clear_source (&self->timer);
  g_cancellable_cancel (self->cancellable);
  if (self->signal_id != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->signal_id);
  finder_unref (self);
}
