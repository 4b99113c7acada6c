/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "session-machine-private.h"

G_BEGIN_DECLS

/* What session-source.c and session-source-format.c share. */

/* M3; @id says which. */
void wfd_source_ask_capabilities (WfdMachine *self, MessageId id);
/* M5 */
void wfd_source_send_trigger (WfdMachine *self, MessageId id, WfdTrigger trigger);

/* ResponseRule.answered */
void wfd_source_m3_answered (WfdMachine *self, const GstRTSPMessage *response, guint status);
void wfd_source_m3_mandatory_answered (WfdMachine *self, const GstRTSPMessage *response,
    guint status);
void wfd_source_m3_in_session_answered (WfdMachine *self, const GstRTSPMessage *response,
    guint status);
void wfd_source_m4_answered (WfdMachine *self, const GstRTSPMessage *response, guint status);

G_END_DECLS
