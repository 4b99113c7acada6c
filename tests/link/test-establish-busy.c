/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to a session: the display is in use. */
#include <link-claim.h>
#include <link-p2p-claim.h>

#include "establish-way.h"

/* --- by somebody else --- */

#define BUSY_IES "[byte 0x00, 0x00, 0x06, 0x00, 0x01, 0x1c, 0x44, 0x00, 0x96]"

static void
find_busy (Way *way)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'Living room'>, 'IEs': <" BUSY_IES ">})");
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "discover~"));
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* Somebody else casts to it, and ends. */
static void
test_busy_is_waited_for (Way *way, gconstpointer data)
{
  find_busy (way);
  g_assert_nonnull (strstr (way->text, "in use"));
  /* Nor is it said any more that it is not found. */
  g_assert_null (way->establish->news);
  lab_say_tv_found (&way->lab);
  lab_wait_call (&way->lab, "Connect");
}

/* Two say so again and again, and are called otherwise each time. */
static void
test_busy_is_told_once (Way *way, gconstpointer data)
{
  static const char *const peers[] = { TV, OTHER };
  gsize n_told;

  g_object_set (way->establish, "peer", "*", NULL);
  find_busy (way);
  n_told = way->progress->len;
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *said = g_strdup_printf (
        "(objectpath '%s', {'DeviceName': <'Room %u'>, 'IEs': <" BUSY_IES ">})", peers[i % 2], i);

    lab_say (&way->lab, "DeviceFoundProperties", said);
  }
  lab_settle (&way->lab);
  g_assert_cmpuint (way->progress->len, ==, n_told);
}

static void
test_busy_for_too_long (Way *way, gconstpointer data)
{
  find_busy (way);
  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_NO_PEER, "in use");
}

/* --- by this program --- */

/* As does another link of it that is open. */
static WfdClaim *
show_on_tv (Way *way)
{
  g_autofree char *process = wfd_p2p_claim_dup_process ();
  WfdClaim *claim = wfd_claim_new (way->lab.folder);

  wfd_claim_set (claim, KEY_OWNER, lab_get_owner (&way->lab));
  wfd_claim_set (claim, KEY_PROCESS, process);
  wfd_claim_set (claim, KEY_PEER, TV_ID);
  return claim;
}

static WfdClaim *
pass_over_tv (Way *way)
{
  WfdClaim *claim = show_on_tv (way);

  g_object_set (way->establish, "peer", "*", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "connect~ discover+"));
  WAIT_UNTIL (!way->establish->is_finding);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  return claim;
}

static void
test_another_one (Way *way, gconstpointer data)
{
  WfdClaim *claim = pass_over_tv (way);

  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'Kitchen'>, 'IEs': <" ROKU_IES ">})");
  lab_wait_call (&way->lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), OTHER));
  wfd_claim_free (claim);
}

/* Which it says itself. */
static void
test_free_again (Way *way, gconstpointer data)
{
  wfd_claim_free (pass_over_tv (way));
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'Living room'>, 'IEs': <" BUSY_IES ">})");
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
  lab_say_tv_found (&way->lab);
  lab_wait_call (&way->lab, "Connect");
}

/* wpa_supplicant forgets it, and hears it again. */
static void
test_heard_again (Way *way, gconstpointer data)
{
  wfd_claim_free (pass_over_tv (way));
  lab_say (&way->lab, "DeviceLost", "(objectpath '" TV "',)");
  lab_say_tv_found (&way->lab);
  lab_wait_call (&way->lab, "Connect");
}

/* Nobody says so. */
static void
test_asked_again (Way *way, gconstpointer data)
{
  wfd_claim_free (pass_over_tv (way));
  g_source_set_ready_time (way->establish->news, 0);
  lab_wait_call (&way->lab, "Connect");
}

/* Then it is ours. */
static void
test_comes_by_itself (Way *way, gconstpointer data)
{
  wfd_claim_free (pass_over_tv (way));
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 1);
  way->establish->state.phase = WFD_ESTABLISH_TROUBLED;
  way->establish->state.has_worked = TRUE;
  fake_wpas_forget_calls (way->lab.fake);
  way_end_group (way);
  lab_wait_call (&way->lab, "Connect");
}

static void
test_no_other (Way *way, gconstpointer data)
{
  WfdClaim *claim = pass_over_tv (way);

  wfd_establish_time_is_over (way->establish);
  way_wait_failed (way, WFD_ERROR_NO_PEER, "in use");
  wfd_claim_free (claim);
}

