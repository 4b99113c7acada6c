/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-p2p-steps.h>

#define PREPARED WFD_P2P_PREPARED
#define OPENS WFD_P2P_OPENS
#define REOPENS (WFD_P2P_OPENS | WFD_P2P_REOPENS)
#define MAY_PAIR WFD_P2P_MAY_PAIR
#define KNOWN WFD_P2P_PEER_KNOWN
#define OWNS_GROUP WFD_P2P_PEER_OWNS_GROUP
#define PAIRED WFD_P2P_PAIRED
#define FORGOTTEN WFD_P2P_FORGOTTEN
#define STARTED WFD_P2P_STARTED
#define OWNER WFD_P2P_OWNER
#define ADDRESSED WFD_P2P_ADDRESSED
#define BEGINS WFD_P2P_BEGINS
#define INSIDE (WFD_P2P_INSIDE | WFD_P2P_OWNER | WFD_P2P_ADDRESSED)
#define UP WFD_P2P_UP
#define PAIRED_HERE (PAIRED | WFD_P2P_PAIRED_HERE)
#define ALL_FACTS (2 * WFD_P2P_PAIRED_HERE - 1)
#define HIDDEN WFD_P2P_PEER_HIDDEN
#define HOSTS (WFD_P2P_OPENS | BEGINS | WFD_P2P_HOSTS)

static const char *const names[] = { "start", "bus", "service", "owner", "clean", "root",
  "interfaces", "read-config", "read-methods", "configure", "announce", "manager", "peers", "find",
  "pairings", "search", "groups", "share", "invite", "rejoin", "forget", "pair", "station",
  "begin-5-ghz", "begin", "group", "network", "frequency", "serve", "admit", "invite-in", "member",
  "address", "lease", "peer-address", "done", "not-paired" };
G_STATIC_ASSERT (G_N_ELEMENTS (names) == WFD_P2P_N_STEPS);

static gboolean
is_end (WfdP2pStep step)
{
  return step == WFD_P2P_STEP_DONE || step == WFD_P2P_STEP_NOT_PAIRED;
}

#define PREPARE \
  "bus service owner clean root interfaces read-config read-methods configure announce peers "
#define LOOK " group network frequency member address lease done"

