/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each of the Wi-Fi Direct functions promises, to one caller at a time. */
#include "wlan-lab.h"

#include <base-limits.h>
#include <wlanapi-service.h>

/* Nothing that is waited for takes so long, under valgrind either. */
#define LONG_MS (60 * 1000)

static const HANDLE no_handle = (HANDLE) (UINT_PTR) 0x12345678;

static guint
count (WlanLab *lab, const char *key)
{
  return fake_wpas_count (lab->lab.fake, key);
}

/* --- handles --- */

static void
test_versions (WlanLab *lab, gconstpointer data)
{
  static const DWORD bad[] = { 0, 2, 0xffffffff };
  DWORD version = 77;
  HANDLE handle = no_handle;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpuint (WFDOpenHandle (bad[i], &version, &handle), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenHandle (1, NULL, &handle), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenHandle (1, &version, NULL), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (version, ==, 77);
  g_assert_true (handle == no_handle);
}

static void
test_bad_handles (WlanLab *lab, gconstpointer data)
{
  HANDLE bad[] = { no_handle, INVALID_HANDLE_VALUE, lab, (HANDLE) 1 };
  Started started = { 0 };
  GUID guid;
  HANDLE handle;

  g_assert_cmpuint (WFDCloseHandle (NULL), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDCloseSession (NULL), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDCancelOpenSession (NULL), ==, ERROR_INVALID_PARAMETER);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_cmpuint (WFDCloseHandle (bad[i]), ==, ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WFDCloseSession (bad[i]), ==, ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WFDCancelOpenSession (bad[i]), ==, ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WFDStartOpenSession (bad[i], &wlan_tv, &started, wlan_callback, &handle), ==,
        ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WFDOpenLegacySession (bad[i], &wlan_tv, &handle, &guid), ==,
        ERROR_INVALID_HANDLE);
  }
  /* One of the other kind. */
  lab_know_tv (&lab->lab);
  g_assert_cmpuint (WFDCloseSession (lab->client), ==, ERROR_INVALID_HANDLE);
  g_assert_cmpuint (WFDCancelOpenSession (lab->client), ==, ERROR_INVALID_HANDLE);
  wlan_start_and_wait (lab, &started);
  g_assert_cmpuint (WFDCloseHandle (started.handle), ==, ERROR_INVALID_HANDLE);
}

static void
test_bad_arguments (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  HANDLE handle = no_handle;
  GUID guid;

  g_assert_cmpuint (WFDStartOpenSession (NULL, &wlan_tv, &started, wlan_callback, &handle), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDStartOpenSession (lab->client, NULL, &started, wlan_callback, &handle), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDStartOpenSession (lab->client, &wlan_tv, &started, NULL, &handle), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDStartOpenSession (lab->client, &wlan_tv, &started, wlan_callback, NULL), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenLegacySession (NULL, &wlan_tv, &handle, &guid), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenLegacySession (lab->client, NULL, &handle, &guid), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenLegacySession (lab->client, &wlan_tv, NULL, &guid), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDOpenLegacySession (lab->client, &wlan_tv, &handle, NULL), ==,
      ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WFDUpdateDeviceVisibility (NULL), ==, ERROR_INVALID_PARAMETER);
  g_assert_true (handle == no_handle);
  /* That waits for every callback. */
  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_INVALID_HANDLE);
  lab->client = NULL;
  g_assert_cmpint (started.n_called, ==, 0);
}

static void
test_many_handles (WlanLab *lab, gconstpointer data)
{
  HANDLE handles[64];
  DWORD version;
  guint n = 0;

  while (WFDOpenHandle (1, &version, &handles[n]) == ERROR_SUCCESS)
    g_assert_cmpuint (++n, <, G_N_ELEMENTS (handles));
  g_assert_cmpuint (n, ==, 63);
  g_assert_cmpuint (WFDOpenHandle (1, &version, &handles[n]), ==,
      ERROR_REMOTE_SESSION_LIMIT_EXCEEDED);
  g_assert_cmpuint (WFDCloseHandle (handles[0]), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDOpenHandle (1, &version, &handles[0]), ==, ERROR_SUCCESS);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (WFDCloseHandle (handles[i]), ==, ERROR_SUCCESS);
}

