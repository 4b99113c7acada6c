/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-upstream.h"

WfdUpstream
wfd_upstream_query (GstPad *sink, GstClockTime *ret_latency)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean known = gst_pad_peer_query (sink, query), live = FALSE;
  GstClockTime latency = 0;

  if (known)
    gst_query_parse_latency (query, &live, &latency, NULL);
  if (ret_latency != NULL)
    *ret_latency = live ? latency : 0;
  if (!known)
    return WFD_UPSTREAM_UNKNOWN;
  return live ? WFD_UPSTREAM_LIVE : WFD_UPSTREAM_STORED;
}

gboolean
wfd_upstream_ensure (WfdUpstream *upstream, GMutex *lock, GstPad *sink, GstClockTime *ret_latency)
{
  WfdUpstream answer;
  GstClockTime latency;

  if (*upstream != WFD_UPSTREAM_UNKNOWN)
    return FALSE;

  g_mutex_unlock (lock);
  answer = wfd_upstream_query (sink, &latency);
  GST_DEBUG_OBJECT (sink, "upstream is %s, latency %" GST_TIME_FORMAT,
      answer == WFD_UPSTREAM_LIVE ? "live" : "not live, or not known", GST_TIME_ARGS (latency));
  g_mutex_lock (lock);
  if (answer == WFD_UPSTREAM_UNKNOWN)
    return FALSE;
  *upstream = answer;
  if (ret_latency != NULL)
    *ret_latency = latency;
  return TRUE;
}

static gint
compare_fed (gconstpointer item, gconstpointer user_data)
{
  gboolean *ret_is_source = (gboolean *) user_data;

  *ret_is_source = FALSE;
  return wfd_upstream_is_there (g_value_get_object (item)) ? 0 : 1;
}

/* Whether @src is fed by a pad of its element that is, or by the element alone. */
static gboolean
is_fed (GstPad *src)
{
  g_autoptr (GstIterator) sinks = gst_pad_iterate_internal_links (src);
  g_auto (GValue) found = G_VALUE_INIT;
  gboolean is_source = TRUE;

  return sinks == NULL || gst_iterator_find_custom (sinks, compare_fed, &found, &is_source)
      || is_source;
}

gboolean
wfd_upstream_is_there (GstPad *sink)
{
  g_autoptr (GstPad) src = gst_pad_get_peer (sink);

  return src != NULL && is_fed (src);
}
