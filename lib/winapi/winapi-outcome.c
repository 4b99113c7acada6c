/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-outcome.h"

#include <gio/gio.h>
#include <wfd/wfd-error.h>
#include <winerror.h>
#include <wlanapi.h>

#define NOT_AVAILABLE WLAN_REASON_CODE_NETWORK_NOT_AVAILABLE
#define NO_PROFILE WLAN_REASON_CODE_PROFILE_MISSING
#define FAILURE WLAN_REASON_CODE_ASSOCIATION_FAILURE
#define TOO_LATE WLAN_REASON_CODE_ASSOCIATION_TIMEOUT
#define INSECURE WLAN_REASON_CODE_SECURITY_FAILURE
#define UNKNOWN WLAN_REASON_CODE_UNKNOWN

/* Those that are not here cannot come of a link. */
static const struct
{
  WfdError code;
  WinapiOutcome outcome;
} rows[] = {
  { WFD_ERROR_MALFORMED, { ERROR_GEN_FAILURE, UNKNOWN } },
  { WFD_ERROR_UNSUPPORTED, { ERROR_NOT_SUPPORTED, FAILURE } },
  { WFD_ERROR_TIMEOUT, { ERROR_TIMEOUT, TOO_LATE } },
  { WFD_ERROR_REFUSED, { ERROR_CONNECTION_REFUSED, FAILURE } },
  { WFD_ERROR_CLOSED, { ERROR_GEN_FAILURE, FAILURE } },
  { WFD_ERROR_NO_SERVICE, { ERROR_SERVICE_NOT_ACTIVE, UNKNOWN } },
  { WFD_ERROR_NO_PERMISSION, { ERROR_ACCESS_DENIED, UNKNOWN } },
  { WFD_ERROR_NO_DEVICE, { ERROR_INVALID_STATE, UNKNOWN } },
  { WFD_ERROR_NO_PEER, { ERROR_DEVICE_NOT_AVAILABLE, NOT_AVAILABLE } },
  { WFD_ERROR_PAIRING, { ERROR_GEN_FAILURE, INSECURE } },
  { WFD_ERROR_NOT_PAIRED, { ERROR_NOT_FOUND, NO_PROFILE } },
  { WFD_ERROR_IN_USE, { ERROR_BUSY, FAILURE } },
};

WinapiOutcome
winapi_outcome_from_error (const GError *error)
{
  if (error == NULL)
    return (WinapiOutcome) { ERROR_SUCCESS, WLAN_REASON_CODE_SUCCESS };
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return (WinapiOutcome) { ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED };
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    return (WinapiOutcome) { ERROR_BUSY, WLAN_REASON_CODE_UNKNOWN };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_error_matches (error, WFD_ERROR, rows[i].code))
      return rows[i].outcome;
  }
  return (WinapiOutcome) { ERROR_GEN_FAILURE, WLAN_REASON_CODE_UNKNOWN };
}
