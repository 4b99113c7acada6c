/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-wpas.h"

#define NAME "fi.w1.wpa_supplicant1"
#define NO_REPLY (char *) "org.freedesktop.DBus.Error.NoReply"

struct _FakeWpas
{
  GDBusConnection *bus;
  guint filter;
  GMutex lock;         /* of objects */
  GHashTable *objects; /* path to (property to GVariant) */
  GHashTable *rules;   /* key to Rule */
  GPtrArray *calls;
  GPtrArray *held; /* GDBusMessage; those that have no answer */
  gint is_deaf;    /* atomic: no more to who waits for an answer */
};

typedef struct
{
  GVariant *answer;
  char *error_name;
  char *error_text;
  gboolean holds;
  FakeReaction reaction;
  gpointer user_data;
} Rule;

static void
rule_free (gpointer data)
{
  Rule *rule = data;

  g_clear_pointer (&rule->answer, g_variant_unref);
  g_free (rule->error_name);
  g_free (rule->error_text);
  g_free (rule);
}

static Rule *
ensure_rule (FakeWpas *self, const char *key)
{
  Rule *rule = g_hash_table_lookup (self->rules, key);

  if (rule == NULL) {
    rule = g_new0 (Rule, 1);
    g_hash_table_insert (self->rules, g_strdup (key), rule);
  }
  return rule;
}

static void
reset_answer (Rule *rule)
{
  g_clear_pointer (&rule->answer, g_variant_unref);
  g_clear_pointer (&rule->error_name, g_free);
  g_clear_pointer (&rule->error_text, g_free);
  rule->holds = FALSE;
}

void
fake_wpas_answer (FakeWpas *self, const char *key, GVariant *answer)
{
  Rule *rule = ensure_rule (self, key);

  reset_answer (rule);
  rule->answer = answer != NULL ? g_variant_ref_sink (answer) : NULL;
}

void
fake_wpas_refuse (FakeWpas *self, const char *key, const char *error_name)
{
  Rule *rule = ensure_rule (self, key);

  reset_answer (rule);
  rule->error_name = g_strdup (error_name);
}

void
fake_wpas_refuse_saying (FakeWpas *self, const char *key, const char *error_name, const char *text)
{
  fake_wpas_refuse (self, key, error_name);
  ensure_rule (self, key)->error_text = g_strdup (text);
}

void
fake_wpas_hold (FakeWpas *self, const char *key)
{
  Rule *rule = ensure_rule (self, key);

  reset_answer (rule);
  rule->holds = TRUE;
}

void
fake_wpas_react (FakeWpas *self, const char *key, FakeReaction reaction, gpointer user_data)
{
  Rule *rule = ensure_rule (self, key);

  rule->reaction = reaction;
  rule->user_data = user_data;
}

/* --- properties --- */

static GHashTable *
ensure_object (FakeWpas *self, const char *path)
{
  GHashTable *object = g_hash_table_lookup (self->objects, path);

  if (object == NULL) {
    object =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
    g_hash_table_insert (self->objects, g_strdup (path), object);
  }
  return object;
}

void
fake_wpas_set (FakeWpas *self, const char *path, const char *property, GVariant *value)
{
  g_mutex_lock (&self->lock);
  g_hash_table_insert (ensure_object (self, path), g_strdup (property), g_variant_ref_sink (value));
  g_mutex_unlock (&self->lock);
}

void
fake_wpas_unset (FakeWpas *self, const char *path, const char *property)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (ensure_object (self, path), property);
  g_mutex_unlock (&self->lock);
}

GVariant *
fake_wpas_get (FakeWpas *self, const char *path, const char *property)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_hash_table_lookup (ensure_object (self, path), property);
}

static GVariant *
get_all (FakeWpas *self, const char *path)
{
  GVariantDict dict;
  GHashTableIter iter;
  gpointer name, value;

  g_variant_dict_init (&dict, NULL);
  g_hash_table_iter_init (&iter, ensure_object (self, path));
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_dict_insert_value (&dict, name, value);
  return g_variant_new ("(@a{sv})", g_variant_dict_end (&dict));
}

/* A configuration is changed by what it is given, and keeps the rest. */
static void
set_or_change (FakeWpas *self, const char *path, const char *property, GVariant *value)
{
  GVariant *before = fake_wpas_get (self, path, property), *part;
  GVariantDict dict;
  GVariantIter iter;
  const char *key;

  if (before == NULL || !g_variant_is_of_type (before, G_VARIANT_TYPE_VARDICT)
      || !g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT)) {
    fake_wpas_set (self, path, property, value);
    return;
  }
  g_variant_dict_init (&dict, before);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &part))
    g_variant_dict_insert_value (&dict, key, part);
  fake_wpas_set (self, path, property, g_variant_dict_end (&dict));
}

