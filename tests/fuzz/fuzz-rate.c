/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rate controller, told whatever a driver, a peer or a clock can come up with. */
#include "rate-script.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  rate_script_run (data, size);
  return 0;
}
