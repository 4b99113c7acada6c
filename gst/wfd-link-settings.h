/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

#include "wfd-properties.h"

G_BEGIN_DECLS

/* How the bins come to the peer: their property "link" and those that belong to it. */
typedef struct
{
  WfdLinkKind kind;
  char *peer;
  char *interface;
  WfdPairing pairing;
  char *pin;
  char *device_name;
  gboolean persistent;
  gint go_intent;
  guint frequency_mhz;
  guint idle_timeout_ms;
  guint lost_timeout_ms;
} WfdLinkSettings;

/* What is asked of the application; called in the thread of the session. */
typedef struct
{
  /* FALSE leaves it open. @pin: (nullable) */
  gboolean (*pairing_request) (gpointer user_data, const char *peer, const char *name,
      WfdPairing pairing, const char *pin);
  void (*pin) (gpointer user_data, const char *pin);
} WfdLinkEvents;

#define WFD_LINK_N_PROPS 11

void wfd_link_settings_init (WfdLinkSettings *self);
void wfd_link_settings_clear (WfdLinkSettings *self);
WfdLinkSettings wfd_link_settings_copy (const WfdLinkSettings *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdLinkSettings, wfd_link_settings_clear)

/* Numbered from @first_id on. */
void wfd_link_settings_install_properties (GObjectClass *klass, guint first_id);
/* The signals "pairing-request" and "pin", and the action "answer-pairing", which
 * @answer (element, peer, accept) carries out. */
void wfd_link_settings_install_signals (GType type, GCallback answer);
/* Emits them on the element that is the data. */
extern const WfdLinkEvents wfd_link_settings_events;

/* @n: of the property, from 0 on. */
void wfd_link_settings_set (WfdLinkSettings *self, guint n, const GValue *value);
void wfd_link_settings_get (const WfdLinkSettings *self, guint n, GValue *value);

G_END_DECLS
