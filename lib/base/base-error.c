/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-error.h>

/* clang-format takes the hyphens for minus signs. */
/* clang-format off */
G_DEFINE_QUARK (wfd-error-quark, wfd_error)
/* clang-format on */
