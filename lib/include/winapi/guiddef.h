/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>
#include <windef.h>

typedef struct _GUID
{
  DWORD Data1;
  WORD Data2;
  WORD Data3;
  BYTE Data4[8];
} GUID, *LPGUID, *PGUID;
typedef const GUID *LPCGUID;

#ifdef __cplusplus
typedef const GUID &REFGUID;
#else
typedef const GUID *REFGUID;
#endif

/* With INITGUID, see initguid.h, the constants themselves, and otherwise their declarations. One
 * file of a program has to have INITGUID, before it includes anything of these. */
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
  EXTERN_C const GUID name; \
  const GUID name = { l, w1, w2, { b1, b2, b3, b4, b5, b6, b7, b8 } }
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) EXTERN_C const GUID name
#endif

#ifdef __cplusplus
inline int
IsEqualGUID (REFGUID a, REFGUID b)
{
  return memcmp (&a, &b, sizeof (GUID)) == 0;
}
inline bool
operator== (const GUID &a, const GUID &b)
{
  return IsEqualGUID (a, b) != 0;
}
inline bool
operator!= (const GUID &a, const GUID &b)
{
  return IsEqualGUID (a, b) == 0;
}
#else
#define IsEqualGUID(a, b) (memcmp (a, b, sizeof (GUID)) == 0)
#endif
