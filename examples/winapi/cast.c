/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows a moving picture on the display that connects, as a system with a Miracast driver does:
 * it accepts the connection, and the driver does the rest.
 *
 *   cc -o cast cast.c $(pkg-config --cflags --libs wfd-winapi-1.0 wfd-winapi-events-1.0 gstreamer-1.0)
 *   ./cast 7236
 *   ./cast 7236 192.168.49.1 p2p-wlan0-0
 *
 * With the address and the name of an interface of Wi-Fi, what is measured there says how much
 * may be encoded.
 */
#include <windows.h>
#include <winsock2.h>

#include <arpa/inet.h>
#include <gst/gst.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wfdxmiracast.h>

#define PICTURE \
  "videotestsrc is-live=true pattern=ball ! video/x-raw,width=1280,height=720,framerate=30/1 ! " \
  "wfdsink name=sink after-session=wait"

static HANDLE hEnded;

/* What to do about it. */
static const char *
Explain (NTSTATUS status)
{
  static const struct
  {
    NTSTATUS status;
    const char *text;
  } texts[] = {
    { STATUS_IO_TIMEOUT, "the display does not answer: is it on, and does it wait for a picture?" },
    { STATUS_CONNECTION_RESET, "the display closed the connection: connect it again" },
    { STATUS_CONNECTION_REFUSED,
        "the display wants none of this: it is no display of Miracast, or "
        "shares no format with us" },
    { STATUS_DEVICE_INSUFFICIENT_RESOURCES,
        "the radio is too slow for the smallest picture: bring the display nearer" },
    { STATUS_INSUFFICIENT_RESOURCES, "no descriptors or threads are left: see ulimit -n" },
    { STATUS_DEVICE_NOT_CONNECTED, "the display has left already: connect it again" },
    { STATUS_CANCELLED, "it was stopped, or the pipeline of the picture ended" },
    { STATUS_NOT_SUPPORTED, "this machine or this interface cannot do it: see docs/winapi.md" },
    { STATUS_INVALID_PARAMETER, "there is no such interface, or socket: see the names in ip link" },
    { STATUS_UNSUCCESSFUL, "the display said what is no Miracast: is it another program?" },
  };

  for (size_t i = 0; i < ARRAYSIZE (texts); i++)
    if (texts[i].status == status)
      return texts[i].text;
  return "see docs/winapi.md for the code";
}

static VOID
OnSessionStatus (PVOID pvContext, MIRACAST_STATUS status, NTSTATUS why)
{
  const char *text = why != STATUS_SUCCESS ? Explain (why) : "in order";

  UNREFERENCED_PARAMETER (pvContext);
  /* Which is no fault, whatever the code. */
  if (status == MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST)
    text = "the display has ended it";
  printf ("over: Miracast status %u, 0x%08x: %s\n", (unsigned) status, (unsigned) why, text);
  fflush (stdout);
  SetEvent (hEnded);
}

/* The display's part of the system hears of monitors. */
static NTSTATUS
OnIoControl (PVOID pvContext, BOOL bHardwareAccess, UINT cbInput, VOID *pInput, UINT cbOutput,
    VOID *pOutput, UINT *pcbReturned)
{
  const WFDX_MIRACAST_REQUEST *pRequest = (const WFDX_MIRACAST_REQUEST *) pInput;

  UNREFERENCED_PARAMETER (pvContext);
  UNREFERENCED_PARAMETER (bHardwareAccess);
  UNREFERENCED_PARAMETER (cbOutput);
  UNREFERENCED_PARAMETER (pOutput);
  UNREFERENCED_PARAMETER (pcbReturned);
  if (cbInput < sizeof (*pRequest))
    return STATUS_INVALID_PARAMETER;
  printf ("monitor %s, EDID of %u bytes\n",
      pRequest->Kind == WFDX_MIRACAST_MONITOR_ARRIVED ? "arrived" : "departed", pRequest->EdidSize);
  fflush (stdout);
  return STATUS_SUCCESS;
}

/* -1 if @text is none. */
static int
ParsePort (const char *text)
{
  char *end;
  long port = strtol (text, &end, 10);

  return *end == '\0' && port > 0 && port <= 65535 ? (int) port : -1;
}

