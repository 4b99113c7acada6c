/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-descriptors.h"

#include <sys/eventfd.h>
#include <unistd.h>

gboolean
winapi_has_descriptors (guint n)
{
  int fd = eventfd (0, EFD_CLOEXEC);
  gboolean has = fd >= 0 && (n <= 1 || winapi_has_descriptors (n - 1));

  if (fd >= 0)
    close (fd);
  return has;
}