static const struct
{
  const char *name;
  guint facts;
  const char *way;
} ways[] = {
  { "find", 0, PREPARE "find done" },
  { "find-again", PREPARED, "find done" },
  { "pair", OPENS, PREPARE "search share pair" LOOK },
  { "pair-again", PREPARED | OPENS, "search share pair" LOOK },
  { "pair-known", OPENS | KNOWN, PREPARE "share pair" LOOK },
  { "pair-known-again", PREPARED | OPENS | KNOWN, "share pair" LOOK },
  { "pair-group-of-peer", PREPARED | OPENS | KNOWN | OWNS_GROUP, "share pair" LOOK },
  { "reopen", REOPENS | PAIRED, PREPARE "search groups share invite" LOOK },
  { "reopen-known", PREPARED | REOPENS | KNOWN | PAIRED, "groups share invite" LOOK },
  { "reopen-first", REOPENS | KNOWN | PAIRED, PREPARE "groups share invite" LOOK },
  { "reopen-group-of-peer", PREPARED | REOPENS | KNOWN | PAIRED | OWNS_GROUP,
      "groups share rejoin" LOOK },
  { "not-paired-asked-first", REOPENS | WFD_P2P_ASKS_FIRST, PREPARE "pairings not-paired" },
  { "not-paired-asked-first-again", PREPARED | REOPENS | WFD_P2P_ASKS_FIRST,
      "pairings not-paired" },
  { "paired-asked-first", PREPARED | REOPENS | WFD_P2P_ASKS_FIRST | PAIRED,
      "pairings search groups share invite" LOOK },
  { "not-paired", PREPARED | REOPENS | KNOWN, "groups not-paired" },
  { "not-paired-so-pair", PREPARED | REOPENS | KNOWN | MAY_PAIR, "groups share pair" LOOK },
  { "forgotten", PREPARED | REOPENS | KNOWN | PAIRED | FORGOTTEN,
      "groups share invite forget not-paired" },
  { "forgotten-so-pair", PREPARED | REOPENS | KNOWN | PAIRED | FORGOTTEN | MAY_PAIR,
      "groups share invite forget pair" LOOK },
  { "address-told", PREPARED | OPENS | KNOWN | ADDRESSED,
      "share pair group network frequency member address done" },
  { "owner-not-told", PREPARED | OPENS | KNOWN | ADDRESSED | HIDDEN,
      "share pair group network frequency member address peer-address done" },
  { "owner-not-told-by-dhcp", PREPARED | OPENS | KNOWN | HIDDEN,
      "share pair group network frequency member address lease peer-address done" },
  { "owner", PREPARED | OPENS | KNOWN | OWNER | ADDRESSED,
      "share pair group network frequency serve member peer-address done" },
  { "host", HOSTS | PAIRED | OWNER | ADDRESSED,
      PREPARE "groups begin group network frequency serve done" },
  { "host-again", PREPARED | HOSTS | PAIRED | OWNER | ADDRESSED,
      "groups begin group network frequency serve done" },
  { "host-nothing", PREPARED | HOSTS, "groups not-paired" },
  { "begins", BEGINS | OWNER, PREPARE "groups station begin group network frequency serve done" },
  { "begins-again", PREPARED | BEGINS | OWNER,
      "groups station begin group network frequency serve done" },
  { "begins-in-the-better-band", PREPARED | BEGINS | OWNER | WFD_P2P_MAY_CHOOSE | WFD_P2P_BEGUN,
      "groups station begin-5-ghz group network frequency serve done" },
  { "begins-in-the-other-band", PREPARED | BEGINS | OWNER | WFD_P2P_MAY_CHOOSE,
      "groups station begin-5-ghz begin group network frequency serve done" },
  { "admits", PREPARED | OPENS | KNOWN | INSIDE, "admit member peer-address done" },
  { "admits-unknown", PREPARED | OPENS | INSIDE, "search admit member peer-address done" },
  { "admits-another", PREPARED | OPENS | KNOWN | INSIDE | UP, "admit member done" },
  { "invites-in", PREPARED | REOPENS | KNOWN | INSIDE, "invite-in member peer-address done" },
  { "invites-in-unknown", PREPARED | REOPENS | INSIDE | UP, "search invite-in member done" },
  { "shares", OPENS | KNOWN | WFD_P2P_SHARES | OWNER,
      PREPARE "share network frequency serve admit member peer-address done" },
  { "shares-unknown", PREPARED | OPENS | WFD_P2P_SHARES | OWNER,
      "search share network frequency serve admit member peer-address done" },
  { "shares-again", PREPARED | REOPENS | KNOWN | PAIRED_HERE | WFD_P2P_SHARES | OWNER,
      "groups share network frequency serve invite-in member peer-address done" },
  { "shares-so-pair", PREPARED | REOPENS | KNOWN | MAY_PAIR | WFD_P2P_SHARES | OWNER,
      "groups share network frequency serve admit member peer-address done" },
  { "begins-first", PREPARED | REOPENS | KNOWN | PAIRED_HERE | WFD_P2P_PICKS | OWNER | ADDRESSED,
      "groups share begin group network frequency serve invite-in member peer-address done" },
  { "in-vain", PREPARED | REOPENS | KNOWN | PAIRED_HERE | WFD_P2P_IN_VAIN,
      "groups share invite" LOOK },
  { "in-vain-so-pair", PREPARED | REOPENS | KNOWN | PAIRED_HERE | WFD_P2P_IN_VAIN | MAY_PAIR,
      "groups share pair" LOOK },
  { "several-adapters", WFD_P2P_SEVERAL,
      "bus service owner clean root interfaces read-config read-methods configure announce manager "
      "peers find done" },
  { "started-by-peer", PREPARED | OPENS | STARTED,
      "group network frequency member address lease done" },
};

static void
test_way (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GString) way = g_string_new (NULL);
  WfdP2pStep step = WFD_P2P_STEP_START;

  while (!is_end (step)) {
    step = wfd_p2p_next_step (step, ways[i].facts);
    g_string_append_printf (way, "%s%s", way->len > 0 ? " " : "", names[step]);
  }
  g_assert_cmpstr (way->str, ==, ways[i].way);
}