/* --- a session --- */

static void
test_opens (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  WFDX_INTERFACE interface;

  wlan_pair (lab);
  wlan_open (lab, &started);
  assert_call (&lab->lab, "Invite",
      "Invite " IFACE " peer='" TV "' persistent_group_object='" PERSISTENT "0'");

  g_assert_cmpuint (WfdxGetInterface (&started.guid, &interface), ==, ERROR_SUCCESS);
  g_assert_cmpuint (interface.dwIndex, ==, 7);
  g_assert_cmpint (interface.Role, ==, WFD_ROLE_TYPE_CLIENT);
  g_assert_cmpstr (interface.szName, ==, "p2p-wlan0-0");
  g_assert_cmpstr (interface.szLocalAddress, ==, "192.168.42.100");
  g_assert_cmpstr (interface.szPeerAddress, ==, "192.168.42.1");

  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
  wlan_close_session (&started);
  lab_wait_call (&lab->lab, "Disconnect");
  g_assert_cmpuint (WfdxGetInterface (&started.guid, &interface), ==, ERROR_NOT_FOUND);
  g_assert_cmpuint (WFDCloseSession (started.handle), ==, ERROR_INVALID_HANDLE);
  g_assert_cmpuint (WFDCancelOpenSession (started.handle), ==, ERROR_INVALID_HANDLE);
}

static void
test_again_and_again (WlanLab *lab, gconstpointer data)
{
  wlan_pair (lab);
  for (guint i = 0; i < 20; i++) {
    Started started = { 0 };

    wlan_open (lab, &started);
    wlan_close_session (&started);
  }
  wlan_wait_count (lab, "Disconnect", 20);
  g_assert_cmpuint (count (lab, "Invite"), ==, 20);
}

static void
test_interface_of_bad_arguments (WlanLab *lab, gconstpointer data)
{
  static const GUID none;
  WFDX_INTERFACE interface;

  g_assert_cmpuint (WfdxGetInterface (NULL, &interface), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WfdxGetInterface (&none, NULL), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WfdxGetInterface (&none, &interface), ==, ERROR_NOT_FOUND);
}

static void
test_many_sessions (WlanLab *lab, gconstpointer data)
{
  Started started[256] = { { 0 } }, another = { 0 };

  wlan_pair_out_of_reach (lab);
  for (guint i = 0; i < G_N_ELEMENTS (started); i++)
    wlan_start (lab, &started[i]);
  g_assert_cmpuint (
      WFDStartOpenSession (lab->client, &wlan_tv, &another, wlan_callback, &another.handle), ==,
      ERROR_NOT_ENOUGH_MEMORY);
  for (guint i = 0; i < G_N_ELEMENTS (started); i++)
    g_assert_cmpuint (WFDCancelOpenSession (started[i].handle), ==, ERROR_SUCCESS);
  for (guint i = 0; i < G_N_ELEMENTS (started); i++) {
    wlan_wait_called (&started[i]);
    wlan_assert_failed (&started[i], ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
  }
  g_assert_null (another.handle);
  g_assert_cmpint (another.n_called, ==, 0);
  lab_know_tv (&lab->lab);
  wlan_open (lab, &another);
}

/* --- what may go wrong --- */

static void
test_not_paired (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  lab_know_tv (&lab->lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_NOT_FOUND, WLAN_REASON_CODE_PROFILE_MISSING);
  lab_settle (&lab->lab);
}

/* Nobody has to be searched for that. */
static void
test_not_paired_and_not_there (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_NOT_FOUND, WLAN_REASON_CODE_PROFILE_MISSING);
  g_assert_cmpuint (count (lab, "Find"), ==, 0);
  lab_settle (&lab->lab);
}

static void
test_failed_is_over (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  BlockingCall close;

  lab_know_tv (&lab->lab);
  wlan_start_and_wait (lab, &started);
  /* It waits until the callback is over for the library as well. */
  wlan_call (&close, wlan_close_handle, lab->client);
  g_assert_cmpuint (wlan_wait_result (&close), ==, ERROR_SUCCESS);
  lab->client = NULL;
  g_assert_cmpuint (WFDCloseSession (started.handle), ==, ERROR_INVALID_HANDLE);
}

