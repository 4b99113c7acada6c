/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How others are found, and how this device is found and asked. */
#include "link-p2p-private.h"
#include "link-p2p-wire.h"
#include "link-wpas.h"

/* A source seeks displays, on the social channels, where most devices listen, and then also those
 * that own a group on another channel: first on one after the other of those where a group may
 * begin without a search for radars, and after a while, and again and again, for it may have begun
 * since, on all, which takes four seconds, in which nobody who listens is found. */
#define FIRST_S 1
#define SOCIAL_S 10
#define FULL_S 40

/* Whom it has had comes back at any moment, and is most likely to listen then: he is sought on the
 * social channels, and every few seconds on one of the others, now and then where the group was,
 * which may stand. All channels at once come after two minutes. */
#define BACK_S 3
#define LAST_EACH 4
#define FULL_EACH 34

/* A sink waits to be found and invited, as does a source whose display has left and may come back.
 * Who seeks is deaf half of the time, so it listens, and glances at one of the social channels now
 * and then: first at each, then often enough that wpa_supplicant does not forget who is there,
 * which takes a minute.
 *
 * Linux (6.1, mac80211) lets nobody listen for more than 5 s. What is asked near the end of that
 * is answered half a second to a second and a half later; so it listens for 4 s, and then again.
 * wpa_supplicant does that by itself, and not while a group is being formed. Where this
 * device is in a network, or looks for one, that has its radio for half of the time; who invites does so again
 * within that. */
#define LISTEN_S 4
#define LISTEN_EACH_MS 4100
#define LISTEN_IN_NETWORK_MS 500
#define LISTEN_IN_NETWORK_EACH_MS 1100 /* wpa_supplicant looks for one in a pause, tried each 5 s */
#define MANY_LISTENS 4
/* In the pause between two, so that nothing is ended that somebody has heard. */
#define BEFORE_LISTEN_MS 50

/* At rest, an eighth of the time: the network of this device, or a group beside it, on another channel,
 * hardly suffers, and whoever searches or invites, which takes some seconds, meets it. */
#define REACHABLE_MS 250
#define REACHABLE_EACH_MS 2000

/* In MHz. */
static const guint social_mhz[] = { 2412, 2437, 2462 };
/* Without those; displays prefer 5 GHz. */
static const guint others_mhz[] = { 5180, 5745, 5200, 5765, 5220, 5785, 5240, 5805, 5825, 2452,
  2422, 2432, 2442, 2417, 2427, 2447, 2457 };

/* One channel takes 0.08 s; then wpa_supplicant listens. */
#define GLANCE_MS 100

/* A search ends, without a word why, also when a peer's invitation begins a group:
 * to search before the group stands would get in its way. */
#define SEARCH_AGAIN_MS 5000

/* wpa_supplicant gives up earlier, and says so. */
#define FORMING_MS 20000

/* Who stops a search to form a group has told that by then. */
#define STOPPED_BY_OURS_MS 250

/* The answer to whoever asks is sent meanwhile: to listen would take it back. */
#define LISTEN_AGAIN_MS 250

gboolean
wfd_p2p_link_is_sink (WfdP2pLink *self)
{
  return self->options.advert.type != WFD_IE_TYPE_SOURCE;
}

/* Unless an operation seeks somebody. */
static gboolean
waits (WfdP2pLink *self)
{
  if (self->op != NULL && wfd_p2p_op_searches (self->op))
    return FALSE;
  return wfd_p2p_link_is_sink (self) || self->expects_back;
}

/* --- when --- */

void
wfd_p2p_link_wake_search_in (WfdP2pLink *self, guint wake_ms, GSourceFunc callback)
{
  wfd_p2p_clear_source (&self->search_again);
  self->search_again = g_timeout_source_new (wake_ms);
  g_source_set_callback (self->search_again, callback, self, NULL);
  g_source_attach (self->search_again, self->context);
}

static gboolean
on_search_again (gpointer user_data)
{
  wfd_p2p_link_search_on (user_data);
  return G_SOURCE_REMOVE;
}

void
wfd_p2p_link_search_again (WfdP2pLink *self)
{
  wfd_p2p_link_wake_search_in (self,
      wfd_p2p_or_default (self->options.search_again_ms, SEARCH_AGAIN_MS), on_search_again);
}

