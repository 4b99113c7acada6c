/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the functions of a link take and give, as types with copies. */
#include "link.h"

#include <wfd/wfd-error.h>

G_DEFINE_BOXED_TYPE (WfdLinkPairing, wfd_link_pairing, wfd_link_pairing_copy, wfd_link_pairing_free)
G_DEFINE_BOXED_TYPE (WfdLinkInfo, wfd_link_info, wfd_link_info_copy, wfd_link_info_free)

/**
 * wfd_link_pairing_new:
 * @pairing: how the person agrees
 * @pin: (nullable): four or eight digits, as #WfdLinkPairing has it
 * @persist: whether to remember the pairing
 *
 * For languages that have no structures of C. Any thread may call this. Whether
 * @pin is a PIN says wfd_link_pairing_check().
 *
 * Returns: (transfer full): a newly allocated #WfdLinkPairing
 */
WfdLinkPairing *
wfd_link_pairing_new (WfdPairing pairing, const char *pin, gboolean persist)
{
  WfdLinkPairing *self = g_new (WfdLinkPairing, 1);

  *self = (WfdLinkPairing) { pairing, g_strdup (pin), persist };
  return self;
}

/* Wi-Fi Simple Configuration 2.0 §7.4.1. */
gboolean
wfd_link_is_pin (const char *pin)
{
  gsize n = strspn (pin, "0123456789");
  guint sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += g_ascii_digit_value (pin[i]) * (i % 2 == 0 ? 3 : 1);
  return pin[n] == '\0' && (n == 4 || (n == 8 && sum % 10 == 0));
}

/**
 * wfd_link_pairing_check:
 * @self: a #WfdLinkPairing
 * @error: return location for a %WFD_ERROR_INVALID_ARGUMENT
 *
 * Whether two devices could be paired so, which is seen anyway when a link is opened with
 * @self. Of eight digits of a PIN the last is made from the others (Wi-Fi Simple
 * Configuration 2.0 §7.4.1). Any thread may call this.
 *
 * Returns: whether it can be used
 */
gboolean
wfd_link_pairing_check (const WfdLinkPairing *self, GError **error)
{
  const char *fault = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->pin == NULL && self->pairing == WFD_PAIRING_PIN_KEYPAD)
    fault = "The PIN that the peer shows is needed";
  else if (self->pin != NULL && !wfd_link_is_pin (self->pin))
    fault = "A PIN has four digits, or eight of which the last fits the others; is one mistyped?";
  if (fault != NULL)
    g_set_error_literal (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT, fault);
  return fault == NULL;
}

/**
 * wfd_link_pairing_copy:
 * @self: a #WfdLinkPairing
 *
 * Copies it. Any thread may call this.
 *
 * Returns: (transfer full): a newly allocated #WfdLinkPairing
 */
WfdLinkPairing *
wfd_link_pairing_copy (const WfdLinkPairing *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return wfd_link_pairing_new (self->pairing, self->pin, self->persist);
}

/**
 * wfd_link_pairing_free:
 * @self: (transfer full): what wfd_link_pairing_new() or
 *   wfd_link_pairing_copy() has made
 *
 * Frees it. Any thread may call this.
 */
void
wfd_link_pairing_free (WfdLinkPairing *self)
{
  g_free ((char *) self->pin);
  g_free (self);
}

WfdLinkInfo *
wfd_link_info_new (void)
{
  return g_new0 (WfdLinkInfo, 1);
}

static gpointer
ref_or_null (gpointer object)
{
  return object != NULL ? g_object_ref (object) : NULL;
}

/**
 * wfd_link_info_copy:
 * @self: a #WfdLinkInfo
 *
 * Copies it; the copy stays as it is when the link is closed. Any thread may call
 * this.
 *
 * Returns: (transfer full): a newly allocated #WfdLinkInfo
 */
WfdLinkInfo *
wfd_link_info_copy (const WfdLinkInfo *self)
{
  WfdLinkInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->interface = g_strdup (self->interface);
  copy->peer = ref_or_null (self->peer);
  copy->local_address = ref_or_null (self->local_address);
  copy->network = ref_or_null (self->network);
  copy->peer_address = ref_or_null (self->peer_address);
  return copy;
}

/**
 * wfd_link_info_free:
 * @self: (transfer full): what wfd_link_info_copy() has made
 *
 * Frees it. Any thread may call this.
 */
void
wfd_link_info_free (WfdLinkInfo *self)
{
  g_clear_object (&self->peer);
  g_clear_object (&self->local_address);
  g_clear_object (&self->network);
  g_clear_object (&self->peer_address);
  g_free (self->interface);
  g_free (self);
}
