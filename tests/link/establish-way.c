/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "establish-way.h"

static void
on_progress (WfdEstablish *establish, WfdEstablishStep step, WfdEstablishProgress progress,
    const char *text, Way *way)
{
  static const char *const names[] = { "discover", "pair", "connect", "address", "negotiate",
    "play" };

  g_string_append_printf (way->progress, "%s%s%c", way->progress->len > 0 ? " " : "", names[step],
      "+~.!"[progress]);
  g_free (way->text);
  way->text = g_strdup (text);
  if (g_strcmp0 (way->progress->str, way->closes_at) == 0)
    wfd_establish_close (establish);
}

static gboolean
on_pairing_request (WfdEstablish *establish, const char *peer, const char *name, WfdPairing pairing,
    const char *pin, Way *way)
{
  g_assert_cmpstr (peer, ==, TV_ID);
  way->n_requests++;
  g_free (way->request_pin);
  way->request_pin = g_strdup (pin);
  return !way->leaves_open;
}

static void
on_pin (WfdEstablish *establish, const char *pin, Way *way)
{
  g_free (way->pin);
  way->pin = g_strdup (pin);
}

static void
on_opened (WfdEstablish *establish, Way *way)
{
  g_assert_true (wfd_establish_is_open (establish));
  way->n_opened++;
}

static void
on_down (WfdEstablish *establish, const GError *error, Way *way)
{
  g_assert_false (wfd_establish_is_open (establish));
  g_clear_error (&way->down);
  way->down = error != NULL ? g_error_copy (error) : NULL;
  way->n_down++;
}

static void
on_failed (WfdEstablish *establish, const GError *error, Way *way)
{
  g_assert_no_error (way->failed);
  way->failed = g_error_copy (error);
}

static const struct
{
  const char *name;
  GCallback callback;
} signals[] = {
  { "progress", G_CALLBACK (on_progress) },
  { "pairing-request", G_CALLBACK (on_pairing_request) },
  { "pin", G_CALLBACK (on_pin) },
  { "opened", G_CALLBACK (on_opened) },
  { "down", G_CALLBACK (on_down) },
  { "failed", G_CALLBACK (on_failed) },
};

/* The link of the lab leads to it. */
void
way_set_up (Way *way, gconstpointer data)
{
  const gboolean is_sink = data != NULL;
  WfdP2pOptions options = {
    .advert = { is_sink ? WFD_IE_TYPE_PRIMARY_SINK : WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .go_intent = -1,
  };

  lab_set_up (&way->lab, NULL);
  lab_use_options (&way->lab, &options);
  way->progress = g_string_new (NULL);
  way->establish = wfd_establish_new (is_sink ? WFD_ROLE_SINK : WFD_ROLE_SOURCE);
  wfd_establish_set_link (way->establish, way->lab.link);
  if (!is_sink)
    g_object_set (way->establish, "peer", "Living*", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect (way->establish, signals[i].name, signals[i].callback, way);
}

void
way_tear_down (Way *way, gconstpointer data)
{
  wfd_establish_close (way->establish);
  lab_settle (&way->lab);
  g_assert_finalize_object (way->establish);
  lab_tear_down (&way->lab, NULL);
  g_string_free (way->progress, TRUE);
  g_clear_error (&way->failed);
  g_clear_error (&way->down);
  g_free (way->text);
  g_free (way->pin);
  g_free (way->request_pin);
}

/* --- waiting --- */

gboolean
way_on_expired (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
way_begin (Way *way)
{
  wfd_establish_begin (way->establish);
}

void
way_end_group (Way *way)
{
  lab_say (&way->lab, "GroupFinished",
      "({'interface_object': <objectpath '" GROUP_IFACE "'>, 'group_object': <objectpath '" GROUP
      "'>},)");
}

void
way_wait_failed (Way *way, gint code, const char *words)
{
  WAIT_UNTIL (way->failed != NULL);
  g_assert_error (way->failed, WFD_ERROR, code);
  g_test_message ("%s", way->failed->message);
  if (strstr (way->failed->message, words) == NULL)
    g_error ("no “%s” in “%s”", words, way->failed->message);
  g_assert_true (g_str_has_suffix (way->progress->str, "!"));
  g_assert_cmpstr (way->text, ==, way->failed->message);
  g_assert_false (wfd_establish_is_open (way->establish));
}
