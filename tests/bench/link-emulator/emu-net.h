/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One side of the emulated link: a network namespace with a TUN device in it. */
typedef struct
{
  int namespace_fd; /* to enter it; -1: not there */
  int tun_fd;       /* gives and takes IP packets, and does not block; -1: not there */
} EmuSide;

#define EMU_SIDE_INIT \
  { \
    -1, -1 \
  }

/* Before anything else: without root, a user namespace in which this process may make
 * networks. FALSE with @error where the machine does not allow it. */
gboolean emu_net_prepare (GError **error);
/* With a device "wfd0" of @address/24 that is up, and of @address6/64 where the kernel knows IPv6. */
gboolean emu_net_open (EmuSide *self, const char *address, const char *address6, GError **error);
void emu_net_close (EmuSide *self);
/* This thread goes there. Between fork and exec: async-signal-safe. */
gboolean emu_net_enter (const EmuSide *self);

G_END_DECLS
