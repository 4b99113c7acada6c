/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search for members, with an Avahi that only knows what was published to it. */
#include <peer-finder.h>

#include <arpa/inet.h>
#include <base-source.h>

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
  guint n_names; /* that somebody announces besides, or 0 */
  const char *ip;
  gint32 interface; /* on which the first name is answered */
  gint32 step;      /* from there to that of the next name */
  GMutex lock;
  GCond resolved;
  guint n_resolved;
} Avahi;

static void
tell_item (Avahi *self)
{
  const char *type;
  guint i = 0;

  if (!self->committed || !self->browsed)
    return;
  g_variant_get (self->service, "(iiu&s&sssqaay)", NULL, NULL, NULL, NULL, &type, NULL, NULL, NULL,
      NULL);
  do {
    g_autofree char *name = g_strdup_printf ("%u", i);

    g_dbus_connection_emit_signal (self->bus, NULL, "/browser",
        "org.freedesktop.Avahi.ServiceBrowser", "ItemNew",
        g_variant_new ("(iisssu)", 1, 1, name, type, "local", 0), NULL);
  } while (++i < self->n_names);
}

static void
resolve (Avahi *self, GVariant *arguments, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) texts = NULL;
  const char *name;
  guint16 port;

  g_variant_get (self->service, "(iiussssq@aay)", NULL, NULL, NULL, NULL, NULL, NULL, NULL, &port,
      &texts);
  g_variant_get (arguments, "(ii&sssiu)", NULL, NULL, &name, NULL, NULL, NULL, NULL);
  g_mutex_lock (&self->lock);
  self->n_resolved++;
  g_cond_broadcast (&self->resolved);
  g_mutex_unlock (&self->lock);
  g_dbus_method_invocation_return_value (invocation,
      g_variant_new ("(iissssisq@aayu)", self->interface + self->step * (name[0] - '0'), 1, name,
          "_p2pgrouping._tcp", "local", "host.local", 1, self->ip, port, texts, 0));
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
  *self = (Avahi) { .ip = "::1", .interface = 1 };
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
  guint32 interface;
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

  self->finder = wfd_peer_finder_new (self->hub, self->group, self->interface, &calls, self);
  if (self->publishes)
    wfd_peer_finder_publish (self->finder, 7, 4000);
  else
    wfd_peer_finder_browse (self->finder);
  return G_SOURCE_CONTINUE;
}

static void
seeker_begin (Seeker *self, WfdPeerHub *hub, const char *group, gboolean publishes,
    guint32 interface)
{
  *self = (Seeker) { hub, NULL, group, publishes, interface };
  wfd_peer_hub_lock (hub);
  self->timer = wfd_peer_loop_add_timer (&hub->loop, start, self);
  g_source_set_ready_time (self->timer, 0);
  wfd_peer_hub_unlock (hub);
}

static void
seeker_wait (Seeker *self, const guint *n, guint wanted)
{
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  wfd_peer_hub_lock (self->hub);
  while (*n < wanted)
    g_assert_true (g_cond_wait_until (&self->hub->loop.changed, &self->hub->loop.lock, until_us));
  wfd_peer_hub_unlock (self->hub);
}

/* How many there are then. */
static guint
avahi_wait_resolved (Avahi *self, guint n)
{
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_mutex_lock (&self->lock);
  while (self->n_resolved < n)
    g_assert_true (g_cond_wait_until (&self->resolved, &self->lock, until_us));
  n = self->n_resolved;
  g_mutex_unlock (&self->lock);
  return n;
}

static void
seeker_end (Seeker *self)
{
  wfd_peer_hub_lock (self->hub);
  g_clear_pointer (&self->finder, wfd_peer_finder_free);
  wfd_clear_source (&self->timer);
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
  seeker_begin (&publisher, hub, "group", TRUE, 0);
  seeker_begin (&other, hub, "another group", FALSE, 0);
  seeker_begin (&seeker, hub, "group", FALSE, 0);
  seeker_wait (&seeker, &seeker.n_found, 1);
  g_assert_cmpstr (inet_ntop (AF_INET6, seeker.found.ip, ip, sizeof (ip)), ==, "::1");
  g_assert_cmpuint (seeker.found.port, ==, 4000);
  g_assert_cmpuint (other.n_found, ==, 0);
  seeker_end (&publisher);
  seeker_end (&other);
  seeker_end (&seeker);
  wfd_peer_hub_free (hub);
  avahi_end (&avahi);
}