static void
test_invitation_statuses (WlanLab *lab, gconstpointer data)
{
  static const struct
  {
    const char *result;
    DWORD error, reason;
  } rows[] = {
    { "({'status': <3>},)", ERROR_CONNECTION_REFUSED, WLAN_REASON_CODE_ASSOCIATION_FAILURE },
    { "({'status': <11>},)", ERROR_CONNECTION_REFUSED, WLAN_REASON_CODE_ASSOCIATION_FAILURE },
    { "({'status': <7>},)", ERROR_NOT_SUPPORTED, WLAN_REASON_CODE_ASSOCIATION_FAILURE },
    { "({'status': <8>},)", ERROR_NOT_FOUND, WLAN_REASON_CODE_PROFILE_MISSING },
  };

  wlan_pair (lab);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Started started = { 0 };

    lab_react (&lab->lab, "Invite", "InvitationResult", rows[i].result);
    wlan_start_and_wait (lab, &started);
    wlan_assert_failed (&started, rows[i].error, rows[i].reason);
  }
  g_assert_cmpuint (count (lab, "RemovePersistentGroup"), ==, 1);
}

static void
test_not_found (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair_out_of_reach (lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_DEVICE_NOT_AVAILABLE, WLAN_REASON_CODE_NETWORK_NOT_AVAILABLE);
  g_assert_cmpuint (count (lab, "Find"), ==, 1);
}

static void
test_too_late (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_TIMEOUT, WLAN_REASON_CODE_ASSOCIATION_TIMEOUT);
}

/* It is tried again, but there is no time for that. */
static void
test_busy (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  lab_react (&lab->lab, "Invite", "InvitationResult", "({'status': <5>},)");
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_CONNECTION_REFUSED, WLAN_REASON_CODE_ASSOCIATION_FAILURE);
}

static void
on_invite (FakeWpas *fake, gpointer user_data)
{
  lab_start_group (user_data, "client");
  lab_say (user_data, "GroupFinished", "({'interface_object': <objectpath '" GROUP_IFACE "'>},)");
}

/* So is this. */
static void
test_begun_and_ended (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  fake_wpas_react (lab->lab.fake, "Invite", on_invite, &lab->lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_GEN_FAILURE, WLAN_REASON_CODE_ASSOCIATION_FAILURE);
}

/* The device that was asked for is waited for. */
static void
test_somebody_else_comes (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  lab_start_group_after (&lab->lab, "Invite", "GO");
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Get Members");
  lab_settle (&lab->lab);
  wlan_answer_invitation (lab);
  fake_wpas_say (lab->lab.fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" OTHER "',)"));
  fake_wpas_say (lab->lab.fake, GROUP, IF_GROUP, "PeerJoined",
      g_variant_new_parsed ("(objectpath '" TV "',)"));
  wlan_wait_called (&started);
  g_assert_cmpuint (started.error, ==, ERROR_SUCCESS);
  g_assert_cmpuint (fake_wpas_count (lab->lab.fake, "Invite"), ==, 1);
  wlan_close_session (&started);
}

/* It is tried again, but there is no time for that. */
static void
test_not_formed (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  lab_react (&lab->lab, "Invite", "GroupFormationFailure", "('',)");
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_GEN_FAILURE, WLAN_REASON_CODE_SECURITY_FAILURE);
}

/* Wi-Fi Direct is not there, or switched off. */
static void
test_disabled (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  fake_wpas_set (lab->lab.fake, IFACE, "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure']>}"));
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_INVALID_STATE, WLAN_REASON_CODE_UNKNOWN);
}

static void
test_switched_off (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  fake_wpas_set (lab->lab.fake, IFACE, "State", g_variant_new_string ("interface_disabled"));
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_INVALID_STATE, WLAN_REASON_CODE_UNKNOWN);
}

static void
test_makes_no_sense (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  fake_wpas_set (lab->lab.fake, IFACE, "P2PDeviceConfig", g_variant_new_string ("fast"));
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_GEN_FAILURE, WLAN_REASON_CODE_UNKNOWN);
}

static void
test_no_permission (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  fake_wpas_refuse (lab->lab.fake, "Set P2PDeviceConfig",
      "org.freedesktop.DBus.Error.AccessDenied");
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_ACCESS_DENIED, WLAN_REASON_CODE_UNKNOWN);
}

