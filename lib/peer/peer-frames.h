/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Frames (MS-PPGRH 2.2.1.1) and the messages that they carry. A message has one
 * frame or more; with its last byte its last frame ends. */
typedef struct _WfdPeerFrames WfdPeerFrames;

/* At first messages may be as large as AUTH_INFO only. */
WfdPeerFrames *wfd_peer_frames_new (void);
/* From now on, as large as that and their type allow. */
void wfd_peer_frames_set_max_bytes (WfdPeerFrames *self, gsize max_bytes);
/* From the next frame on, what is in one is what @unwrap adds to @plain, behind what is there, which
 * may be nothing; FALSE breaks the protocol. */
typedef gboolean (*WfdPeerUnwrap) (gpointer user_data, WfdBytes octets, GByteArray *plain);
void wfd_peer_frames_set_unwrap (WfdPeerFrames *self, WfdPeerUnwrap unwrap, gpointer user_data);
void wfd_peer_frames_free (WfdPeerFrames *self);

/* How much has come of a large message that is not whole yet, or 0. */
gsize wfd_peer_frames_get_partial_bytes (const WfdPeerFrames *self);

/* Takes what has arrived, up to the end of the next message at most; call it until
 * nothing is left. FALSE: the protocol is broken. @ret_message is the message that
 * is now whole, to free, or NULL. */
gboolean wfd_peer_frames_push (WfdPeerFrames *self, WfdBytes *bytes, GBytes **ret_message);

/* Appends @message in frames. */
void wfd_peer_frames_append (GByteArray *out, WfdBytes message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerFrames, wfd_peer_frames_free)

G_END_DECLS
