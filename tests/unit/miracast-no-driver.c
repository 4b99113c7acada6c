/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library that exports no driver, though the one that it is linked with does. */
#include <wfd/wfd.h>

GQuark no_driver_use (void);

__attribute__ ((visibility ("default"))) GQuark
no_driver_use (void)
{
  return wfd_error_quark ();
}