static void
test_no_service (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 }, again = { 0 };

  lab_drop_fake (&lab->lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_SERVICE_NOT_ACTIVE, WLAN_REASON_CODE_UNKNOWN);
  /* It has been started now: the same handle does. */
  lab_add_fake (&lab->lab);
  wlan_pair (lab);
  wlan_open (lab, &again);
}

static void
test_service_killed (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 }, again = { 0 };

  wlan_pair (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Invite");
  lab_drop_fake (&lab->lab);
  wlan_wait_called (&started);
  wlan_assert_failed (&started, ERROR_SERVICE_NOT_ACTIVE, WLAN_REASON_CODE_UNKNOWN);
  lab_add_fake (&lab->lab);
  wlan_pair (lab);
  wlan_open (lab, &again);
}

/* Its group is gone with it; the session that was open is closed in vain, and the next
 * group is none of its business. */
static void
test_service_restarted (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 }, again = { 0 }, third = { 0 };

  wlan_pair (lab);
  wlan_open (lab, &started);
  lab_drop_fake (&lab->lab);
  while (wlan_has_interface (&started))
    g_main_context_iteration (NULL, FALSE);
  lab_add_fake (&lab->lab);
  wlan_pair (lab);
  wlan_open (lab, &again);
  wlan_close_session (&started);
  wlan_start_and_wait (lab, &third);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
}

static void
test_lost (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 }, again = { 0 }, third = { 0 };

  wlan_pair (lab);
  wlan_open (lab, &started);
  wlan_end_group (lab, &started);
  wlan_open (lab, &again);
  g_assert_cmpuint (count (lab, "Invite"), ==, 2);
  wlan_close_session (&started);
  /* Done after that. */
  wlan_start_and_wait (lab, &third);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
  g_assert_true (wlan_has_interface (&again));
}

/* --- two sessions --- */

static void
test_second_joins (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 }, third = { 0 };

  wlan_pair (lab);
  wlan_open (lab, &first);
  wlan_start_and_wait (lab, &second);
  g_assert_cmpuint (second.error, ==, ERROR_SUCCESS);
  g_assert_true (first.handle != second.handle);
  g_assert_cmpmem (&first.guid, sizeof (GUID), &second.guid, sizeof (GUID));
  wlan_close_session (&first);
  wlan_start_and_wait (lab, &third);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
  wlan_close_session (&second);
  wlan_close_session (&third);
  lab_wait_call (&lab->lab, "Disconnect");
  g_assert_cmpuint (count (lab, "Invite"), ==, 1);
}

static void
test_both_wait (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 };

  wlan_pair (lab);
  wlan_start (lab, &first);
  wlan_start (lab, &second);
  lab_wait_call (&lab->lab, "Invite");
  lab_start_group (&lab->lab, "client");
  wlan_wait_called (&first);
  wlan_wait_called (&second);
  g_assert_cmpuint (first.error | second.error, ==, ERROR_SUCCESS);
  g_assert_cmpuint (count (lab, "Invite"), ==, 1);
}

/* What one gives up the other still wants. */
static void
test_one_of_two_cancelled (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 };

  wlan_pair (lab);
  wlan_start (lab, &first);
  wlan_start (lab, &second);
  lab_wait_call (&lab->lab, "Invite");
  g_assert_cmpuint (WFDCancelOpenSession (first.handle), ==, ERROR_SUCCESS);
  wlan_wait_called (&first);
  wlan_assert_failed (&first, ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
  lab_start_group (&lab->lab, "client");
  wlan_wait_called (&second);
  g_assert_cmpuint (second.error, ==, ERROR_SUCCESS);
  g_assert_cmpuint (count (lab, "Cancel"), ==, 0);
}

static void
start_other (WlanLab *lab, Started *started)
{
  g_assert_cmpuint (
      WFDStartOpenSession (lab->client, &wlan_other, started, wlan_callback, &started->handle), ==,
      ERROR_SUCCESS);
}

