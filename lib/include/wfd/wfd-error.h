/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <wfd/wfd-export.h>

G_BEGIN_DECLS

/**
 * WFD_ERROR:
 *
 * Error domain of the library.
 */
#define WFD_ERROR (wfd_error_quark ())

/**
 * WfdError:
 * @WFD_ERROR_MALFORMED: the peer sent something that no version of the
 *   protocol allows; the session cannot go on
 * @WFD_ERROR_UNSUPPORTED: well formed, but we do not do it
 * @WFD_ERROR_TIMEOUT: the peer did not answer in the time the protocol gives
 * @WFD_ERROR_STATE: well formed, at a moment when it may not come
 * @WFD_ERROR_REFUSED: the peer answered a request that the session cannot do
 *   without with an error status
 * @WFD_ERROR_NO_FORMAT: the two devices have no video or audio format in
 *   common
 * @WFD_ERROR_CONNECT: no TCP connection to the peer could be made
 * @WFD_ERROR_CLOSED: the peer closed the connection without a TEARDOWN
 * @WFD_ERROR_INVALID_ARGUMENT: a value that the application gave cannot be
 *   used
 * @WFD_ERROR_NO_SERVICE: a service of the system that is needed does not run,
 *   does not answer, or has gone
 * @WFD_ERROR_NO_PERMISSION: that service does not let this user do it
 * @WFD_ERROR_NO_DEVICE: no network interface of this machine can do it
 * @WFD_ERROR_NO_PEER: the peer is not, or no longer, in reach
 * @WFD_ERROR_PAIRING: the two devices were not paired: a wrong PIN, a button
 *   that was not pressed
 * @WFD_ERROR_NOT_PAIRED: one of the two devices does not know, or no longer,
 *   that they were paired
 * @WFD_ERROR_IN_USE: this program has a link to the peer already
 *
 * What went wrong, as far as an application would act on it. The message of
 * the error has the details.
 */
typedef enum
{
  WFD_ERROR_MALFORMED,
  WFD_ERROR_UNSUPPORTED,
  WFD_ERROR_TIMEOUT,
  WFD_ERROR_STATE,
  WFD_ERROR_REFUSED,
  WFD_ERROR_NO_FORMAT,
  WFD_ERROR_CONNECT,
  WFD_ERROR_CLOSED,
  WFD_ERROR_INVALID_ARGUMENT,
  WFD_ERROR_NO_SERVICE,
  WFD_ERROR_NO_PERMISSION,
  WFD_ERROR_NO_DEVICE,
  WFD_ERROR_NO_PEER,
  WFD_ERROR_PAIRING,
  WFD_ERROR_NOT_PAIRED,
  WFD_ERROR_IN_USE,
} WfdError;

WFD_API GQuark wfd_error_quark (void);

G_END_DECLS
