/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sim.h"

G_BEGIN_DECLS

/* What the frames come to. */
void sim_result_compute (const SimConfig *config, const LinkTrace *trace, SimPeer *peer,
    SimResult *ret_result);

G_END_DECLS
