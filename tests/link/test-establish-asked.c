/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to a session: a display waits, and is asked to be paired by a device that may fall silent
 * then. */
#include "establish-way.h"

#define ASKED_US (30 * (gint64) G_TIME_SPAN_SECOND)

static void
be_asked (Way *way, const char *signal, const char *args)
{
  way_begin (way);
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  lab_say (&way->lab, signal, args);
  lab_wait_call (&way->lab, "Connect");
  lab_settle (&way->lab);
  g_assert_cmpint (way->establish->state.phase, ==, WFD_ESTABLISH_OPENING);
}

/* Nobody has to press anything there: it waits for the next one, and for this one as well. */
static void
test_falls_silent (Way *way, gconstpointer data)
{
  gint64 begun_us = g_get_monotonic_time ();

  be_asked (way, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  g_assert_cmpint (way->establish->state.deadline_us, >=, begun_us + ASKED_US);
  g_assert_cmpint (way->establish->state.deadline_us, <=, g_get_monotonic_time () + ASKED_US);
  fake_wpas_forget_calls (way->lab.fake);
  wfd_establish_time_is_over (way->establish);
  lab_wait_call (&way->lab, "Cancel");
  lab_wait_call (&way->lab, "Listen");
  lab_settle (&way->lab);
  g_assert_nonnull (strstr (way->progress->str, "pair! discover+"));
  g_assert_no_error (way->failed);

  lab_start_group_after (&way->lab, "Connect", "client");
  lab_say (&way->lab, "GONegotiationRequest", "(objectpath '" TV "', uint16 4, byte 7)");
  WAIT_UNTIL (way->n_opened == 1);
}

/* Its person may be typing what is shown here. */
static void
test_person_types (Way *way, gconstpointer data)
{
  g_object_set (way->establish, "pairing", WFD_PAIRING_PIN_DISPLAY, NULL);
  be_asked (way, "ProvisionDiscoveryRequestDisplayPin", "(objectpath '" TV "', '12345670')");
  g_assert_cmpint (way->establish->state.deadline_us, ==, G_MAXINT64);
}

/* That has its own time. */
static void
test_waits_for_address (Way *way, gconstpointer data)
{
  lab_set_neighbour (&way->lab, NULL);
  be_asked (way, "ProvisionDiscoveryPBCRequest", "(objectpath '" TV "',)");
  fake_wpas_set (way->lab.fake, GROUP, "Members", g_variant_new_parsed ("[objectpath '" TV "']"));
  lab_start_group (&way->lab, "GO");
  WAIT_UNTIL (g_str_has_suffix (way->progress->str, "address+"));
  wfd_establish_time_is_over (way->establish);
  lab_settle (&way->lab);
  g_assert_cmpuint (fake_wpas_count (way->lab.fake, "Disconnect"), ==, 0);
  lab_set_neighbour (&way->lab, "192.168.173.10");
  WAIT_UNTIL (way->n_opened == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_sink ("asked/falls-silent", test_falls_silent);
  add_sink ("asked/person-types", test_person_types);
  add_sink ("asked/waits-for-address", test_waits_for_address);
  return lab_run ();
}
