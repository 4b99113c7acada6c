/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-driver.h>

#include "emu-packet.h"
#include "emu-pilot.h"

G_BEGIN_DECLS

#define EMU_PACKET_BYTES 1600

typedef enum
{
  EMU_FORTH, /* from the source of the stream to its sink */
  EMU_BACK,
} EmuDirection;

typedef struct
{
  EmuDirection direction;
  EmuInfo info;
  gint64 in_us;     /* us, when it came */
  gint64 at_ms;     /* ms, when it is to leave */
  gboolean is_lost; /* on the air */
  GList live;       /* among all that are somewhere inside */
  guint bytes;
  guint8 data[EMU_PACKET_BYTES];
} EmuPacket;

/* IP packets through a LinkModel, with the time passed in. The trace begins with the
 * first packet of the stream; until then, and for all that is not on its way to the
 * sink, the way is a delay of 1 to 3 ms. What goes back waits while the air carries
 * nothing, since both ways share it. */
typedef struct
{
  LinkModel *link;
  EmuPilot *pilot; /* who holds packets back, not ours; NULL: nobody does */
  SimRandom random;
  gint64 begin_ms;     /* when the trace began; -1 */
  gint64 now_ms;       /* of the last step, since the trace began */
  gint64 back_at_ms;   /* of the last packet back: they stay in order */
  GQueue back;         /* of EmuPacket: those that do not pass the model */
  GQueue live;         /* of EmuPacket: all */
  guint64 media_bytes; /* of the stream that came, IP headers included */
  guint64 n_drops;     /* packets that the queue dropped */
  GString *log;        /* a line for each packet of the stream; the user takes them */
  GArray *ended;       /* of EmuEnd: packets of the stream that left the air */
} EmuCore;

typedef struct
{
  guint16 sequence;
  gboolean was_lost;
} EmuEnd;

#define EMU_LOG_HEADER "sequence,rtp_timestamp,unit,bytes,in_us,out_us,fate\n"

EmuCore *emu_core_new (const LinkTrace *trace, const LinkConfig *config, guint64 seed);
void emu_core_free (EmuCore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuCore, emu_core_free)

/* A packet came. One that is not IP, or too long, is gone. */
void emu_core_take (EmuCore *self, EmuDirection direction, WfdBytes packet, gint64 now_us);
/* The air of one more millisecond. */
void emu_core_step (EmuCore *self, gint64 now_ms);
/* A packet that leaves now; free with emu_core_done(). NULL if there is none. */
EmuPacket *emu_core_pop (EmuCore *self, gint64 now_us);
void emu_core_done (EmuCore *self, EmuPacket *packet);
/* Bytes of the stream that have left the kernel, in all. */
guint64 emu_core_get_left_bytes (const EmuCore *self);

G_END_DECLS