/* NULL if there is no such property. */
static GVariant *
answer_properties (FakeWpas *self, GDBusMessage *call)
{
  const char *method = g_dbus_message_get_member (call), *path = g_dbus_message_get_path (call);
  GVariant *args = g_dbus_message_get_body (call);
  g_autoptr (GVariant) value = NULL;
  const char *property;

  if (g_str_equal (method, "GetAll"))
    return get_all (self, path);
  g_variant_get_child (args, 1, "&s", &property);
  if (g_str_equal (method, "Set")) {
    g_variant_get_child (args, 2, "v", &value);
    set_or_change (self, path, property, value);
    return g_variant_new ("()");
  }
  if (fake_wpas_get (self, path, property) == NULL)
    return NULL;
  return g_variant_new ("(v)", fake_wpas_get (self, path, property));
}

/* --- calls --- */

static gboolean
is_about_properties (GDBusMessage *call)
{
  return g_strcmp0 (g_dbus_message_get_interface (call), "org.freedesktop.DBus.Properties") == 0;
}

static char *
get_key (GDBusMessage *call)
{
  const char *method = g_dbus_message_get_member (call), *what;

  if (!is_about_properties (call))
    return g_strdup (method);
  g_variant_get_child (g_dbus_message_get_body (call), g_str_equal (method, "GetAll") ? 0 : 1, "&s",
      &what);
  return g_strdup_printf ("%s %s", method, what);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* "key=value" of each entry, sorted, for the order of a dictionary is none. */
static char *
print_dict (GVariant *dict)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    g_autofree char *text = g_variant_print (value, FALSE);

    g_ptr_array_add (entries, g_strdup_printf ("%s=%s", key, text));
    g_variant_unref (value);
  }
  g_ptr_array_sort (entries, compare_texts);
  g_ptr_array_add (entries, NULL);
  return g_strjoinv (" ", (char **) entries->pdata);
}

static char *
print_args (GVariant *args)
{
  g_autoptr (GVariant) dict = NULL;

  if (args == NULL)
    return g_strdup ("");
  if (!g_variant_is_of_type (args, G_VARIANT_TYPE ("(a{sv})")))
    return g_variant_print (args, FALSE);
  dict = g_variant_get_child_value (args, 0);
  return print_dict (dict);
}

static void
write_down (FakeWpas *self, const char *key, GDBusMessage *call)
{
  g_autofree char *args = print_args (g_dbus_message_get_body (call));

  g_ptr_array_add (self->calls,
      g_strdup_printf ("%s %s %s", key, g_dbus_message_get_path (call), args));
}

static GDBusMessage *
make_answer (FakeWpas *self, const Rule *rule, GDBusMessage *call)
{
  GDBusMessage *answer;
  GVariant *body;

  if (rule != NULL && rule->error_name != NULL)
    return g_dbus_message_new_method_error_literal (call, rule->error_name,
        rule->error_text != NULL ? rule->error_text : "as the test wants");
  if (rule != NULL && rule->answer != NULL)
    body = rule->answer;
  else if (is_about_properties (call))
    body = answer_properties (self, call);
  else
    body = g_variant_new ("()");
  if (body == NULL)
    return g_dbus_message_new_method_error_literal (call, "org.freedesktop.DBus.Error.InvalidArgs",
        "no such property");
  answer = g_dbus_message_new_method_reply (call);
  g_dbus_message_set_body (answer, body);
  return answer;
}

