/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* To be included before the headers whose GUIDs a file shall define. */
#ifndef INITGUID
#define INITGUID
#endif
#include <guiddef.h>
