/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-p2p-steps.h"

#include "link.h"

/* Short names for the table. */
#define S(step) WFD_P2P_STEP_##step
#define PREPARED WFD_P2P_PREPARED
#define OPENS WFD_P2P_OPENS
#define REOPENS WFD_P2P_REOPENS
#define MAY_PAIR WFD_P2P_MAY_PAIR
#define KNOWN WFD_P2P_PEER_KNOWN
#define OWNS_GROUP WFD_P2P_PEER_OWNS_GROUP
#define PAIRED WFD_P2P_PAIRED
#define FORGOTTEN WFD_P2P_FORGOTTEN
#define STARTED WFD_P2P_STARTED
#define OWNER WFD_P2P_OWNER
#define ADDRESSED WFD_P2P_ADDRESSED
#define HIDDEN WFD_P2P_PEER_HIDDEN
#define BEGINS WFD_P2P_BEGINS
#define INSIDE WFD_P2P_INSIDE
#define UP WFD_P2P_UP
#define HOSTS WFD_P2P_HOSTS
#define MAY_CHOOSE WFD_P2P_MAY_CHOOSE
#define BEGUN WFD_P2P_BEGUN
#define ASKS_FIRST WFD_P2P_ASKS_FIRST
#define SHARES WFD_P2P_SHARES
#define PAIRED_HERE WFD_P2P_PAIRED_HERE
#define PICKS WFD_P2P_PICKS
#define IN_VAIN WFD_P2P_IN_VAIN
#define FORMS (WFD_P2P_UNDO_TURN | WFD_P2P_UNDO_FORMATION | WFD_P2P_UNDO_GROUP)
#define UNHEARD WFD_P2P_UNHEARD
#define SEVERAL WFD_P2P_SEVERAL
#define MISPLACED WFD_P2P_MISPLACED

/* Of the rows of a step, the first whose facts are all there counts. A group
 * that the peer has begun meanwhile is as good as one that we would begin. */
