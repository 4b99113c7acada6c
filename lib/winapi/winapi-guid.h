/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <guiddef.h>

G_BEGIN_DECLS

/* The GUID by which this network interface is known; another one made later with the
 * same name has another. */
GUID winapi_guid_of_interface (const char *name, guint index);

G_END_DECLS
