/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-watchdog.h"

void
wfd_watchdog_start (WfdWatchdog *self, gint64 limit_us, guint64 media, gint64 now_us)
{
  *self = (WfdWatchdog) {
    .limit_us = limit_us,
    .begin_us = now_us,
    .begin_media = media,
    .life_us = now_us,
    .media = media,
  };
}

/* Of a source that lives. */
static WfdWatchdogVerdict
judge (const WfdWatchdog *self, guint64 media, gboolean has_picture, gint64 now_us)
{
  if (now_us < self->begin_us + self->limit_us)
    return WFD_WATCHDOG_FINE;
  if (media == self->begin_media)
    return WFD_WATCHDOG_MUTE;
  return has_picture ? WFD_WATCHDOG_FINE : WFD_WATCHDOG_DARK;
}

WfdWatchdogVerdict
wfd_watchdog_check (WfdWatchdog *self, guint64 media, gboolean has_picture, guint64 messages,
    gint64 now_us)
{
  if (media != self->media || messages != self->messages) {
    self->media = media;
    self->messages = messages;
    self->life_us = now_us;
    self->asked_us = 0;
    return judge (self, media, has_picture, now_us);
  }

  if (now_us < wfd_watchdog_get_deadline_us (self))
    return WFD_WATCHDOG_FINE;
  if (self->asked_us != 0)
    return WFD_WATCHDOG_DEAD;
  self->asked_us = now_us;
  return WFD_WATCHDOG_ASK;
}

gint64
wfd_watchdog_get_deadline_us (const WfdWatchdog *self)
{
  return (self->asked_us != 0 ? self->asked_us : self->life_us) + self->limit_us / 2;
}