static void
test_other_device (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 }, third = { 0 };

  wlan_pair_both (lab);
  wlan_open (lab, &first);
  start_other (lab, &second);
  wlan_wait_called (&second);
  wlan_assert_failed (&second, ERROR_BUSY, WLAN_REASON_CODE_UNKNOWN);
  wlan_close_session (&first);
  start_other (lab, &third);
  lab_wait_call (&lab->lab, "Find");
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 1);
  WFDCancelOpenSession (third.handle);
  wlan_wait_called (&third);
}

/* The radio does one thing after the other. */
static void
test_other_device_waits (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 };

  wlan_pair_both (lab);
  wlan_start (lab, &first);
  lab_wait_call (&lab->lab, "Invite");
  start_other (lab, &second);
  lab_settle (&lab->lab);
  g_assert_cmpuint (count (lab, "Find"), ==, 0);
  WFDCancelOpenSession (first.handle);
  wlan_wait_called (&first);
  lab_wait_call (&lab->lab, "Find");
  WFDCancelOpenSession (second.handle);
  wlan_wait_called (&second);
}

/* The television has invited us meanwhile. */
static void
test_group_of_the_peer (WlanLab *lab, gconstpointer data)
{
  Started first = { 0 }, second = { 0 };

  wlan_pair (lab);
  wlan_open (lab, &first);
  wlan_end_group (lab, &first);
  lab_start_group (&lab->lab, "client");
  wlan_wait_count (lab, "Get Ifname", 2);
  wlan_start_and_wait (lab, &second);
  g_assert_cmpuint (second.error, ==, ERROR_SUCCESS);
  g_assert_cmpuint (count (lab, "Invite"), ==, 1);
  wlan_close_session (&second);
  lab_wait_call (&lab->lab, "Disconnect");
}

/* --- devices without Wi-Fi Direct --- */

typedef struct
{
  WlanLab *lab;
  HANDLE session;
  GUID guid;
} Legacy;

static DWORD
open_legacy (gpointer data)
{
  Legacy *legacy = data;

  return WFDOpenLegacySession (legacy->lab->client, &wlan_other, &legacy->session, &legacy->guid);
}

static DWORD
wait_legacy (Legacy *legacy)
{
  BlockingCall call;

  wlan_call (&call, open_legacy, legacy);
  return wlan_wait_result (&call);
}

/* As client of the one and as owner of the others. */
static void
remember_groups (WlanLab *lab)
{
  static const char *const properties[] = { "{'mode': <'3'>}",
    "{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}",
    "{'mode': <'0'>, 'bssid': <'" TV_ID "'>}" };
  g_autoptr (GVariant) groups =
      parse ("[objectpath '" PERSISTENT "0', '" PERSISTENT "1', '" PERSISTENT "2']");

  fake_wpas_set (lab->lab.fake, IFACE, "PersistentGroups", groups);
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    g_autofree char *path = g_strdup_printf (PERSISTENT "%u", i);
    g_autoptr (GVariant) parsed = parse (properties[i]);

    fake_wpas_set (lab->lab.fake, path, "Properties", parsed);
  }
}

static void
test_legacy (WlanLab *lab, gconstpointer data)
{
  Legacy legacy = { .lab = lab }, second = { .lab = lab };
  WFDX_INTERFACE interface;

  remember_groups (lab);
  lab_start_group_after (&lab->lab, "GroupAdd", "GO");
  g_assert_cmpuint (wait_legacy (&legacy), ==, ERROR_SUCCESS);
  assert_call (&lab->lab, "GroupAdd",
      "GroupAdd " IFACE " persistent_group_object='" PERSISTENT "1'");
  g_assert_cmpuint (WfdxGetInterface (&legacy.guid, &interface), ==, ERROR_SUCCESS);
  g_assert_cmpint (interface.Role, ==, WFD_ROLE_TYPE_GROUP_OWNER);
  g_assert_cmpstr (interface.szLocalAddress, ==, "192.168.173.1");
  g_assert_cmpstr (interface.szPeerAddress, ==, "");

  /* Another one comes into the same group. */
  g_assert_cmpuint (wait_legacy (&second), ==, ERROR_SUCCESS);
  g_assert_cmpuint (count (lab, "GroupAdd"), ==, 1);
  g_assert_cmpuint (WFDCancelOpenSession (second.session), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseSession (second.session), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseSession (legacy.session), ==, ERROR_SUCCESS);
  lab_wait_call (&lab->lab, "Disconnect");
  g_assert_cmpuint (WFDCloseSession (legacy.session), ==, ERROR_INVALID_HANDLE);
}

