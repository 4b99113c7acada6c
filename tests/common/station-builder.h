/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-station.h>

G_BEGIN_DECLS

/* What the kernel answers: a message with a station, and the end of the list. A
 * value that is WFD_STATION_UNKNOWN is left out. */
void station_append (GByteArray *out, const WfdStationAnswer *to, const WfdStation *station);
void station_append_end (GByteArray *out, const WfdStationAnswer *to);
/* A station of which nothing is known but its address, ending in @last. */
WfdStation station_new (guint8 last);

G_END_DECLS