static const struct
{
  WfdP2pStep step;
  guint facts;
  WfdP2pStep next;
} rows[] = {
  { S (START), STARTED, S (GROUP) },
  { S (START), PREPARED | BEGINS, S (GROUPS) },
  { S (START), PREPARED | OPENS | KNOWN | INSIDE | REOPENS, S (INVITE_IN) },
  { S (START), PREPARED | OPENS | KNOWN | INSIDE, S (ADMIT) },
  { S (START), PREPARED | OPENS | KNOWN | REOPENS, S (GROUPS) },
  { S (START), PREPARED | OPENS | KNOWN, S (SHARE) },
  { S (START), PREPARED | OPENS | ASKS_FIRST, S (PAIRINGS) },
  { S (START), PREPARED | OPENS, S (SEARCH) },
  { S (START), PREPARED, S (FIND) },
  { S (START), 0, S (BUS) },

  { S (BUS), 0, S (SERVICE) },
  { S (SERVICE), 0, S (OWNER) },
  { S (OWNER), 0, S (CLEAN) },
  { S (CLEAN), 0, S (ROOT) },
  { S (ROOT), 0, S (INTERFACES) },
  { S (INTERFACES), 0, S (READ_CONFIG) },
  { S (READ_CONFIG), 0, S (READ_METHODS) },
  { S (READ_METHODS), 0, S (CONFIGURE) },
  /* A television shows up only if the very first search says what we are. */
  { S (CONFIGURE), 0, S (ANNOUNCE) },
  { S (ANNOUNCE), SEVERAL, S (MANAGER) },
  { S (ANNOUNCE), 0, S (PEERS) },
  { S (MANAGER), MISPLACED, S (BUS) },
  { S (MANAGER), 0, S (PEERS) },

  { S (PEERS), OPENS | STARTED, S (GROUP) },
  { S (PEERS), BEGINS, S (GROUPS) },
  { S (PEERS), OPENS | KNOWN | REOPENS, S (GROUPS) },
  { S (PEERS), OPENS | KNOWN, S (SHARE) },
  { S (PEERS), OPENS | ASKS_FIRST, S (PAIRINGS) },
  { S (PEERS), OPENS, S (SEARCH) },
  { S (PEERS), 0, S (FIND) },

  { S (FIND), 0, S (DONE) },
  { S (PAIRINGS), STARTED, S (GROUP) },
  { S (PAIRINGS), PAIRED | KNOWN, S (GROUPS) },
  { S (PAIRINGS), PAIRED, S (SEARCH) },
  { S (PAIRINGS), 0, S (NOT_PAIRED) },
  { S (SEARCH), STARTED, S (GROUP) },
  { S (SEARCH), INSIDE | REOPENS, S (INVITE_IN) },
  { S (SEARCH), INSIDE, S (ADMIT) },
  { S (SEARCH), REOPENS, S (GROUPS) },
  { S (SEARCH), 0, S (SHARE) },

  { S (GROUPS), STARTED, S (GROUP) },
  /* A device without Wi-Fi Direct is often without 5 GHz. */
  { S (GROUPS), HOSTS | PAIRED, S (BEGIN) },
  { S (GROUPS), HOSTS, S (NOT_PAIRED) },
  { S (GROUPS), BEGINS, S (STATION) },
  { S (GROUPS), PAIRED, S (SHARE) },
  { S (GROUPS), MAY_PAIR, S (SHARE) },
  { S (GROUPS), 0, S (NOT_PAIRED) },
  { S (SHARE), STARTED, S (GROUP) },
  { S (SHARE), SHARES, S (NETWORK) },
  { S (SHARE), PAIRED | PAIRED_HERE | IN_VAIN | MAY_PAIR, S (PAIR) },
  /* Invite of wpa_supplicant takes no frequency. */
  { S (SHARE), PAIRED | PAIRED_HERE | PICKS, S (BEGIN) },
  { S (SHARE), PAIRED | PAIRED_HERE, S (INVITE) },
  { S (SHARE), PAIRED | OWNS_GROUP, S (REJOIN) },
  { S (SHARE), PAIRED, S (INVITE) },
  { S (SHARE), 0, S (PAIR) },

  { S (INVITE), STARTED, S (GROUP) },
  { S (INVITE), UNHEARD, S (SEARCH) },
  { S (INVITE), FORGOTTEN, S (FORGET) },
  { S (INVITE), 0, S (GROUP) },
  { S (REJOIN), 0, S (GROUP) },
  { S (FORGET), MAY_PAIR, S (PAIR) },
  { S (FORGET), 0, S (NOT_PAIRED) },
  { S (PAIR), 0, S (GROUP) },
  { S (STATION), MAY_CHOOSE, S (BEGIN_5_GHZ) },
  { S (STATION), 0, S (BEGIN) },
  { S (BEGIN_5_GHZ), BEGUN, S (GROUP) },
  { S (BEGIN_5_GHZ), 0, S (BEGIN) },
  { S (BEGIN), 0, S (GROUP) },
  { S (ADMIT), 0, S (MEMBER) },
  { S (INVITE_IN), 0, S (MEMBER) },

  { S (GROUP), 0, S (NETWORK) },
  { S (NETWORK), 0, S (FREQUENCY) },
  /* A client asks for an address as soon as it is in. */
  { S (FREQUENCY), OWNER, S (SERVE) },
  { S (FREQUENCY), 0, S (MEMBER) },
  /* Whoever it is for comes when it likes, and may be no Wi-Fi Direct device. */
  { S (SERVE), BEGINS, S (DONE) },
  { S (SERVE), SHARES | PAIRED_HERE, S (INVITE_IN) },
  { S (SERVE), SHARES, S (ADMIT) },
  { S (SERVE), PICKS | PAIRED_HERE, S (INVITE_IN) },
  { S (SERVE), PICKS | FORGOTTEN, S (ADMIT) },
  { S (SERVE), 0, S (MEMBER) },
  { S (MEMBER), INSIDE | UP, S (DONE) },
  { S (MEMBER), OWNER, S (PEER_ADDRESS) },
  { S (MEMBER), 0, S (ADDRESS) },
  { S (ADDRESS), ADDRESSED | HIDDEN, S (PEER_ADDRESS) },
  { S (ADDRESS), ADDRESSED, S (DONE) },
  { S (ADDRESS), 0, S (LEASE) },
  { S (LEASE), HIDDEN, S (PEER_ADDRESS) },
  { S (LEASE), 0, S (DONE) },
  { S (PEER_ADDRESS), 0, S (DONE) },
};

WfdP2pStep
wfd_p2p_next_step (WfdP2pStep step, guint facts)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].step == step && (rows[i].facts & ~facts) == 0)
      return rows[i].next;
  }
  g_return_val_if_reached (WFD_P2P_STEP_NOT_PAIRED);
}