static void
test_legacy_not_paired (WlanLab *lab, gconstpointer data)
{
  Legacy legacy = { .lab = lab, .session = no_handle };

  wlan_pair (lab);
  g_assert_cmpuint (wait_legacy (&legacy), ==, ERROR_NOT_FOUND);
  g_assert_true (legacy.session == no_handle);
}

static void
test_legacy_without_service (WlanLab *lab, gconstpointer data)
{
  Legacy legacy = { .lab = lab };

  lab_drop_fake (&lab->lab);
  g_assert_cmpuint (wait_legacy (&legacy), ==, ERROR_SERVICE_NOT_ACTIVE);
}

/* --- visibility --- */

static DWORD
look (gpointer device)
{
  return WFDUpdateDeviceVisibility (device);
}

static void
assert_visible (DOT11_MAC_ADDRESS *device, BOOL expected)
{
  BOOL is_visible = !expected;

  g_assert_cmpuint (WfdxGetDeviceVisibility (device, &is_visible), ==, ERROR_SUCCESS);
  g_assert_cmpint (is_visible, ==, expected);
}

static void
test_visible (WlanLab *lab, gconstpointer data)
{
  BlockingCall call;
  BOOL is_visible;

  g_assert_cmpuint (WfdxGetDeviceVisibility (&wlan_other, &is_visible), ==, ERROR_NOT_FOUND);
  g_assert_cmpuint (WfdxGetDeviceVisibility (NULL, &is_visible), ==, ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WfdxGetDeviceVisibility (&wlan_tv, NULL), ==, ERROR_INVALID_PARAMETER);

  wlan_call (&call, look, &wlan_tv);
  lab_wait_call (&lab->lab, "Find");
  lab_settle (&lab->lab);
  g_assert_false (wlan_is_done (&call));
  lab_say_tv_found (&lab->lab);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
  assert_visible (&wlan_tv, TRUE);
  lab_wait_call (&lab->lab, "StopFind");

  /* It leaves, and the library hears that. */
  wlanapi_look_ms = 50;
  lab_say (&lab->lab, "DeviceLost", "(objectpath '" TV "',)");
  do {
    wlan_call (&call, look, &wlan_tv);
    g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
    g_assert_cmpuint (WfdxGetDeviceVisibility (&wlan_tv, &is_visible), ==, ERROR_SUCCESS);
  } while (is_visible);
  wlanapi_look_ms = LONG_MS;
}

/* Without a handle, and for nothing else. */
static void
test_visible_without_handle (WlanLab *lab, gconstpointer data)
{
  BlockingCall call;

  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_SUCCESS);
  lab->client = NULL;
  lab_know_tv (&lab->lab);
  wlan_call (&call, look, &wlan_tv);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
  assert_visible (&wlan_tv, TRUE);
  lab_settle (&lab->lab);
  g_assert_cmpuint (count (lab, "Find"), ==, count (lab, "StopFind"));
}

static void
test_visible_without_service (WlanLab *lab, gconstpointer data)
{
  BlockingCall call;

  lab_drop_fake (&lab->lab);
  wlan_call (&call, look, &wlan_other);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SERVICE_NOT_ACTIVE);
}

static void
test_visible_while_open (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  BlockingCall call;

  wlan_pair (lab);
  wlan_open (lab, &started);
  wlan_call (&call, look, &wlan_tv);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
  assert_visible (&wlan_tv, TRUE);
  wlan_call (&call, look, &wlan_other);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
  assert_visible (&wlan_other, FALSE);
  g_assert_cmpuint (count (lab, "Find"), ==, 0);
}

