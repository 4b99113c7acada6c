/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-fill.h"

static GstClockTime
to_position (const GstSegment *segment, GstClockTime running)
{
  return gst_segment_position_from_running_time (segment, GST_FORMAT_TIME, running);
}

GstBuffer *
wfd_fill_silence (const GstAudioInfo *info, const GstSegment *segment, GstClockTime running,
    GstClockTime duration)
{
  guint64 frames = gst_util_uint64_scale (duration, GST_AUDIO_INFO_RATE (info), GST_SECOND);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, frames * GST_AUDIO_INFO_BPF (info), NULL);
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_WRITE)) {
    gst_audio_format_info_fill_silence (info->finfo, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  if (GST_AUDIO_INFO_LAYOUT (info) == GST_AUDIO_LAYOUT_NON_INTERLEAVED)
    gst_buffer_add_audio_meta (buffer, info, frames, NULL);
  GST_BUFFER_PTS (buffer) = to_position (segment, running);
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (frames, GST_SECOND, GST_AUDIO_INFO_RATE (info));
  return buffer;
}

GstBuffer *
wfd_fill_picture (GstBuffer *last, const GstSegment *segment, GstClockTime running)
{
  GstBuffer *buffer = gst_buffer_copy (last);

  GST_BUFFER_PTS (buffer) = to_position (segment, running);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  return buffer;
}

GstEvent *
wfd_fill_gap (const GstSegment *segment, GstClockTime running, GstClockTime duration)
{
  return gst_event_new_gap (to_position (segment, running), duration);
}

GstBuffer *
wfd_fill_trim (const GstAudioInfo *info, const GstSegment *segment, GstBuffer *samples,
    GstClockTime running)
{
  GstClockTime from =
      gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (samples));
  guint64 n = gst_buffer_get_size (samples) / MAX (GST_AUDIO_INFO_BPF (info), 1);
  guint64 cut;

  if (!GST_CLOCK_TIME_IS_VALID (from) || from >= running)
    return samples;

  cut = gst_util_uint64_scale_ceil (running - from, GST_AUDIO_INFO_RATE (info), GST_SECOND);
  if (cut >= n) {
    gst_buffer_unref (samples);
    return NULL;
  }
  running = from + gst_util_uint64_scale (cut, GST_SECOND, GST_AUDIO_INFO_RATE (info));
  samples = gst_audio_buffer_truncate (samples, GST_AUDIO_INFO_BPF (info), cut, -1);
  GST_BUFFER_PTS (samples) = to_position (segment, running);
  GST_BUFFER_DURATION (samples) =
      gst_util_uint64_scale (n - cut, GST_SECOND, GST_AUDIO_INFO_RATE (info));
  return samples;
}

GstClockTime
wfd_fill_get_end (const GstSegment *segment, GstBuffer *buffer)
{
  GstClockTime start = GST_BUFFER_DTS_OR_PTS (buffer);
  GstClockTime running;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (start))
    return GST_CLOCK_TIME_NONE;
  running = gst_segment_to_running_time (segment, GST_FORMAT_TIME, start);
  if (!GST_CLOCK_TIME_IS_VALID (running))
    return GST_CLOCK_TIME_NONE;
  return GST_BUFFER_DURATION_IS_VALID (buffer) ? running + GST_BUFFER_DURATION (buffer) : running;
}
