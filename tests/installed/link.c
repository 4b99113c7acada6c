/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program outside the tree that looks for a display, pairs with it, opens and closes
 * the link, and prints what there is to know of it. */
#include <wfd/wfd.h>

#include <stdlib.h>

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* Until what was begun with @result for its callback is over. */
static void
finish (WfdLink *link, GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!wfd_link_finish (link, *result, &error)) {
    g_printerr ("%s\n", error->message);
    exit (EXIT_FAILURE);
  }
  g_clear_object (result);
}

static void
on_peer_found (WfdLink *link, WfdLinkPeer *peer, gpointer user_data)
{
  *(char **) user_data = g_strdup (wfd_link_peer_get_id (peer));
}

static char *
print_address (GInetAddress *address)
{
  return address != NULL ? g_inet_address_to_string (address) : g_strdup ("none");
}

static void
print_info (const WfdLinkInfo *info)
{
  g_autofree char *local = print_address (info->local_address);
  g_autofree char *peer = print_address (info->peer_address);

  g_print ("%s of %s, %u MHz, from %s to %s\n", info->interface,
      wfd_link_peer_get_name (info->peer), info->frequency_mhz, local, peer);
}

static void
print_link (WfdLink *link)
{
  static const char *const keys[] = { "peers", "role", "persistent", "frequency-mhz", "peer" };
  const WfdLinkInfo *info = wfd_link_get_info (link);
  g_autoptr (GVariant) stats = wfd_link_dup_stats (link);

  if (info != NULL)
    print_info (info);
  else
    g_print ("closed\n");
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (stats, keys[i], NULL);
    g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : g_strdup ("-");

    g_print ("%s %s\n", keys[i], text);
  }
}

int
main (void)
{
  WfdLink *link = WFD_LINK (wfd_p2p_link_new (WFD_ROLE_SOURCE));
  WfdLinkPairing *pairing = wfd_link_pairing_new (WFD_PAIRING_PBC, NULL, TRUE);
  GAsyncResult *result = NULL;
  char *id = NULL;

  g_signal_connect (link, "peer-found", G_CALLBACK (on_peer_found), &id);
  wfd_link_find_async (link, NULL, on_done, &result);
  finish (link, &result);
  while (id == NULL)
    g_main_context_iteration (NULL, TRUE);

  wfd_link_connect_async (link, id, pairing, NULL, on_done, &result);
  finish (link, &result);
  print_link (link);
  wfd_link_disconnect_async (link, NULL, on_done, &result);
  finish (link, &result);
  print_link (link);
  wfd_link_reopen_async (link, id, NULL, NULL, on_done, &result);
  finish (link, &result);
  print_link (link);
  wfd_link_close (link);
  print_link (link);

  wfd_link_pairing_free (pairing);
  g_free (id);
  g_object_unref (link);
  return EXIT_SUCCESS;
}
