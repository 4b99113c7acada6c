/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From now on the clocks of this process run @times as fast, and whoever waits for some time
 * in it, GLib and the library too, waits for as much less; TCP is asked to look for peers that
 * have gone as much sooner. All processes with the same number have the same time. To be called
 * before anything has looked at a clock. The program has to export its symbols. */
void fast_clock_start (int times);
