/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search for members, with an Avahi that only knows what was published to it. */
#include <peer-finder.h>

#include <arpa/inet.h>

static const char interfaces[] =
    "<node>"
    "<interface name='org.freedesktop.Avahi.Server'>"
    "<method name='ServiceBrowserNew'><arg type='i'/><arg type='i'/><arg type='s'/><arg type='s'/>"
    "<arg type='u'/><arg type='o' direction='out'/></method>"
    "<method name='EntryGroupNew'><arg type='o' direction='out'/></method>"
    "<method name='ResolveService'><arg type='i'/><arg type='i'/><arg type='s'/><arg type='s'/>"
    "<arg type='s'/><arg type='i'/><arg type='u'/><arg type='i' direction='out'/>"
    "<arg type='i' direction='out'/><arg type='s' direction='out'/><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='s' direction='out'/><arg type='i' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='q' direction='out'/><arg type='aay' direction='out'/>"
    "<arg type='u' direction='out'/></method>"
    "</interface>"
    "<interface name='org.freedesktop.Avahi.EntryGroup'>"
    "<method name='AddService'><arg type='i'/><arg type='i'/><arg type='u'/><arg type='s'/>"
    "<arg type='s'/><arg type='s'/><arg type='s'/><arg type='q'/><arg type='aay'/></method>"
    "<method name='Commit'/><method name='Free'/>"
    "</interface>"
    "<interface name='org.freedesktop.Avahi.ServiceBrowser'><method name='Free'/></interface>"
    "</node>";

typedef struct
{
  GDBusConnection *bus;
  GDBusNodeInfo *node;
  GMainContext *context;
  GMainLoop *main_loop;
  GThread *thread;
  GVariant *service; /* of AddService, once it is committed */
  gboolean committed;
  gboolean browsed;
} Avahi;

static void
tell_item (Avahi *self)
{
  const char *name, *type;

  if (!self->committed || !self->browsed)
    return;
  g_variant_get (self->service, "(iiu&s&sssqaay)", NULL, NULL, NULL, &name, &type, NULL, NULL, NULL,
      NULL);
  g_dbus_connection_emit_signal (self->bus, NULL, "/browser",
      "org.freedesktop.Avahi.ServiceBrowser", "ItemNew",
      g_variant_new ("(iisssu)", 1, 1, name, type, "local", 0), NULL);
}

static void
resolve (Avahi *self, GVariant *arguments, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) texts = NULL;
  const char *name;
  guint16 port;

  g_variant_get (self->service, "(iiu&ssssq@aay)", NULL, NULL, NULL, &name, NULL, NULL, NULL, &port,
      &texts);
  g_dbus_method_invocation_return_value (invocation,
      g_variant_new ("(iissssisq@aayu)", 1, 1, name, "_p2pgrouping._tcp", "local", "host.local", 1,
          "::1", port, texts, 0));
}

static void
on_call (GDBusConnection *bus, const char *sender, const char *path, const char *interface,
    const char *method, GVariant *arguments, GDBusMethodInvocation *invocation, gpointer data)
{
  Avahi *self = data;
  GVariant *reply = NULL;

  if (g_str_equal (method, "ResolveService")) {
    resolve (self, arguments, invocation);
    return;
  }
  if (g_str_equal (method, "ServiceBrowserNew"))
    reply = g_variant_new ("(o)", "/browser");
  else if (g_str_equal (method, "EntryGroupNew"))
    reply = g_variant_new ("(o)", "/entries");
  else if (g_str_equal (method, "AddService"))
    self->service = g_variant_ref (arguments);
  self->committed |= g_str_equal (method, "Commit");
  self->browsed |= g_str_equal (method, "ServiceBrowserNew");
  g_dbus_method_invocation_return_value (invocation, reply);
  tell_item (self);
}

static gpointer
run (gpointer data)
{
  Avahi *self = data;

  g_main_loop_run (self->main_loop);
  return NULL;
}

/* From then on it is there for all who ask. */
static void
take_name (Avahi *self)
{
  static const GDBusInterfaceVTable vtable = { on_call };
  static const char *const paths[] = { "/", "/entries", "/browser" };
  g_autoptr (GVariant) owned = NULL;

  g_main_context_push_thread_default (self->context);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_cmpuint (g_dbus_connection_register_object (self->bus, paths[i],
                          self->node->interfaces[i], &vtable, self, NULL, NULL),
        >, 0);
  g_main_context_pop_thread_default (self->context);
  owned = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
      "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", "org.freedesktop.Avahi", 4),
      NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (owned);
}

