/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-error.h>
#include <wfd/wfd-establish.h>
#include <wfd/wfd-export.h>
#include <wfd/wfd-format.h>
#include <wfd/wfd-link-peer.h>
#include <wfd/wfd-link.h>
#include <wfd/wfd-listener.h>
#include <wfd/wfd-miracast.h>
#include <wfd/wfd-p2p-link.h>
#include <wfd/wfd-peer-station.h>
#include <wfd/wfd-session.h>
#include <wfd/wfd-enums.h>