static void
send_answer (FakeWpas *self, const Rule *rule, GDBusMessage *call)
{
  g_autoptr (GDBusMessage) answer = make_answer (self, rule, call);

  g_dbus_connection_send_message (self->bus, answer, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

void
fake_wpas_release (FakeWpas *self, const char *key, GVariant *answer)
{
  g_autoptr (GVariant) held = answer != NULL ? g_variant_ref_sink (answer) : NULL;
  const Rule rule = { .answer = held, .error_name = held == NULL ? NO_REPLY : NULL };

  for (guint i = 0; i < self->held->len; i++) {
    GDBusMessage *call = g_ptr_array_index (self->held, i);
    g_autofree char *one = get_key (call);

    if (!g_str_equal (one, key))
      continue;
    send_answer (self, &rule, call);
    g_ptr_array_remove_index (self->held, i);
    return;
  }
  g_assert_not_reached ();
}

typedef struct
{
  FakeWpas *fake;
  GDBusMessage *call;
} Incoming;

static gboolean
on_call (gpointer user_data)
{
  Incoming *incoming = user_data;
  FakeWpas *self = incoming->fake;
  g_autofree char *key = get_key (incoming->call);
  const Rule *rule = g_hash_table_lookup (self->rules, key);

  write_down (self, key, incoming->call);
  if (rule != NULL && rule->holds)
    g_ptr_array_add (self->held, g_object_ref (incoming->call));
  else
    send_answer (self, rule, incoming->call);
  if (rule != NULL && rule->reaction != NULL)
    rule->reaction (self, rule->user_data);
  return G_SOURCE_REMOVE;
}

static void
incoming_free (gpointer data)
{
  Incoming *incoming = data;

  g_object_unref (incoming->call);
  g_free (incoming);
}

/* What a link asks that waits for the answer, in the thread of the tests. */
static gboolean
answer_at_once (FakeWpas *self, GDBusMessage *call)
{
  g_autofree char *key = get_key (call);
  gboolean waits = g_str_equal (key, "Get Interfaces")
      || (g_str_equal (key, "Get Ifname")
          && g_strcmp0 (g_dbus_message_get_path (call), FAKE_UNSEEN) == 0);

  if (!waits)
    return FALSE;
  if (!g_atomic_int_get (&self->is_deaf))
    send_answer (self, NULL, call);
  return TRUE;
}

void
fake_wpas_be_deaf (FakeWpas *self)
{
  g_atomic_int_set (&self->is_deaf, TRUE);
}

/* In the thread of GDBus; tests are in the main context. */
static GDBusMessage *
on_message (GDBusConnection *bus, GDBusMessage *message, gboolean is_incoming, gpointer user_data)
{
  Incoming *incoming;

  if (!is_incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if (answer_at_once (user_data, message)) {
    g_object_unref (message);
    return NULL;
  }
  incoming = g_new (Incoming, 1);
  *incoming = (Incoming) { user_data, message };
  g_idle_add_full (G_PRIORITY_DEFAULT, on_call, incoming, incoming_free);
  return NULL;
}

void
fake_wpas_say (FakeWpas *self, const char *path, const char *interface, const char *signal,
    GVariant *args)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (self->bus, NULL, path, interface, signal, args, &error);
  g_assert_no_error (error);
}

/* --- what was asked --- */

const GPtrArray *
fake_wpas_get_calls (FakeWpas *self)
{
  return self->calls;
}

static gboolean
has_key (const char *call, const char *key)
{
  gsize n = strlen (key);

  return strncmp (call, key, n) == 0 && call[n] == ' ';
}

guint
fake_wpas_count (FakeWpas *self, const char *key)
{
  guint n = 0;

  for (guint i = 0; i < self->calls->len; i++)
    n += has_key (g_ptr_array_index (self->calls, i), key);
  return n;
}

const char *
fake_wpas_find_call (FakeWpas *self, const char *key)
{
  for (guint i = self->calls->len; i > 0; i--) {
    const char *call = g_ptr_array_index (self->calls, i - 1);

    if (has_key (call, key))
      return call;
  }
  return NULL;
}

void
fake_wpas_forget_calls (FakeWpas *self)
{
  g_ptr_array_set_size (self->calls, 0);
}

/* --- the whole --- */

static void
own_name (FakeWpas *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (self->bus, "org.freedesktop.DBus",
      "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
      g_variant_new ("(su)", NAME, 4), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

FakeWpas *
fake_wpas_new (const char *bus_address)
{
  FakeWpas *self = g_new0 (FakeWpas, 1);
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  self->objects =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self->rules = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, rule_free);
  self->calls = g_ptr_array_new_with_free_func (g_free);
  self->held = g_ptr_array_new_with_free_func (g_object_unref);
  self->bus = g_dbus_connection_new_for_address_sync (bus_address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  self->filter = g_dbus_connection_add_filter (self->bus, on_message, self, NULL);
  own_name (self);
  return self;
}

void
fake_wpas_free (FakeWpas *self)
{
  g_dbus_connection_remove_filter (self->bus, self->filter);
  g_dbus_connection_close_sync (self->bus, NULL, NULL);
  /* Calls that came before still wait in the main context. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (self->bus);
  g_hash_table_unref (self->objects);
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->rules);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->held);
  g_free (self);
}
