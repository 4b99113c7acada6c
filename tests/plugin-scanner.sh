#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# GStreamer's plugin scanner, able to load a plugin that was built with
# sanitizers: these have to be in the process first.
LD_PRELOAD=$WFD_TEST_LIBASAN ASAN_OPTIONS=detect_leaks=0 exec "$WFD_TEST_SCANNER" "$@"