/* A group may be begun by the peer while we are still on our way. */
static const struct
{
  const char *text;
  guint undo;
} steps[WFD_P2P_N_STEPS] = {
  [S (START)] = { "beginning", WFD_P2P_UNDO_GROUP },
  [S (BUS)] = { "reaching the system's message bus", 0 },
  [S (SERVICE)] = { "starting wpa_supplicant", 0 },
  [S (OWNER)] = { "reaching wpa_supplicant", 0 },
  [S (CLEAN)] = { "ending a group that was left over", 0 },
  [S (ROOT)] = { "asking wpa_supplicant what it can do", 0 },
  [S (INTERFACES)] = { "looking for a Wi-Fi Direct interface", 0 },
  [S (READ_CONFIG)] = { "reading the Wi-Fi Direct configuration", 0 },
  [S (READ_METHODS)] = { "reading how it may be paired", 0 },
  [S (CONFIGURE)] = { "configuring Wi-Fi Direct", 0 },
  [S (ANNOUNCE)] = { "announcing Wi-Fi Display", 0 },
  [S (MANAGER)] = { "asking by which adapter Wi-Fi Direct is done", 0 },
  [S (PEERS)] = { "asking for known devices", WFD_P2P_UNDO_GROUP },
  [S (FIND)] = { "searching", WFD_P2P_UNDO_SEARCH },
  [S (PAIRINGS)] = { "looking for the pairing", WFD_P2P_UNDO_GROUP },
  [S (SEARCH)] = { "looking for the peer", WFD_P2P_UNDO_SEARCH | WFD_P2P_UNDO_GROUP },
  [S (GROUPS)] = { "looking for the pairing", WFD_P2P_UNDO_GROUP },
  [S (SHARE)] = { "waiting until another group is formed", WFD_P2P_UNDO_GROUP },
  [S (INVITE)] = { "inviting the peer", FORMS },
  [S (REJOIN)] = { "joining the group of the peer", FORMS },
  [S (FORGET)] = { "dropping the old pairing", WFD_P2P_UNDO_TURN | WFD_P2P_UNDO_GROUP },
  [S (PAIR)] = { "pairing", FORMS },
  [S (STATION)] = { "looking at the channel of the own network", WFD_P2P_UNDO_GROUP },
  [S (BEGIN_5_GHZ)] = { "beginning a group", FORMS },
  [S (BEGIN)] = { "beginning a group", FORMS },
  [S (ADMIT)] = { "letting the peer into the group", WFD_P2P_UNDO_GROUP },
  [S (INVITE_IN)] = { "inviting the peer into the group", WFD_P2P_UNDO_GROUP },
  [S (GROUP)] = { "forming the group", FORMS },
  [S (NETWORK)] = { "looking at the group", WFD_P2P_UNDO_GROUP },
  [S (FREQUENCY)] = { "looking at the group", WFD_P2P_UNDO_GROUP },
  [S (SERVE)] = { "setting the address of the group", WFD_P2P_UNDO_GROUP },
  [S (MEMBER)] = { "waiting for the peer in the group", WFD_P2P_UNDO_GROUP },
  [S (ADDRESS)] = { "setting the address", WFD_P2P_UNDO_GROUP },
  [S (LEASE)] = { "waiting for an address by DHCP", WFD_P2P_UNDO_GROUP },
  [S (PEER_ADDRESS)] = { "waiting for the address of the peer", WFD_P2P_UNDO_GROUP },
  [S (DONE)] = { "done", 0 },
  [S (NOT_PAIRED)] = { "looking for the pairing", 0 },
};

const char *
wfd_p2p_step_to_text (WfdP2pStep step)
{
  return steps[step].text;
}

/* Those that begin a stage; what follows belongs to it. */
static const struct
{
  WfdP2pStep step;
  WfdLinkStage stage;
} stages[] = {
  { S (BUS), WFD_LINK_STAGE_PREPARE },
  { S (FIND), WFD_LINK_STAGE_SEARCH },
  { S (SEARCH), WFD_LINK_STAGE_SEARCH },
  { S (INVITE), WFD_LINK_STAGE_REOPEN },
  { S (REJOIN), WFD_LINK_STAGE_REOPEN },
  { S (INVITE_IN), WFD_LINK_STAGE_REOPEN },
  { S (PAIR), WFD_LINK_STAGE_PAIR },
  { S (ADMIT), WFD_LINK_STAGE_PAIR },
  { S (NETWORK), WFD_LINK_STAGE_ADDRESS },
};

gint
wfd_p2p_step_get_stage (WfdP2pStep step)
{
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++) {
    if (stages[i].step == step)
      return stages[i].stage;
  }
  return -1;
}

guint
wfd_p2p_step_get_undo (WfdP2pStep step)
{
  return steps[step].undo;
}