/* The first that connects to @host; -1 if nobody can. */
static int
AcceptDisplay (const char *host, int port)
{
  SOCKADDR_IN address;
  int yes = 1, listener = socket (AF_INET, SOCK_STREAM, 0), display = -1;

  ZeroMemory (&address, sizeof (address));
  address.sin_family = AF_INET;
  address.sin_port = htons ((USHORT) port);
  address.sin_addr.s_addr = inet_addr (host);
  setsockopt (listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof (yes));
  if (bind (listener, (SOCKADDR *) &address, sizeof (address)) == 0 && listen (listener, 1) == 0) {
    printf ("waiting on port %d\n", port);
    fflush (stdout);
    display = accept (listener, NULL, NULL);
  } else {
    perror (host);
  }
  if (listener >= 0)
    close (listener);
  return display;
}

static GstElement *
AttachPicture (HANDLE hDevice)
{
  GstElement *pipeline = gst_parse_launch (PICTURE, NULL);
  GstElement *sink = pipeline != NULL ? gst_bin_get_by_name (GST_BIN (pipeline), "sink") : NULL;
  PVOID pContext = NULL;

  if (sink == NULL)
    return NULL;
  WfdxMiracastGetContext (hDevice, &pContext);
  g_object_set (sink, "miracast-context", pContext, NULL);
  gst_object_unref (sink);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

/* What a system measures of its radio. */
static NTSTATUS
Measure (HANDLE hDevice, const char *interface_name)
{
  NTSTATUS status = WfdxMiracastSetLink (hDevice, if_nametoindex (interface_name), NULL, 0);

  if (status != STATUS_SUCCESS)
    printf ("%s cannot be measured: %s (0x%08x)\n", interface_name, Explain (status),
        (unsigned) status);
  return status;
}

static NTSTATUS
ShowPicture (HANDLE hDevice, int display, BOOL isMeasured)
{
  /* Of any link. */
  MIRACAST_WFD_CONNECTION_STATS stats = { 5000000, 0, 0 };
  MIRACAST_SESSION_INFO info;
  NTSTATUS status;

  if (isMeasured)
    WfdxMiracastGetConnectionStats (hDevice, &stats);
  printf ("suggested: %u kbit/s\n", (unsigned) (stats.CurrentBitRate / 1000));
  status = WfdxMiracastStart (hDevice, (SOCKET) display, &stats, &info);

  if (status != STATUS_SUCCESS) {
    printf ("not started: %s (0x%08x)\n", Explain (status), (unsigned) status);
    return status;
  }
  printf ("started: monitor %u, modes reduced %u\n", (unsigned) info.MonitorConnected,
      (unsigned) info.ReducedModeListDueToBandwidth);
  fflush (stdout);
  WaitForSingleObject (hEnded, INFINITE);
  return WfdxMiracastStop (hDevice);
}

int
main (int argc, char **argv)
{
  const WFDX_MIRACAST_DISPLAY part = { sizeof (part), NULL, OnSessionStatus, OnIoControl, NULL };
  NTSTATUS status;
  GstElement *pipeline;
  HANDLE hDevice;
  BOOL isMeasured;
  int display, port;

  gst_init (&argc, &argv);
  port = argc > 1 ? ParsePort (argv[1]) : 7236;
  if (port < 0) {
    printf ("%s is no port: a number from 1 to 65535\n"
            "usage: %s [PORT [ADDRESS [INTERFACE]]]\n",
        argv[1], argv[0]);
    return 2;
  }
  hEnded = CreateEvent (NULL, TRUE, FALSE, NULL);
  status = WfdxMiracastOpen (NULL, &part, &hDevice);
  if (status != STATUS_SUCCESS) {
    printf ("no driver: %s (0x%08x)\n", Explain (status), (unsigned) status);
    return 1;
  }
  isMeasured = argc > 3 && Measure (hDevice, argv[3]) == STATUS_SUCCESS;
  pipeline = AttachPicture (hDevice);
  display = AcceptDisplay (argc > 2 ? argv[2] : "127.0.0.1", port);
  status = display >= 0 ? ShowPicture (hDevice, display, isMeasured) : STATUS_UNSUCCESSFUL;
  if (pipeline != NULL) {
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
  }
  WfdxMiracastClose (hDevice);
  CloseHandle (hEnded);
  return status == STATUS_SUCCESS ? 0 : 1;
}
