/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sim-peer.h"

G_BEGIN_DECLS

/* What became of each capture as text: the seam between who casts, the simulation or
 * programs with a link between them, and who judges. A line of names, then one for each
 * capture, in order:
 *
 *   captured_ms,rate_kbps,bytes,packets,arrived,complete_ms,skipped,key,shown
 *
 * rate_kbps is what the encoder was told then, complete_ms is -1 if it never was; times
 * count from when the trace begins. */
char *sim_frames_to_text (const SimPeer *peer);
/* Into @peer, which has none. FALSE and @error for what is no such text. */
gboolean sim_frames_parse (SimPeer *peer, const char *text, GError **error);

G_END_DECLS
