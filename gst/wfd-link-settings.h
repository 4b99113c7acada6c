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

/* What the application is told and asked; @element: one of the bins. */
typedef struct
{
  /* Whether it answers; in the thread of the session. */
  gboolean (*answers_pairing) (GstElement *element);
  gboolean (*answers_pin) (GstElement *element);
  /* May wait for a person. FALSE leaves it open. @pin: (nullable) */
  gboolean (*pairing_request) (GstElement *element, const char *peer, const char *name,
      WfdPairing pairing, const char *pin);
  /* The same. (transfer full): NULL leaves it open */
  char *(*pin_request) (GstElement *element, const char *peer, const char *name);
  /* To be shown; may take its time. */
  void (*pin) (GstElement *element, const char *pin);
} WfdLinkEvents;

#define WFD_LINK_N_PROPS 11

void wfd_link_settings_init (WfdLinkSettings *self);
void wfd_link_settings_clear (WfdLinkSettings *self);
WfdLinkSettings wfd_link_settings_copy (const WfdLinkSettings *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdLinkSettings, wfd_link_settings_clear)

/* What would fail only once a peer is there. Errors: WFD_ERROR_INVALID_ARGUMENT. */
gboolean wfd_link_settings_check (const WfdLinkSettings *self, GError **error);

/* Numbered from @first_id on. */
void wfd_link_settings_install_properties (GObjectClass *klass, guint first_id, WfdRole role);
/* Warns of properties of @element, one of the bins, that are set and are of another link. */
void wfd_link_settings_tell_unused (const WfdLinkSettings *self, GstElement *element);
/* The signals "pairing-request", "pin-request" and "pin", and the actions "answer-pairing",
 * which @answer (element, peer, accept) carries out, and "enter-pin", which @enter
 * (element, peer, pin) does. */
void wfd_link_settings_install_signals (GType type, GCallback answer, GCallback enter);
/* Emits them on the element that is the data. */
extern const WfdLinkEvents wfd_link_settings_events;

/* @n: of the property, from 0 on. */
void wfd_link_settings_set (WfdLinkSettings *self, guint n, const GValue *value);
void wfd_link_settings_get (const WfdLinkSettings *self, guint n, GValue *value);

G_END_DECLS
