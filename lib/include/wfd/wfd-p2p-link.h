/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-link.h>
#include <wfd/wfd-session.h>

G_BEGIN_DECLS

#define WFD_TYPE_P2P_LINK (wfd_p2p_link_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdP2pLink, wfd_p2p_link, WFD, P2P_LINK, GObject)

WFD_API WfdP2pLink *wfd_p2p_link_new (WfdRole role);

G_END_DECLS
