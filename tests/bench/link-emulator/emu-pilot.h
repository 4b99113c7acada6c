/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-model.h>
#include <sim-controller.h>

G_BEGIN_DECLS

/* A controller that is not ours, on the link: what it is told of the packets that pass,
 * its pacer in front of the kernel's queue, and what it decides for each capture of a
 * source that asks. Reports of the peer reach it 2 ms after they are due, cost nothing and
 * are never lost. Times in ms since the trace began. */
typedef struct
{
  const SimControllerClass *klass;
  gpointer controller;
  SimRandom random;
  GArray *own; /* of LinkPacket: they wait for the pacer */
  guint first_own;
  gint64 own_bytes;
  guint64 sent_bytes;
  guint32 sequence; /* of the next packet handed over */
  GArray *report;   /* of SimFeedback: not told yet */
  guint32 expected; /* sequence of the packet to arrive next */
  gint64 reported_ms;
  gint64 station_ms;
} EmuPilot;

EmuPilot *emu_pilot_new (const SimControllerClass *klass, const SimSetup *setup, guint64 seed);
void emu_pilot_free (EmuPilot *self);

/* A packet of the stream came. */
void emu_pilot_take (EmuPilot *self, const LinkPacket *packet);
/* The next one that goes to the kernel, of which it has @link; FALSE if none may now. */
gboolean emu_pilot_release (EmuPilot *self, const LinkModel *link, gint64 now_ms,
    LinkPacket *ret_packet);
/* What reached the peer, or was lost on the air. */
void emu_pilot_arrived (EmuPilot *self, const LinkEvent *event);
/* A millisecond has passed: reports and statistics that are due. */
void emu_pilot_step (EmuPilot *self, const LinkModel *link, guint64 n_drops, gint64 now_ms);

/* What the source says, lines "key" (the peer wants a key picture) and "capture" (what to do
 * with this one). The answer to that is a line "decide <skip> <key> <kbit/s> <ms of VBV>". */
void emu_pilot_hear (EmuPilot *self, const LinkModel *link, const char *text, gint64 now_ms,
    GString *answer);

G_END_DECLS