static void
avahi_begin (Avahi *self, const char *address)
{
  *self = (Avahi) { 0 };
  self->bus = g_dbus_connection_new_for_address_sync (address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, NULL);
  self->node = g_dbus_node_info_new_for_xml (interfaces, NULL);
  g_assert_nonnull (self->node);
  self->context = g_main_context_new ();
  self->main_loop = g_main_loop_new (self->context, FALSE);
  take_name (self);
  self->thread = g_thread_new ("avahi", run, self);
}

static void
avahi_end (Avahi *self)
{
  g_main_loop_quit (self->main_loop);
  g_thread_join (self->thread);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  g_object_unref (self->bus);
  g_dbus_node_info_unref (self->node);
  g_main_loop_unref (self->main_loop);
  g_main_context_unref (self->context);
  g_clear_pointer (&self->service, g_variant_unref);
}

/* --- who looks --- */

typedef struct
{
  WfdPeerHub *hub;
  WfdPeerFinder *finder;
  const char *group;
  gboolean publishes;
  GSource *timer;
  WfdPeerAddress found;
  guint n_found, n_failed;
} Seeker;

static void
on_found (gpointer data, const WfdPeerAddress *address)
{
  Seeker *self = data;

  self->found = *address;
  self->n_found++;
  g_cond_broadcast (&self->hub->loop.changed);
}

static void
on_failed (gpointer data)
{
  Seeker *self = data;

  self->n_failed++;
  g_cond_broadcast (&self->hub->loop.changed);
}

static gboolean
start (gpointer data)
{
  static const WfdPeerFinderCalls calls = { on_found, on_failed };
  Seeker *self = data;

  self->finder = wfd_peer_finder_new (self->hub, self->group, 0, &calls, self);
  if (self->publishes)
    wfd_peer_finder_publish (self->finder, 7, 4000);
  else
    wfd_peer_finder_browse (self->finder);
  return G_SOURCE_CONTINUE;
}

static void
seeker_begin (Seeker *self, WfdPeerHub *hub, const char *group, gboolean publishes)
{
  *self = (Seeker) { hub, NULL, group, publishes };
  wfd_peer_hub_lock (hub);
  self->timer = wfd_peer_loop_add_timer (&hub->loop, start, self);
  g_source_set_ready_time (self->timer, 0);
  wfd_peer_hub_unlock (hub);
}

static void
seeker_wait (Seeker *self, const guint *n)
{
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  wfd_peer_hub_lock (self->hub);
  while (*n == 0)
    g_assert_true (g_cond_wait_until (&self->hub->loop.changed, &self->hub->loop.lock, until_us));
  wfd_peer_hub_unlock (self->hub);
}

static void
seeker_end (Seeker *self)
{
  wfd_peer_hub_lock (self->hub);
  g_clear_pointer (&self->finder, wfd_peer_finder_free);
  wfd_peer_loop_clear_source (&self->timer);
  wfd_peer_hub_unlock (self->hub);
}

static GTestDBus *bus;

static void
test_found (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker publisher, seeker, other;
  char ip[INET6_ADDRSTRLEN];
  Avahi avahi;

  avahi_begin (&avahi, g_test_dbus_get_bus_address (bus));
  seeker_begin (&publisher, hub, "group", TRUE);
  seeker_begin (&other, hub, "another group", FALSE);
  seeker_begin (&seeker, hub, "group", FALSE);
  seeker_wait (&seeker, &seeker.n_found);
  g_assert_cmpstr (inet_ntop (AF_INET6, seeker.found.ip, ip, sizeof (ip)), ==, "::1");
  g_assert_cmpuint (seeker.found.port, ==, 4000);
  g_assert_cmpuint (other.n_found, ==, 0);
  seeker_end (&publisher);
  seeker_end (&other);
  seeker_end (&seeker);
  wfd_peer_hub_free (hub);
  avahi_end (&avahi);
}

static void
test_nobody_to_ask (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker seeker;

  seeker_begin (&seeker, hub, "group", FALSE);
  seeker_wait (&seeker, &seeker.n_failed);
  g_assert_cmpuint (seeker.n_found, ==, 0);
  seeker_end (&seeker);
  wfd_peer_hub_free (hub);
}

/* Whatever it waits for, the end does not wait with it. */
static void
test_freed_at_once (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker seeker;

  seeker_begin (&seeker, hub, "group", FALSE);
  seeker_end (&seeker);
  wfd_peer_hub_free (hub);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  g_test_add_func ("/peer/finder/nobody-to-ask", test_nobody_to_ask);
  g_test_add_func ("/peer/finder/freed-at-once", test_freed_at_once);
  g_test_add_func ("/peer/finder/finds-its-group-only", test_found);
  result = g_test_run ();
  g_test_dbus_stop (bus);
  g_object_unref (bus);
  return result;
}
