/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* The types of Windows' headers, with the widths that they have there on 32-bit and on 64-bit
 * machines alike: LONG, ULONG, DWORD and BOOL have 32 bits. WCHAR is the machine's wchar_t, so
 * that L"…" can be used; on Linux that has 32 bits. */

#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif

/* There is one calling convention. */
#define WINAPI
#define NTAPI
#define APIENTRY
#define CALLBACK

/* Marks what the libraries export. */
#define WFDX_API __attribute__ ((visibility ("default")))

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

#define VOID void
#define CONST const
#define IN
#define OUT
#define OPTIONAL

typedef char CHAR, *PCHAR, *PSTR, *LPSTR;
typedef const char *PCSTR, *LPCSTR;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR, *LPWSTR;
typedef const wchar_t *PCWSTR, *LPCWSTR;
#ifdef UNICODE
typedef WCHAR TCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *PCTSTR, *LPCTSTR;
#else
typedef CHAR TCHAR, *PTSTR, *LPTSTR;
typedef const CHAR *PCTSTR, *LPCTSTR;
#endif

typedef unsigned char UCHAR, *PUCHAR, BYTE, *PBYTE, *LPBYTE, BOOLEAN, *PBOOLEAN;
typedef int16_t SHORT, *PSHORT;
typedef uint16_t USHORT, *PUSHORT, WORD, *PWORD, *LPWORD;
typedef int INT, *PINT, *LPINT, BOOL, *PBOOL, *LPBOOL;
typedef unsigned int UINT, *PUINT, *LPUINT;
typedef int32_t LONG, *PLONG, *LPLONG;
typedef uint32_t ULONG, *PULONG, DWORD, *PDWORD, *LPDWORD;
typedef int64_t LONGLONG, *PLONGLONG;
typedef uint64_t ULONGLONG, *PULONGLONG, DWORDLONG;
typedef float FLOAT;

typedef int8_t INT8;
typedef int16_t INT16;
typedef int32_t INT32, *PINT32;
typedef int64_t INT64, *PINT64;
typedef uint8_t UINT8;
typedef uint16_t UINT16;
typedef uint32_t UINT32, *PUINT32, DWORD32;
typedef uint64_t UINT64, *PUINT64, DWORD64, ULONG64;

typedef intptr_t INT_PTR, LONG_PTR;
typedef uintptr_t UINT_PTR, ULONG_PTR, DWORD_PTR;
typedef size_t SIZE_T, *PSIZE_T;

typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef void *HANDLE, **PHANDLE, **LPHANDLE;
#define INVALID_HANDLE_VALUE ((HANDLE) (LONG_PTR) -1)

typedef LONG HRESULT;
typedef LONG NTSTATUS, *PNTSTATUS;

typedef struct _FILETIME
{
  DWORD dwLowDateTime;
  DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

__extension__ typedef union _LARGE_INTEGER
{
  struct
  {
    DWORD LowPart;
    LONG HighPart;
  };
  struct
  {
    DWORD LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

__extension__ typedef union _ULARGE_INTEGER
{
  struct
  {
    DWORD LowPart;
    DWORD HighPart;
  };
  struct
  {
    DWORD LowPart;
    DWORD HighPart;
  } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

#define MAKEWORD(low, high) ((WORD) (((BYTE) (low)) | ((WORD) ((BYTE) (high))) << 8))
#define MAKELONG(low, high) ((LONG) (((WORD) (low)) | ((DWORD) ((WORD) (high))) << 16))
#define LOBYTE(w) ((BYTE) ((DWORD_PTR) (w) &0xff))
#define HIBYTE(w) ((BYTE) ((DWORD_PTR) (w) >> 8 & 0xff))
#define LOWORD(l) ((WORD) ((DWORD_PTR) (l) &0xffff))
#define HIWORD(l) ((WORD) ((DWORD_PTR) (l) >> 16 & 0xffff))

#define FIELD_OFFSET(type, field) ((LONG) offsetof (type, field))
#define ARRAYSIZE(array) (sizeof (array) / sizeof ((array)[0]))
#define UNREFERENCED_PARAMETER(name) ((void) (name))
