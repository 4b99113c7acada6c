/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tells a source that is gone from one that has nothing new to show. A screen
 * that does not change may be silent for long, and a keep-alive comes once a
 * minute at worst; so after half the limit without any sign of life the source
 * is asked for a key unit (M13), which a living one answers. One that answers but has
 * sent nothing at all since it began to play is mute: a stream begins with a picture. Who
 * sends something in which there is none stays dark. */
typedef struct
{
  gint64 limit_us;
  gint64 begin_us;
  guint64 begin_media; /* counter as it was then */
  gint64 life_us;      /* last sign of life */
  guint64 media;       /* counters as they were then */
  guint64 messages;
  gint64 asked_us; /* 0: not asked since then */
} WfdWatchdog;

typedef enum
{
  WFD_WATCHDOG_FINE,
  WFD_WATCHDOG_ASK, /* send something that must be answered */
  WFD_WATCHDOG_DEAD,
  WFD_WATCHDOG_MUTE, /* it lives, and nothing of its stream arrives */
  WFD_WATCHDOG_DARK, /* its stream arrives, and no picture is in it */
} WfdWatchdogVerdict;

void wfd_watchdog_start (WfdWatchdog *self, gint64 limit_us, guint64 media, gint64 now_us);
/* @media and @messages: how many RTP packets and RTSP messages came so far; any change
 * counts as life. @has_picture: something of this session could be decoded. */
WfdWatchdogVerdict wfd_watchdog_check (WfdWatchdog *self, guint64 media, gboolean has_picture,
    guint64 messages, gint64 now_us);
/* When to check next. */
gint64 wfd_watchdog_get_deadline_us (const WfdWatchdog *self);

G_END_DECLS
