/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One side of a link over Wi-Fi Direct, by Windows' functions alone: obeys the commands on its
 * standard input, one a line, and writes a line for whatever comes of them.
 *
 *   start DEVICE | cancel | close | look DEVICE | quit
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wfdx.h>
#include <windows.h>
#include <wlanapi.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void tell (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* With the time, and from any thread. */
static void
tell (const char *format, ...)
{
  struct timespec now;
  va_list args;

  clock_gettime (CLOCK_MONOTONIC, &now);
  pthread_mutex_lock (&lock);
  printf ("%lld.%03ld ", (long long) now.tv_sec, now.tv_nsec / 1000000);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  printf ("\n");
  fflush (stdout);
  pthread_mutex_unlock (&lock);
}

static VOID WINAPI
on_complete (HANDLE hSession, PVOID pvContext, GUID guid, DWORD dwError, DWORD dwReasonCode)
{
  WFDX_INTERFACE interface;

  if (dwError != ERROR_SUCCESS)
    tell ("ended %u 0x%x", dwError, dwReasonCode);
  else if (WfdxGetInterface (&guid, &interface) != ERROR_SUCCESS)
    tell ("opened, and is gone");
  else
    tell ("opened %s %u %s %s", interface.szName, interface.dwIndex, interface.szLocalAddress,
        interface.szPeerAddress);
}

static void
look (DOT11_MAC_ADDRESS *device)
{
  BOOL is_visible = FALSE;
  DWORD result = WFDUpdateDeviceVisibility (device);

  if (result == ERROR_SUCCESS)
    result = WfdxGetDeviceVisibility (device, &is_visible);
  tell ("looked %u %d", result, is_visible);
}

static int
read_device (const char *text, DOT11_MAC_ADDRESS *ret_device)
{
  unsigned char *o = *ret_device;

  return sscanf (text, "%*s %2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &o[0], &o[1], &o[2], &o[3], &o[4],
             &o[5])
      == 6;
}

static void
obey (HANDLE client, const char *line)
{
  static HANDLE session;
  DOT11_MAC_ADDRESS device;
  int has_device = read_device (line, &device);

  if (has_device && strncmp (line, "start ", 6) == 0)
    tell ("started %u", WFDStartOpenSession (client, &device, NULL, on_complete, &session));
  else if (has_device && strncmp (line, "look ", 5) == 0)
    look (&device);
  else if (strcmp (line, "cancel\n") == 0)
    tell ("cancelled %u", WFDCancelOpenSession (session));
  else if (strcmp (line, "close\n") == 0)
    tell ("closed %u", WFDCloseSession (session));
  else
    tell ("what is “%s”?", line);
}

int
main (void)
{
  char line[256];
  HANDLE client;
  DWORD version;

  if (WFDOpenHandle (WFD_API_VERSION, &version, &client) != ERROR_SUCCESS)
    return 1;
  while (fgets (line, sizeof (line), stdin) != NULL && strcmp (line, "quit\n") != 0)
    obey (client, line);
  return WFDCloseHandle (client) != ERROR_SUCCESS;
}
