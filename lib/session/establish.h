/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link.h>
#include <wfd/wfd-establish.h>

G_BEGIN_DECLS

/* For tests: another link than that over Wi-Fi Direct; before wfd_establish_begin(). */
void wfd_establish_set_link (WfdEstablish *self, WfdLink *link);

G_END_DECLS
