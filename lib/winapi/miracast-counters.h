/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <wfdxmiracast.h>

#include "miracast-rates.h"

G_BEGIN_DECLS

/* What a driver reports, counted and logged the same by the driver itself and by the system. */

/* @who: "driver" or "system". Without a lock, as whoever takes the log may ask for what is counted. */
void miracast_statistic_log (const MIRACAST_STATISTIC_DATA *data, const char *who);
void miracast_status_log (MIRACAST_STATUS status, NTSTATUS why, const char *who);

void miracast_counters_add (WFDX_MIRACAST_COUNTERS *self, const MIRACAST_STATISTIC_DATA *data);
void miracast_counters_add_status (WFDX_MIRACAST_COUNTERS *self, MIRACAST_STATUS status,
    NTSTATUS why);
void miracast_counters_set_found (WFDX_MIRACAST_COUNTERS *self, const MiracastFoundRate *found);
/* For statistics: "{sv}", with names that begin with "miracast-". (transfer full), floating */
GVariant *miracast_counters_to_variant (const WFDX_MIRACAST_COUNTERS *self);

G_END_DECLS
