/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the peer of an open link is still there. */
#include <wfd/wfd-error.h>

#include "link-p2p-private.h"
#include "link-p2p-wire.h"
#include "link-wpas.h"

/* With the time until it is heard of: less than five seconds. */
#define LOST_MS 4500

/* Who loses the radio for a moment comes back by itself in this time. Most who leave do not
 * come back, and whoever reopens meanwhile hears our group and takes it for one that stands. */
#define RIDE_OUT_MS 3000

#define STATION_MS 250

/* Enough for a look at one channel, and often enough to be back in time. */
#define LOOK_MS 500

static guint
get_lost_ms (WfdP2pLink *self)
{
  return wfd_p2p_or_default (self->options.lost_ms, LOST_MS);
}

/* @error: (transfer full). A group that nobody is in keeps us from being invited
 * to another. */
static void
lose_group (WfdP2pLink *self, GError *error)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pLink) held = g_object_ref (self);
  g_autoptr (GError) reason = error;
  gboolean was_up = self->group->is_up;

  if (wfd_p2p_group_outlives_peer (self->group) && !wfd_p2p_link_shares_group (self)) {
    wfd_p2p_group_vacate (self->group);
    wfd_p2p_link_announce (self);
  } else {
    wfd_p2p_link_end_group (self);
    wfd_p2p_link_clear_group (self);
  }
  if (self->op != NULL && (!was_up || self->group == NULL))
    wfd_p2p_op_group_gone (self->op, g_error_copy (reason));
  if (was_up)
    wfd_link_emit (self, WFD_LINK_LOST, reason);
  wfd_p2p_link_look_around (self);
}

/* --- away for a moment --- */

/* A client whose owner has gone silent is thrown out by the kernel and searches all
 * channels in turn, for eight seconds. Where the group is it would find it at once;
 * wpa_supplicant joins again by itself then, in the same group. */
static gboolean
on_look (gpointer user_data)
{
  WfdP2pLink *self = user_data;
  WfdP2pGroup *group = self->group;

  wfd_p2p_link_send_to (self, group->interface_path, WPAS_INTERFACE_INTERFACE, WPAS_ABORT_SCAN,
      NULL);
  wfd_p2p_link_send_to (self, group->interface_path, WPAS_INTERFACE_INTERFACE, WPAS_SCAN,
      wfd_p2p_build_scan (group->info->frequency_mhz));
  return G_SOURCE_CONTINUE;
}

static void
look_for_owner (WfdP2pLink *self, gboolean is_wanted)
{
  WfdP2pGroup *group = self->group;

  if (is_wanted == (group->look_timer != NULL))
    return;
  wfd_p2p_clear_source (&group->look_timer);
  if (!is_wanted)
    return;
  group->look_timer = g_timeout_source_new (wfd_p2p_or_default (self->options.look_ms, LOOK_MS));
  g_source_set_callback (group->look_timer, on_look, self, NULL);
  g_source_attach (group->look_timer, self->context);
  on_look (self);
}

/* @self->group may be gone afterwards. */
static void
tell_away (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  gboolean is_away = group->loss.is_away || group->ride_out != NULL;

  look_for_owner (self,
      group->loss.is_gone && !group->info->is_owner && group->info->frequency_mhz != 0);
  if (!group->is_up || is_away == group->is_away)
    return;
  group->is_away = is_away;
  wfd_link_emit (self, is_away ? WFD_LINK_INTERRUPTED : WFD_LINK_RESUMED);
}

/* --- silence --- */

/* Its kernel answers, whatever it is busy with and whatever it filters, and its radio
 * acknowledges the question. */
static void
on_silence (WfdP2pLink *self, gint64 now_us)
{
  WfdP2pGroup *group = self->group;

  group->asked_us = 0;
  if (group->info->peer_address == NULL
      || !wfd_net_ask_peer (group->info->interface, group->info->peer_address))
    return;
  group->asked_us = now_us;
  wfd_loss_feed_attempt (&group->loss, now_us);
}

/* It has answered since, and perhaps been gone since. */
static void
look_for_answer (WfdP2pGroup *group)
{
  if (group->asked_us == 0
      || !wfd_net_has_answered (group->info->interface, group->info->peer_address))
    return;
  wfd_loss_feed_life (&group->loss, group->asked_us);
  group->asked_us = 0;
}

static void
decide (WfdP2pLink *self)
{
  WfdLossWatch *loss = &self->group->loss;
  gint64 now_us = g_get_monotonic_time ();

  look_for_answer (self->group);
  switch (wfd_loss_decide (loss, now_us)) {
    case WFD_LOSS_LOST:
      lose_group (self,
          g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
              "Nothing was heard of the peer for %.1f s; is it out of reach, or switched off?",
              (double) (now_us - loss->life_us) / G_USEC_PER_SEC));
      return;
    case WFD_LOSS_SILENT:
      on_silence (self, now_us);
      break;
    case WFD_LOSS_PRESENT:
      break;
  }
  g_source_set_ready_time (self->group->loss_timer, wfd_loss_get_deadline_us (loss));
  tell_away (self);
}

