/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A display, or a stranger, that says what the test lets it say. */

/* @local_address: (nullable): from where */
GSocketConnection *display_connect (guint rtsp_port, const char *local_address);
void display_say (GSocketConnection *connection, const char *text);
/* The first request of ours, M2. */
void display_say_options (GSocketConnection *connection);
/* Reads up to the end of a message without a body. */
void display_read_message (GSocketConnection *connection);
/* Reads until the other side closes; how much that was. */
gsize display_read_to_the_end (GSocketConnection *connection);
void display_expect_closed (GSocketConnection *connection);