void
wfd_p2p_link_expect_radio_in (WfdP2pLink *self, guint back_ms)
{
  gint64 back_us = g_get_monotonic_time () + back_ms * G_TIME_SPAN_MILLISECOND;

  self->radio_back_us = MAX (self->radio_back_us, back_us);
}

void
wfd_p2p_link_note_search (WfdP2pLink *self, WfdP2pSearch search)
{
  if (search == WFD_P2P_SEARCH_SOCIAL || search == WFD_P2P_SEARCH_FULL)
    self->had_company = wfd_p2p_link_has_company (self);
  self->search = search;
  self->search_us = g_get_monotonic_time ();
}

guint
wfd_p2p_link_get_search_s (WfdP2pLink *self, WfdP2pSearch search)
{
  if (search == WFD_P2P_SEARCH_FULL)
    return FULL_S;
  if (self->seeks_back)
    return BACK_S;
  return wfd_p2p_link_is_sink (self) || self->n_glances > 0 ? SOCIAL_S : FIRST_S;
}

/* Whether a search that has ended has taken its time. */
static gboolean
has_searched (WfdP2pLink *self)
{
  gint64 length_us = wfd_p2p_link_get_search_s (self, self->search) * (gint64) G_TIME_SPAN_SECOND;

  return (self->search == WFD_P2P_SEARCH_SOCIAL || self->search == WFD_P2P_SEARCH_FULL)
      && g_get_monotonic_time () - self->search_us >= length_us * 9 / 10;
}

/* --- unless a group is being formed --- */

/* For who waits to be found this is also the moment in which he is invited, and to look or listen
 * somewhere else would keep the radio from the group: wpa_supplicant does not take that back. It
 * has told by now of an interface for the group; a group without that is formed by that of the
 * adapter. */
static gboolean
go_on_unless_invited (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  if (self->is_at_rest)
    wfd_p2p_link_search_on (self);
  else
    wfd_p2p_link_search_again (self);
  return G_SOURCE_REMOVE;
}

static gboolean
glance_unless_invited (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  if (!waits (self))
    return go_on_unless_invited (self);
  if (self->is_at_rest)
    wfd_p2p_link_search (self, WFD_P2P_SEARCH_GLANCE);
  else
    wfd_p2p_link_wake_search_in (self, LISTEN_EACH_MS, glance_unless_invited);
  return G_SOURCE_REMOVE;
}

/* --- what is sent --- */

static guint
get_each_ms (guint period_ms)
{
  if (period_ms > LISTEN_IN_NETWORK_MS)
    return LISTEN_EACH_MS;
  return period_ms > REACHABLE_MS ? LISTEN_IN_NETWORK_EACH_MS : REACHABLE_EACH_MS;
}

static void
extend_listening (WfdP2pLink *self, guint period_ms)
{
  guint longest_ms = MIN (wfd_p2p_link_share_listening (self, period_ms), LISTEN_S * 1000);
  guint before_ms = self->listen_ms;

  self->listen_ms = period_ms;
  /* To send it once more would begin the pause of another link, which listens on, anew. */
  if (period_ms == 0 && longest_ms >= before_ms)
    return;
  wfd_p2p_link_send (self, self->interface_path, WPAS_EXTENDED_LISTEN,
      wfd_p2p_build_extended_listen (longest_ms, get_each_ms (longest_ms)));
}

static guint
get_listen_ms (WfdP2pLink *self)
{
  return self->is_in_network ? LISTEN_IN_NETWORK_MS : LISTEN_S * 1000;
}

static void
send_listen (WfdP2pLink *self)
{
  gint listen_s = self->is_in_network ? 1 : LISTEN_S;

  wfd_p2p_link_send (self, self->interface_path, WPAS_LISTEN, g_variant_new ("(i)", listen_s));
}

/* At once, and again and again from there. */
static void
listen (WfdP2pLink *self)
{
  if (self->is_at_rest)
    send_listen (self);
  extend_listening (self, get_listen_ms (self));
  self->listened_us = g_get_monotonic_time ();
}

