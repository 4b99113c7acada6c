/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a person has to do where the two are not paired: whose PIN is entered where, and who enters
 * it. */
#include <link.h>
#include <wfd/wfd-error.h>

#include "establish-private.h"

/* PINs, one after the other. */
#define MAX_MISTYPED 3

const char *
wfd_establish_get_pin (WfdEstablish *self)
{
  if (self->entered_pin != NULL)
    return self->entered_pin;
  return self->shown_pin != NULL ? self->shown_pin : self->pin;
}

/* Without the PIN that the peer shows there can be no new pairing. */
gboolean
wfd_establish_can_pair (WfdEstablish *self)
{
  return self->pairing != WFD_PAIRING_PIN_KEYPAD || wfd_establish_get_pin (self) != NULL;
}

void
wfd_establish_begin_pairing (WfdEstablish *self)
{
  static const char *const how[] = {
    [WFD_PAIRING_PBC] = "accept there if it asks, or press its button",
    [WFD_PAIRING_PIN_DISPLAY] = "enter there the PIN that is shown here",
    [WFD_PAIRING_PIN_KEYPAD] = "with the PIN that it shows",
  };

  if (wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_PAIR))
    wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Pairing with %s: %s",
        wfd_establish_name (self->candidate), how[self->pairing]);
}

static void
emit_pin_request (WfdEstablish *self, WfdLinkPeer *peer)
{
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_PIN_REQUEST, wfd_link_peer_get_id (peer),
      wfd_link_peer_get_name (peer));
}

/* One that has asked shows it already. FALSE if there is nobody to enter it. */
gboolean
wfd_establish_ask_pin (WfdEstablish *self)
{
  g_autoptr (WfdLink) link = g_object_ref (self->link);
  g_autoptr (WfdLinkPeer) peer = g_object_ref (self->candidate);

  if (!wfd_establish_has_handler (self, WFD_ESTABLISH_SIGNAL_PIN_REQUEST))
    return FALSE;
  if (!wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_PAIR))
    return TRUE;
  wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Enter here the PIN that %s shows",
      wfd_establish_name (peer));
  if (self->link != link)
    return TRUE;
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_PIN);
  if (!self->was_asked)
    wfd_link_ask_pin (link, peer);
  self->n_mistyped = 0;
  emit_pin_request (self, peer);
  return TRUE;
}

#define NO_PIN "A PIN has four digits, or eight of which the last fits the others; "

/* Whoever has mistyped it, or a program that reads it from the wrong place. */
gboolean
wfd_establish_check_entered (WfdEstablish *self, const char *pin)
{
  g_autoptr (WfdLinkPeer) peer = g_object_ref (self->candidate);
  g_autoptr (GError) error = NULL;

  if (wfd_link_is_pin (pin))
    return TRUE;
  if (++self->n_mistyped < MAX_MISTYPED) {
    wfd_establish_tell (self, WFD_ESTABLISH_NEWS, NO_PIN "enter again the one that %s shows",
        wfd_establish_name (peer));
    if (self->state.phase == WFD_ESTABLISH_ASKING)
      emit_pin_request (self, peer);
    return FALSE;
  }
  error = g_error_new (WFD_ERROR, WFD_ERROR_PAIRING,
      NO_PIN "what was entered, %u times, is none; enter the one that %s shows", MAX_MISTYPED,
      wfd_establish_name (peer));
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
  return FALSE;
}

/* There is nobody to enter it. */
void
wfd_establish_fail_without_pin (WfdEstablish *self)
{
  g_autoptr (WfdLink) link = g_object_ref (self->link);
  g_autoptr (GError) error = g_error_new (WFD_ERROR, WFD_ERROR_NOT_PAIRED,
      "%s was not paired with this device; set “pin” to the PIN that it shows",
      wfd_establish_name (self->candidate));

  wfd_establish_begin_pairing (self);
  /* It may have been closed when that was told. */
  if (self->link != link)
    return;
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
}
