/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What both chats have: codes in words, addresses, and lines that are typed. */
#include <p2p.h>

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *
Explain (HRESULT hr)
{
  static const struct
  {
    HRESULT hr;
    const char *text;
  } texts[] = {
    { E_INVALIDARG, "this cannot be meant" },
    { E_ACCESSDENIED, "this is not allowed here" },
    { E_OUTOFMEMORY, "there is no memory or no descriptor left" },
    { PEER_E_CONNECT_SELF, "this is our own address" },
    { PEER_E_CONNECTION_FAILED, "nobody answers there" },
    { PEER_E_CONNECTION_REFUSED, "who is there takes no more connections" },
    { PEER_E_CONNECTION_NOT_AUTHENTICATED, "who is there does not let us in" },
    { PEER_E_DUPLICATE_GRAPH, "another chat of this name runs" },
    { PEER_E_GRAPH_IN_USE, "another chat of this name runs" },
    { PEER_E_NOT_FOUND, "there is no such group" },
    { PEER_E_GROUP_IN_USE, "another program has the group open" },
    { PEER_E_NOT_AUTHORIZED, "this is not for us to do" },
    { PEER_E_INVITATION_NOT_TRUSTED, "the invitation is not for us, or forged" },
    { PEER_E_INVALID_TIME_PERIOD, "the invitation is not valid now" },
    { PEER_E_NO_MEMBERS_FOUND, "no member is known" },
    { PEER_E_NO_MEMBER_CONNECTIONS, "no member answers" },
    { (HRESULT) 0x80072740, "another program has the port" },
  };

  for (size_t i = 0; i < ARRAYSIZE (texts); i++)
    if (texts[i].hr == hr)
      return texts[i].text;
  return "see docs/peer.md for the code";
}

static void
Fail (HRESULT hr, const char *what)
{
  fprintf (stderr, "%s: %s (0x%08x)\n", what, Explain (hr), (unsigned) hr);
  exit (1);
}

static void
Check (HRESULT hr, const char *what)
{
  if (FAILED (hr))
    Fail (hr, what);
}

/* What was typed cannot be meant. */
static void
Refuse (const char *text, const char *why)
{
  fprintf (stderr, "%s %s\n", text, why);
  exit (1);
}

static uint16_t
ReadPort (const char *text)
{
  char *end;
  unsigned long port = strtoul (text, &end, 10);

  if (*end != '\0' || port == 0 || port > 65535)
    Refuse (text, "is no port: a number from 1 to 65535");
  return (uint16_t) port;
}

/* ADDRESS or ADDRESS%INTERFACE. */
static PEER_ADDRESS
ReadAddress (const char *address, const char *port)
{
  PEER_ADDRESS where;
  char ip[64] = { 0 };
  const char *interface = strchr (address, '%');

  memset (&where, 0, sizeof (where));
  where.dwSize = sizeof (where);
  where.sin6.sin6_family = AF_INET6;
  where.sin6.sin6_port = htons (ReadPort (port));
  where.sin6.sin6_scope_id = interface != NULL ? if_nametoindex (interface + 1) : 0;
  if (interface != NULL && where.sin6.sin6_scope_id == 0)
    Refuse (interface + 1, "is no interface of this machine: see ip link");
  snprintf (ip, sizeof (ip), "%.*s", (int) strcspn (address, "%"), address);
  if (inet_pton (AF_INET6, ip, &where.sin6.sin6_addr) != 1)
    Refuse (address, "is no address of IPv6");
  return where;
}

/* What others wrote, without what could move the cursor of a terminal or pass for our own
 * lines: control characters, those of UTF-8 (C2 80 to C2 9F) included. */
static void
PrintLine (const void *data, size_t size)
{
  const unsigned char *text = (const unsigned char *) data;

  for (size_t i = 0; i < size; i++) {
    if (text[i] == 0xc2 && i + 1 < size && text[i + 1] >= 0x80 && text[i + 1] < 0xa0)
      i++;
    else if (text[i] >= 0x20 && text[i] != 0x7f)
      putchar (text[i]);
  }
  putchar ('\n');
}

/* FALSE: that was the last. */
static BOOL
ReadLine (char *line, size_t size)
{
  ssize_t n = read (STDIN_FILENO, line, size - 1);

  line[n > 0 ? n : 0] = '\0';
  line[strcspn (line, "\n")] = '\0';
  return n > 0;
}
