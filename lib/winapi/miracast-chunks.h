/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <netdispumdddi.h>

G_BEGIN_DECLS

/* What the display's part encoded, until the driver fetches it. */
typedef struct _MiracastChunks MiracastChunks;

/* More than a second of a good picture; a driver that fetches nothing for so long needs a new
 * one. */
#define MIRACAST_CHUNKS_MAX_BYTES (4 * 1024 * 1024)

MiracastChunks *miracast_chunks_new (void);
void miracast_chunks_free (MiracastChunks *self);

/* A session begins with nothing, and at its end who waits is told so. */
void miracast_chunks_open (MiracastChunks *self);
void miracast_chunks_close (MiracastChunks *self);

/* @n_private: octets behind the head. STATUS_NO_MEMORY: there was no room, and all is lost;
 * STATUS_INVALID_DEVICE_STATE: there is no session. */
NTSTATUS miracast_chunks_push (MiracastChunks *self, const MIRACAST_CHUNK_INFO *info,
    gconstpointer octets, UINT n_octets);
/* As GetNextChunkData. */
NTSTATUS miracast_chunks_get (MiracastChunks *self, UINT timeout_ms, UINT n_events, HANDLE *events,
    UINT *inout_size, MIRACAST_CHUNK_DATA *ret_data, UINT *ret_outstanding);

G_END_DECLS