/* The deadline moves with each sign of life, so it is looked at when it is due. */
static gboolean
on_loss_timer (gpointer user_data)
{
  G_GNUC_UNUSED g_autoptr (WfdP2pLink) held = g_object_ref (user_data);

  decide (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

static void
watch_loss (WfdP2pLink *self)
{
  WfdP2pGroup *group = self->group;
  gint64 lost_us = get_lost_ms (self) * (gint64) G_TIME_SPAN_MILLISECOND;

  wfd_loss_init (&group->loss, lost_us, g_get_monotonic_time ());
  group->asked_us = 0;
  group->loss_timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (group->loss_timer, on_loss_timer, self, NULL);
  g_source_set_ready_time (group->loss_timer, wfd_loss_get_deadline_us (&group->loss));
  g_source_attach (group->loss_timer, self->context);
}

/* Something new is known of the peer; that it is back is told at once, from the timer. */
static void
rearm (WfdP2pGroup *group)
{
  const WfdLossWatch *loss = &group->loss;

  if (group->loss_timer != NULL)
    g_source_set_ready_time (group->loss_timer,
        loss->is_away || loss->is_gone ? 0 : wfd_loss_get_deadline_us (loss));
}

void
wfd_p2p_link_tell (WfdP2pLink *self, WfdLinkLife life)
{
  WfdP2pGroup *group = self->group;
  gint64 now_us = g_get_monotonic_time ();

  if (life == WFD_LINK_HEARD)
    wfd_loss_feed_life (&group->loss, now_us);
  else
    wfd_loss_feed_attempt (&group->loss, now_us);
  rearm (group);
}

/* --- stations --- */

/* Where nobody has told which of several is the peer, the one that was there alone is. */
static const WfdStation *
find_station (WfdP2pGroup *group, const WfdStation *stations, guint n)
{
  gboolean may_be_new =
      wfd_p2p_group_knows_station (group) || group->members->len <= 1 || !group->knows_station;
  const WfdStation *only = NULL;
  guint n_possible = 0;

  for (guint i = 0; i < n; i++) {
    if (!wfd_p2p_group_may_be_peer (stations[i].address, group))
      continue;
    if (memcmp (stations[i].address, group->station.address, WFD_STATION_ADDRESS_BYTES) == 0)
      return &stations[i];
    only = &stations[i];
    n_possible++;
  }
  return n_possible == 1 && may_be_new ? only : NULL;
}

static void
on_stations (const WfdStation *stations, guint n, gpointer user_data)
{
  WfdP2pGroup *group = WFD_P2P_LINK (user_data)->group;
  const WfdStation *station = find_station (group, stations, n);

  group->has_station = station != NULL;
  if (station != NULL) {
    group->station = *station;
    group->knows_station = TRUE;
  }
  /* A kernel that has never told of it may not tell of anybody. */
  if (group->knows_station) {
    wfd_loss_feed_station (&group->loss, station, g_get_monotonic_time ());
    rearm (group);
  }
}

/* A link whose kernel tells nothing is still a link. */
void
wfd_p2p_link_watch_peer (WfdP2pLink *self)
{
  guint station_ms = wfd_p2p_or_default (self->options.station_ms, STATION_MS);

  if (self->group->info->peer != NULL)
    watch_loss (self);
  self->group->stations = wfd_station_watch_new (wfd_net_get_index (self->group->info->interface),
      station_ms, self->context, on_stations, self, NULL);
}

/* --- the owner is told of its clients --- */

static gboolean
on_peer_stays_away (gpointer user_data)
{
  lose_group (user_data, g_error_new (WFD_ERROR, WFD_ERROR_CLOSED, "The peer has left the group"));
  return G_SOURCE_REMOVE;
}

static void
ride_out (WfdP2pLink *self)
{
  wfd_p2p_clear_source (&self->group->ride_out);
  self->group->ride_out = g_timeout_source_new (MIN (get_lost_ms (self), RIDE_OUT_MS));
  g_source_set_callback (self->group->ride_out, on_peer_stays_away, self, NULL);
  g_source_attach (self->group->ride_out, self->context);
  tell_away (self);
}

static gboolean
is_peer_of_link (WfdP2pLink *self, const char *path)
{
  g_autofree char *id = wfd_p2p_read_peer_id (path);
  WfdLinkPeer *peer = self->group->info->peer;

  return id != NULL && peer != NULL && strcmp (id, wfd_link_peer_get_id (peer)) == 0;
}

void
wfd_p2p_link_peer_joined (WfdP2pLink *self, const char *peer_path)
{
  wfd_p2p_group_note_joined (self->group, peer_path);
  if (is_peer_of_link (self, peer_path)) {
    wfd_p2p_clear_source (&self->group->ride_out);
    tell_away (self);
  }
  if (self->op != NULL)
    wfd_p2p_op_peer_joined (self->op, peer_path);
  else
    wfd_p2p_link_look_around (self);
}

void
wfd_p2p_link_peer_left (WfdP2pLink *self, const char *peer_path)
{
  wfd_p2p_group_remove_member (self->group, peer_path);
  if (is_peer_of_link (self, peer_path))
    ride_out (self);
}