/* Not more than a program could want to know; who was looked for first is forgotten first. */
static void
test_many_are_known (WlanLab *lab, gconstpointer data)
{
  DOT11_MAC_ADDRESS device = { 0x06, 0, 0, 0, 0, 0 };
  Started started = { 0 };
  BOOL is_visible;

  wlan_pair (lab);
  wlan_open (lab, &started);
  for (guint i = 0; i <= WFD_LIMIT_LINK_PEERS; i++) {
    BlockingCall call;

    device[4] = i >> 8;
    device[5] = i;
    wlan_call (&call, look, &device);
    g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
    assert_visible (&device, FALSE);
  }
  device[4] = device[5] = 0;
  g_assert_cmpuint (WfdxGetDeviceVisibility (&device, &is_visible), ==, ERROR_NOT_FOUND);
  device[5] = 1;
  assert_visible (&device, FALSE);
}

/* A session is opened while it is looked for. */
static void
test_opens_while_looking (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  BlockingCall call;

  wlanapi_look_ms = 200;
  wlan_pair (lab);
  wlan_call (&call, look, &wlan_other);
  lab_wait_call (&lab->lab, "Find");
  wlan_open (lab, &started);
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
  assert_visible (&wlan_other, FALSE);
  wlanapi_look_ms = LONG_MS;
}

/* --- */

static void
shorten (WlanLab *lab, gconstpointer data)
{
  wlanapi_attempt_ms = 1000;
  wlan_set_up (lab, data);
}

static void
lengthen (WlanLab *lab, gconstpointer data)
{
  wlan_tear_down (lab, data);
  wlanapi_attempt_ms = LONG_MS;
}

#define add_short(path, test) g_test_add ("/wlanapi/" path, WlanLab, NULL, shorten, test, lengthen)

static void
add_tests (void)
{
  wlanapi_attempt_ms = wlanapi_look_ms = LONG_MS;
  wlan_add ("handle/versions", test_versions);
  wlan_add ("handle/bad", test_bad_handles);
  wlan_add ("handle/bad-arguments", test_bad_arguments);
  wlan_add ("handle/as-many-as-may-be", test_many_handles);
  wlan_add ("session/opens", test_opens);
  wlan_add ("session/again-and-again", test_again_and_again);
  wlan_add ("session/as-many-as-may-be", test_many_sessions);
  wlan_add ("session/interface-of-bad-arguments", test_interface_of_bad_arguments);
  wlan_add ("error/not-paired", test_not_paired);
  wlan_add ("error/not-paired-and-not-there", test_not_paired_and_not_there);
  wlan_add ("error/failed-is-over", test_failed_is_over);
  wlan_add ("error/invitation-statuses", test_invitation_statuses);
  add_short ("error/not-found", test_not_found);
  add_short ("error/too-late", test_too_late);
  add_short ("error/busy", test_busy);
  add_short ("error/begun-and-ended", test_begun_and_ended);
  wlan_add ("error/somebody-else-comes", test_somebody_else_comes);
  add_short ("error/not-formed", test_not_formed);
  wlan_add ("error/disabled", test_disabled);
  wlan_add ("error/switched-off", test_switched_off);
  wlan_add ("error/makes-no-sense", test_makes_no_sense);
  wlan_add ("error/no-permission", test_no_permission);
  wlan_add ("error/no-service", test_no_service);
  wlan_add ("error/service-killed", test_service_killed);
  wlan_add ("error/service-restarted", test_service_restarted);
  wlan_add ("error/lost", test_lost);
  wlan_add ("two/second-joins", test_second_joins);
  wlan_add ("two/both-wait", test_both_wait);
  wlan_add ("two/one-cancelled", test_one_of_two_cancelled);
  wlan_add ("two/other-device", test_other_device);
  wlan_add ("two/other-device-waits", test_other_device_waits);
  wlan_add ("two/group-of-the-peer", test_group_of_the_peer);
  wlan_add ("legacy/opens", test_legacy);
  wlan_add ("legacy/not-paired", test_legacy_not_paired);
  wlan_add ("legacy/without-service", test_legacy_without_service);
  wlan_add ("visible/found-and-lost", test_visible);
  wlan_add ("visible/without-handle", test_visible_without_handle);
  wlan_add ("visible/without-service", test_visible_without_service);
  wlan_add ("visible/while-open", test_visible_while_open);
  wlan_add ("visible/many", test_many_are_known);
  wlan_add ("visible/opens-while-looking", test_opens_while_looking);
}

int
main (int argc, char **argv)
{
  return wlan_run (argc, argv, add_tests);
}
