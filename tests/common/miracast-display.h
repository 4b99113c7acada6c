/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <wfdxmiracast.h>

G_BEGIN_DECLS

/* A system whose display's part writes down what it is told; one at a time. */

extern const WFDX_MIRACAST_DISPLAY display;
/* That which is told of; the test sets it. */
extern HANDLE display_device;

void display_begin (void);
void display_end (void);

void display_tell (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* What is told next is @wanted, which comes within 20 s. */
void display_wait_told (const char *wanted);
/* Tells "done CONTEXT STATUS N". */
VOID display_on_done (PVOID context, NTSTATUS status, UINT n);
const char *display_get_state_name (void);
guint display_count_told (void);

G_END_DECLS
