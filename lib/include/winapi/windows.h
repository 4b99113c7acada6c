/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <guiddef.h>
#include <handleapi.h>
#include <sal.h>
#include <string.h>
#include <synchapi.h>
#include <windef.h>
#include <winerror.h>

#define ZeroMemory(to, n) memset ((to), 0, (n))
#define FillMemory(to, n, value) memset ((to), (value), (n))
#define CopyMemory(to, from, n) memcpy ((to), (from), (n))
#define MoveMemory(to, from, n) memmove ((to), (from), (n))
#define RtlZeroMemory ZeroMemory
#define RtlCopyMemory CopyMemory