/* A group that begins while we are on our way makes the rest of it needless. */
static void
test_started_meanwhile (void)
{
  static const WfdP2pStep steps[] = { WFD_P2P_STEP_PEERS, WFD_P2P_STEP_SEARCH, WFD_P2P_STEP_GROUPS,
    WFD_P2P_STEP_INVITE };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    g_assert_cmpuint (wfd_p2p_next_step (steps[i], REOPENS | KNOWN | PAIRED | FORGOTTEN | STARTED),
        ==, WFD_P2P_STEP_GROUP);
}

static void
test_unheard (void)
{
  const guint facts = REOPENS | PAIRED | WFD_P2P_UNHEARD;

  g_assert_cmpuint (wfd_p2p_next_step (WFD_P2P_STEP_INVITE, facts), ==, WFD_P2P_STEP_SEARCH);
  g_assert_cmpuint (wfd_p2p_next_step (WFD_P2P_STEP_INVITE, facts | STARTED), ==,
      WFD_P2P_STEP_GROUP);
  /* It is heard then. */
  g_assert_cmpuint (wfd_p2p_next_step (WFD_P2P_STEP_SEARCH, REOPENS | KNOWN | PAIRED), ==,
      WFD_P2P_STEP_GROUPS);
}

/* All is read anew, from the right one. */
static void
test_misplaced (void)
{
  g_assert_cmpuint (wfd_p2p_next_step (WFD_P2P_STEP_MANAGER, OPENS | WFD_P2P_MISPLACED), ==,
      WFD_P2P_STEP_BUS);
}

/* Whatever is known, each way has an end, and goes forward only. */
static void
go_to_end (guint facts)
{
  WfdP2pStep step = WFD_P2P_STEP_START;

  while (!is_end (step)) {
    WfdP2pStep next = wfd_p2p_next_step (step, facts);

    g_assert_cmpuint (next, >, step);
    g_assert_nonnull (wfd_p2p_step_to_text (next));
    step = next;
  }
}

static void
test_every_way_ends (void)
{
  static const guint more[] = { 0, WFD_P2P_PICKS, WFD_P2P_IN_VAIN,
    WFD_P2P_PICKS | WFD_P2P_IN_VAIN };

  for (guint i = 0; i < G_N_ELEMENTS (more); i++) {
    for (guint facts = 0; facts <= ALL_FACTS; facts++)
      go_to_end (facts | more[i]);
  }
}

static void
test_undo (void)
{
  g_assert_cmpuint (wfd_p2p_step_get_undo (WFD_P2P_STEP_ANNOUNCE), ==, 0);
  g_assert_cmpuint (wfd_p2p_step_get_undo (WFD_P2P_STEP_FIND), ==, WFD_P2P_UNDO_SEARCH);
  g_assert_cmpuint (wfd_p2p_step_get_undo (WFD_P2P_STEP_PAIR), ==,
      WFD_P2P_UNDO_TURN | WFD_P2P_UNDO_FORMATION | WFD_P2P_UNDO_GROUP);
  /* It forms none, but is about to. */
  g_assert_cmpuint (wfd_p2p_step_get_undo (WFD_P2P_STEP_FORGET), ==,
      WFD_P2P_UNDO_TURN | WFD_P2P_UNDO_GROUP);
  g_assert_cmpuint (wfd_p2p_step_get_undo (WFD_P2P_STEP_MEMBER), ==, WFD_P2P_UNDO_GROUP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree char *path = g_strdup_printf ("/link/steps/%s", ways[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_way);
  }
  g_test_add_func ("/link/steps/started-meanwhile", test_started_meanwhile);
  g_test_add_func ("/link/steps/unheard", test_unheard);
  g_test_add_func ("/link/steps/misplaced", test_misplaced);
  g_test_add_func ("/link/steps/every-way-ends", test_every_way_ends);
  g_test_add_func ("/link/steps/undo", test_undo);
  return g_test_run ();
}