static void
test_named (Way *way, gconstpointer data)
{
  WfdClaim *claim = show_on_tv (way);

  g_object_set (way->establish, "peer", "Living room", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  way_wait_failed (way, WFD_ERROR_IN_USE, "tee");
  wfd_claim_free (claim);
}

/* --- of the very name --- */

#define NAMESAKE "{'DeviceName': <'Living room'>}"

/* The one that is meant is in use, and this one says nothing of Wi-Fi Display. */
static void
find_namesakes (Way *way)
{
  g_object_set (way->establish, "peer", "Living room", NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'Living room'>, 'IEs': <" BUSY_IES ">})");
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "discover~"));
  lab_say (&way->lab, "DeviceFoundProperties", "(objectpath '" TV "', " NAMESAKE ")");
  lab_settle (&way->lab);
  g_assert_no_error (way->failed);
}

static void
test_namesake_asks (Way *way, gconstpointer data)
{
  find_namesakes (way);
  lab_say (&way->lab, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  lab_wait_call (&way->lab, "RejectPeer");
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* It was paired before. */
static void
test_namesake_opens (Way *way, gconstpointer data)
{
  find_namesakes (way);
  lab_start_group (&way->lab, "client");
  lab_wait_call (&way->lab, "Disconnect");
  g_assert_cmpuint (way->n_opened, ==, 0);
}

#define SAME_NAME "{'DeviceName': <'Living room'>, 'IEs': <" ROKU_IES ">}"

/* Two that could be meant. */
static void
seek_one_of_two (Way *way)
{
  g_object_set (way->establish, "peer", "Living room", NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', "
      "{'DeviceName': <'Living room'>, 'IEs': <" BUSY_IES ">}"
      ")");
  lab_say (&way->lab, "DeviceFoundProperties", "(objectpath '" TV "', " SAME_NAME ")");
  lab_settle (&way->lab);
  g_assert_true (g_str_has_suffix (way->text, "one that is meant"));
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
}

/* Only the other one is left. */
static void
test_namesake_goes (Way *way, gconstpointer data)
{
  seek_one_of_two (way);
  lab_say (&way->lab, "DeviceLost", "(objectpath '" OTHER "',)");
  lab_start_group_after (&way->lab, "Connect", "client");
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_no_error (way->failed);
}

static void
test_namesake_is_called_otherwise (Way *way, gconstpointer data)
{
  seek_one_of_two (way);
  lab_start_group_after (&way->lab, "Connect", "client");
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" OTHER "', {'DeviceName': <'Kitchen'>, 'IEs': <" ROKU_IES ">})");
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), TV));
}

/* The one that was alone is being paired with. */
static void
test_namesake_comes_late (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Living room", NULL);
  lab_know_tv (&way->lab);
  way_begin (way);
  lab_wait_call (&way->lab, "Connect");
  lab_say (&way->lab, "DeviceFoundProperties", "(objectpath '" OTHER "', " SAME_NAME ")");
  lab_settle (&way->lab);
  lab_start_group (&way->lab, "client");
  WAIT_UNTIL (way->n_opened == 1);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Disconnect"), ==, 0);
}

/* A display whose name is a pattern, beside one that only fits. */
static void
test_fitting_is_no_namesake (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "peer", "Living room?2", NULL);
  way_begin (way);
  lab_wait_call (&way->lab, "Find");
  lab_settle (&way->lab);
  lab_say (&way->lab, "DeviceFoundProperties",
      "(objectpath '" TV "', {'DeviceName': <'Living room 2'>, 'IEs': <" BUSY_IES ">})");
  for (guint i = 0; i < 2; i++) {
    lab_settle (&way->lab);
    g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Connect"), ==, 0);
    lab_say (&way->lab, "DeviceFoundProperties",
        i == 0
            ? "(objectpath '" OTHER "', {'DeviceName': <'Living room?2'>, 'IEs': <" BUSY_IES ">})"
            : "(objectpath '" OTHER "', {'DeviceName': <'Living room?2'>, 'IEs': <" ROKU_IES ">})");
  }
  lab_wait_call (&way->lab, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (way->lab.fake, "Connect"), OTHER));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("busy/is-waited-for", test_busy_is_waited_for);
  add ("busy/is-told-once", test_busy_is_told_once);
  add ("busy/for-too-long", test_busy_for_too_long);
  add ("ours/another-one-is-taken", test_another_one);
  add ("ours/taken-when-it-is-free", test_free_again);
  add ("ours/taken-when-it-is-heard-again", test_heard_again);
  add ("ours/asked-again-after-a-while", test_asked_again);
  add ("ours/taken-when-it-came-by-itself", test_comes_by_itself);
  add ("ours/no-other", test_no_other);
  add ("ours/named", test_named);
  add ("namesake/asks", test_namesake_asks);
  add ("namesake/opens", test_namesake_opens);
  add ("namesake/goes", test_namesake_goes);
  add ("namesake/is-called-otherwise", test_namesake_is_called_otherwise);
  add ("namesake/comes-late", test_namesake_comes_late);
  add ("namesake/only-fits", test_fitting_is_no_namesake);
  return lab_run ();
}