static gboolean
on_next_glance (gpointer user_data)
{
  WfdP2pLink *self = user_data;
  gboolean was_last = self->seeks_back || self->n_glances >= G_N_ELEMENTS (others_mhz);

  if (waits (self))
    wfd_p2p_link_search (self, WFD_P2P_SEARCH_LISTEN);
  else
    wfd_p2p_link_search (self, was_last ? WFD_P2P_SEARCH_SOCIAL : WFD_P2P_SEARCH_GLANCE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_glance_over (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  wfd_p2p_link_send (self, self->interface_path, WPAS_STOP_FIND, NULL);
  wfd_p2p_link_wake_search_in (self, WFD_P2P_RADIO_BACK_MS, on_next_glance);
  return G_SOURCE_REMOVE;
}

static guint
choose_glance_mhz (WfdP2pLink *self)
{
  guint n = self->n_glances++;

  if (waits (self))
    return social_mhz[n % G_N_ELEMENTS (social_mhz)];
  if (self->seeks_back && self->last_mhz != 0 && n % LAST_EACH == 0)
    return self->last_mhz;
  return others_mhz[n % G_N_ELEMENTS (others_mhz)];
}

static void
glance (WfdP2pLink *self)
{
  guint frequency_mhz = choose_glance_mhz (self);

  wfd_p2p_link_send (self, self->interface_path, WPAS_FIND, wfd_p2p_build_glance (frequency_mhz));
  wfd_p2p_link_wake_search_in (self, GLANCE_MS, on_glance_over);
}

/* A source that only listens to whom it has refused searches on at once. */
static gboolean
has_glanced_at_each (WfdP2pLink *self)
{
  return waits (self) && self->n_glances >= G_N_ELEMENTS (social_mhz);
}

/* Who listens anew, because he was asked, does not put off the next glance. */
static void
listen_until_glance (WfdP2pLink *self)
{
  const gint64 each_us = LISTEN_EACH_MS * G_TIME_SPAN_MILLISECOND;
  gint64 n_left;

  listen (self);
  if (self->search != WFD_P2P_SEARCH_LISTEN)
    self->glance_us = self->listened_us + (has_glanced_at_each (self) ? MANY_LISTENS : 1) * each_us;
  n_left = (self->glance_us - self->listened_us + each_us / 2) / each_us;
  wfd_p2p_link_wake_search_in (self, MAX (n_left, 1) * LISTEN_EACH_MS - BEFORE_LISTEN_MS,
      glance_unless_invited);
}

static void
send_search (WfdP2pLink *self, WfdP2pSearch search)
{
  gboolean goes_on = search == WFD_P2P_SEARCH_LISTEN || search == WFD_P2P_SEARCH_GLANCE;
  gboolean was_listening = self->listen_ms > 0;

  if (was_listening && !goes_on)
    extend_listening (self, 0);
  switch (search) {
    case WFD_P2P_SEARCH_NONE:
    case WFD_P2P_SEARCH_ENDED:
      if (self->search != WFD_P2P_SEARCH_NONE || was_listening) {
        wfd_p2p_link_send (self, self->interface_path, WPAS_STOP_FIND, NULL);
        wfd_p2p_link_expect_radio_in (self, WFD_P2P_RADIO_BACK_MS);
      }
      break;
    case WFD_P2P_SEARCH_SOCIAL:
    case WFD_P2P_SEARCH_FULL:
      wfd_p2p_link_send (self, self->interface_path, WPAS_FIND,
          wfd_p2p_build_find (search == WFD_P2P_SEARCH_SOCIAL,
              wfd_p2p_link_get_search_s (self, search)));
      break;
    case WFD_P2P_SEARCH_GLANCE:
      glance (self);
      break;
    case WFD_P2P_SEARCH_LISTEN:
      listen_until_glance (self);
      break;
  }
}

/* --- what is wanted --- */

void
wfd_p2p_link_search (WfdP2pLink *self, WfdP2pSearch search)
{
  wfd_p2p_clear_source (&self->search_again);
  self->is_reachable = FALSE;
  if (search != WFD_P2P_SEARCH_NONE && wfd_p2p_link_gives_way (self)) {
    self->search = WFD_P2P_SEARCH_ENDED;
    wfd_p2p_link_search_again (self);
    return;
  }
  if (self->owner != NULL && self->interface_path != NULL)
    send_search (self, search);
  wfd_p2p_link_note_search (self, search);
}

/* Not so that another link on the adapter is deaf until it listens the next time. */
void
wfd_p2p_link_leave_search (WfdP2pLink *self)
{
  gboolean only_listens =
      self->search == WFD_P2P_SEARCH_LISTEN || self->search == WFD_P2P_SEARCH_NONE;
  gboolean is_left_to_others = !wfd_p2p_link_is_busy (self) && wfd_p2p_link_others_listen (self);

  if (only_listens && is_left_to_others) {
    wfd_p2p_link_search_is_over (self);
    return;
  }
  wfd_p2p_link_search (self, WFD_P2P_SEARCH_NONE);
  if (is_left_to_others && self->is_at_rest && !wfd_p2p_link_gives_way (self))
    send_listen (self);
}

static gboolean
has_glanced (WfdP2pLink *self)
{
  if (self->seeks_back)
    return self->n_glances % FULL_EACH == FULL_EACH - 1;
  return wfd_p2p_link_is_sink (self) || self->n_glances > 0;
}

/* When the social channels have brought nothing. */
static void
search_wider (WfdP2pLink *self)
{
  gboolean is_full = has_glanced (self);

  if (is_full)
    self->n_glances++;
  wfd_p2p_link_search (self, is_full ? WFD_P2P_SEARCH_FULL : WFD_P2P_SEARCH_GLANCE);
}

void
wfd_p2p_link_seek_back (WfdP2pLink *self, gboolean seeks_back)
{
  self->seeks_back = seeks_back;
}

void
wfd_p2p_link_search_on (WfdP2pLink *self)
{
  if (waits (self))
    wfd_p2p_link_search (self, WFD_P2P_SEARCH_LISTEN);
  else
    search_wider (self);
}

/* Who listens on one channel all the time keeps the radio from the one of the group. */
void
wfd_p2p_link_make_way (WfdP2pLink *self)
{
  wfd_p2p_link_search (self, WFD_P2P_SEARCH_NONE);
  wfd_p2p_link_wake_search_in (self, FORMING_MS, on_search_again);
}

void
wfd_p2p_link_search_is_over (WfdP2pLink *self)
{
  wfd_p2p_clear_source (&self->search_again);
  if (self->listen_ms > 0)
    extend_listening (self, 0);
  self->search = WFD_P2P_SEARCH_NONE;
  self->is_reachable = FALSE;
}

/* By another of ours, which has ended its own, and may have gone since. */
static gboolean
may_be_stopped_by_ours (WfdP2pLink *self)
{
  return self->had_company || wfd_p2p_link_has_company (self);
}

/* The same, as another one would have ended that of the other; and wider when its time is over,
 * however often it is stopped. */
static gboolean
search_on_unless_invited (gpointer user_data)
{
  WfdP2pLink *self = user_data;
  gint64 since_us = self->search_us;

  if (!self->is_at_rest)
    return go_on_unless_invited (self);
  wfd_p2p_link_search (self, self->search);
  self->search_us = since_us;
  return G_SOURCE_REMOVE;
}

/* The few channels first. A search that ends because a group is being formed begins
 * again when that is over. Who listens, or glances, goes on in his own time. */
void
wfd_p2p_link_search_stopped (WfdP2pLink *self)
{
  gboolean searches = self->op != NULL && wfd_p2p_op_searches (self->op);

  if (self->group != NULL || (self->op != NULL && !searches)) {
    self->search = WFD_P2P_SEARCH_NONE;
  } else if (searches && (has_searched (self) || self->search == WFD_P2P_SEARCH_SOCIAL)) {
    search_wider (self);
  } else if (has_searched (self)) {
    wfd_p2p_link_wake_search_in (self, WFD_P2P_RADIO_BACK_MS, go_on_unless_invited);
    self->search = WFD_P2P_SEARCH_ENDED;
  } else if (self->search == WFD_P2P_SEARCH_SOCIAL || self->search == WFD_P2P_SEARCH_FULL) {
    if (may_be_stopped_by_ours (self))
      wfd_p2p_link_wake_search_in (self, STOPPED_BY_OURS_MS, search_on_unless_invited);
    else
      wfd_p2p_link_search_again (self);
  }
}

/* --- after a request --- */

static gboolean
on_listen_again (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  if (self->search == WFD_P2P_SEARCH_LISTEN && g_get_monotonic_time () >= self->glance_us)
    return glance_unless_invited (self);
  wfd_p2p_link_search (self, WFD_P2P_SEARCH_LISTEN);
  return G_SOURCE_REMOVE;
}

static gboolean
on_stop_and_listen (gpointer user_data)
{
  WfdP2pLink *self = user_data;

  wfd_p2p_link_search (self, WFD_P2P_SEARCH_NONE);
  wfd_p2p_link_wake_search_in (self, WFD_P2P_RADIO_BACK_MS, on_listen_again);
  return G_SOURCE_REMOVE;
}

/* In a network it does so in its own time, which otherwise whoever asks again and again takes. */
static gboolean
may_listen_again (WfdP2pLink *self)
{
  return !self->is_in_network
      || g_get_monotonic_time () - self->listened_us >= LISTEN_EACH_MS * G_TIME_SPAN_MILLISECOND;
}

/* Whoever asks several times a second puts off nothing. */
static gboolean
is_due_soon (WfdP2pLink *self)
{
  return self->search_again != NULL
      && g_source_get_ready_time (self->search_again)
      <= g_get_monotonic_time () + LISTEN_AGAIN_MS * G_TIME_SPAN_MILLISECOND;
}

void
wfd_p2p_link_listen_again (WfdP2pLink *self)
{
  if (self->search == WFD_P2P_SEARCH_LISTEN && self->op == NULL && waits (self)
      && may_listen_again (self) && !is_due_soon (self))
    wfd_p2p_link_wake_search_in (self, LISTEN_AGAIN_MS, on_listen_again);
}

void
wfd_p2p_link_listen_to_refused (WfdP2pLink *self)
{
  gboolean is_deaf = self->search != WFD_P2P_SEARCH_NONE && self->search != WFD_P2P_SEARCH_LISTEN;
  gint64 now_us = g_get_monotonic_time ();

  /* Not for each who asks again and again: nobody would be sought meanwhile. */
  if (is_deaf && self->op == NULL && now_us >= self->deaf_until_us) {
    self->deaf_until_us = now_us + FULL_S * G_TIME_SPAN_SECOND;
    wfd_p2p_link_wake_search_in (self, LISTEN_AGAIN_MS, on_stop_and_listen);
  } else {
    wfd_p2p_link_listen_again (self);
  }
}

/* --- at rest --- */

void
wfd_p2p_link_reach (WfdP2pLink *self)
{
  if (!self->is_reachable)
    return;
  if (self->is_in_network || wfd_p2p_link_is_beside_group (self))
    extend_listening (self, REACHABLE_MS);
  else
    listen (self);
}

static void
set_in_network (WfdP2pLink *self, gboolean is_in_network)
{
  if (is_in_network == self->is_in_network)
    return;
  self->is_in_network = is_in_network;
  if (self->search == WFD_P2P_SEARCH_LISTEN)
    extend_listening (self, get_listen_ms (self));
  wfd_p2p_link_reach (self);
}

void
wfd_p2p_link_note_state (WfdP2pLink *self, GVariant *properties)
{
  self->is_at_rest = wfd_p2p_read_is_at_rest (properties);
  wfd_p2p_read_networks (properties, &self->n_networks);
  self->is_connected = wfd_p2p_read_is_connected (properties);
  set_in_network (self,
      self->is_connected || (self->n_networks > 0 && !wfd_p2p_read_is_unused (properties)));
}

/* Its state says so only when it has looked for it. */
void
wfd_p2p_link_note_network (WfdP2pLink *self, WfdP2pNetwork what)
{
  if (what == WFD_P2P_NETWORK_ADDED)
    self->n_networks++;
  else if (what == WFD_P2P_NETWORK_SELECTED)
    set_in_network (self, TRUE);
  else if (self->n_networks > 0 && --self->n_networks == 0)
    set_in_network (self, self->is_connected);
}

gboolean
wfd_p2p_link_is_busy (WfdP2pLink *self)
{
  return self->op != NULL || self->group != NULL;
}

void
wfd_p2p_link_set_reachable (WfdP2pLink *self, gboolean is_reachable)
{
  if (is_reachable == self->is_reachable || self->owner == NULL || self->interface_path == NULL)
    return;
  if (!is_reachable) {
    wfd_p2p_link_leave_search (self);
    return;
  }
  self->is_reachable = self->search == WFD_P2P_SEARCH_NONE;
  wfd_p2p_link_reach (self);
}
