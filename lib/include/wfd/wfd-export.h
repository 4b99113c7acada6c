/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * WFD_API:
 *
 * Marks what the library exports; everything else in it is hidden.
 */
#define WFD_API __attribute__ ((visibility ("default")))