/* Of an address of a link: no interface and another one are passed over, and what is found is the
 * name that is answered after them. */
static void
test_interface_of_answer (void)
{
  static const struct
  {
    gint32 first, step;
    guint32 wanted; /* 0: any */
  } cases[] = { { -1, 8, 0 }, { 6, 1, 7 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WfdPeerHub *hub = wfd_peer_hub_new ("none");
    Seeker publisher, seeker;
    Avahi avahi;

    avahi_begin (&avahi, g_test_dbus_get_bus_address (bus));
    avahi.ip = "fe80::1";
    avahi.interface = cases[i].first;
    avahi.step = cases[i].step;
    avahi.n_names = 2;
    seeker_begin (&publisher, hub, "group", TRUE, 0);
    seeker_begin (&seeker, hub, "group", FALSE, cases[i].wanted);
    seeker_wait (&seeker, &seeker.n_found, 1);
    g_assert_cmpuint (seeker.found.scope_id, ==, 7);
    g_assert_cmpuint (seeker.n_found, ==, 1);
    seeker_end (&publisher);
    seeker_end (&seeker);
    wfd_peer_hub_free (hub);
    avahi_end (&avahi);
  }
}

/* Whoever announces a thousand has us ask for some and try a few. */
static void
test_many_names (void)
{
  gint64 begun_us = g_get_monotonic_time ();
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker publisher, seeker;
  Avahi avahi;
  guint n;

  avahi_begin (&avahi, g_test_dbus_get_bus_address (bus));
  avahi.n_names = 1000;
  seeker_begin (&publisher, hub, "group", TRUE, 0);
  seeker_begin (&seeker, hub, "group", FALSE, 0);
  n = avahi_wait_resolved (&avahi, 40);
  g_assert_cmpuint (n, <=, 32 + 4 * (g_get_monotonic_time () - begun_us) / G_USEC_PER_SEC + 1);
  seeker_wait (&seeker, &seeker.n_found, 8);
  seeker_end (&seeker);
  g_assert_cmpuint (seeker.n_found, ==, 8);
  seeker_end (&publisher);
  wfd_peer_hub_free (hub);
  avahi_end (&avahi);
}

static void
test_nobody_to_ask (void)
{
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker seeker;

  seeker_begin (&seeker, hub, "group", FALSE, 0);
  seeker_wait (&seeker, &seeker.n_failed, 1);
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

  seeker_begin (&seeker, hub, "group", FALSE, 0);
  seeker_end (&seeker);
  wfd_peer_hub_free (hub);
}

/* To a program with a group that is no reason to end as well. */
static void
test_bus_ends (void)
{
  GTestDBus *own = g_test_dbus_new (G_TEST_DBUS_NONE);
  WfdPeerHub *hub = wfd_peer_hub_new ("none");
  Seeker publisher, seeker, late;
  Avahi avahi;

  g_test_dbus_up (own);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (own), TRUE);
  avahi_begin (&avahi, g_test_dbus_get_bus_address (own));
  seeker_begin (&publisher, hub, "group", TRUE, 0);
  seeker_begin (&seeker, hub, "group", FALSE, 0);
  seeker_wait (&seeker, &seeker.n_found, 1);
  avahi_end (&avahi);
  g_test_dbus_stop (own);
  seeker_begin (&late, hub, "group", FALSE, 0);
  seeker_wait (&late, &late.n_failed, 1);
  seeker_end (&publisher);
  seeker_end (&seeker);
  seeker_end (&late);
  wfd_peer_hub_free (hub);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  g_object_unref (own);
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
  g_test_add_func ("/peer/finder/interface-of-the-answer", test_interface_of_answer);
  g_test_add_func ("/peer/finder/many-names", test_many_names);
  g_test_add_func ("/peer/finder/bus-ends", test_bus_ends);
  result = g_test_run ();
  g_test_dbus_stop (bus);
  g_object_unref (bus);
  return result;
}
