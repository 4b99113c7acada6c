/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* The encoders we know, and how each wants to be told the same few things.
 * What a Wi-Fi Display peer may be sent: no B pictures, no CABAC, one slice per
 * picture, parameter sets with every IDR (WFD 2.1 §3.4.2, annex D). */

typedef enum
{
  WFD_ENCODER_H264,
  WFD_ENCODER_AAC,
} WfdEncoderKind;

/* How an encoder is told the size of its rate control buffer. */
typedef enum
{
  WFD_ENCODER_VBV_NONE,
  WFD_ENCODER_VBV_MS,
  WFD_ENCODER_VBV_KBIT,
} WfdEncoderVbv;

typedef struct
{
  const char *property;
  const char *value; /* as on the command line of gst-launch-1.0 */
} WfdEncoderSetting;

#define WFD_ENCODER_MAX_SETTINGS 20

typedef struct
{
  const char *factory;
  const char *package; /* of Debian */
  WfdEncoderKind kind;
  gboolean tested; /* run by our tests; else from its documentation */

  const char *raw_format;   /* of the pictures or samples it takes */
  const char *bitrate;      /* the property, in units of 1000 / bitrate_unit kbit/s */
  guint bitrate_unit;       /* 1: kbit/s, 1000: bit/s */
  const char *peak_bitrate; /* the same unit, or NULL */
  const char *vbv;          /* the property, or NULL */
  WfdEncoderVbv vbv_unit;
  /* Percent of a picture: with a buffer between these it makes far less than it is told, so
   * it gets the lower one; 0: there is no such gap. */
  guint vbv_gap_from, vbv_gap_to;
  const char *gop; /* the property: pictures between two IDR */
  /* What it is told before a picture holds for this one, not for those after it. */
  gboolean obeys_at_once;
  /* Honours GstForceKeyUnit. If not, IDR must come often by themselves. */
  gboolean key_units;
  guint max_channels; /* of sound */
  /* Properties above are fields of the structure in this property. */
  const char *controls;

  /* "profile" of the caps behind it, by WfdH264Profile; NULL: sends Constrained
   * Baseline instead, which decoders of Constrained High take. */
  const char *profiles[3];
  gboolean level_in_caps; /* obeys "level" of the caps behind it */

  WfdEncoderSetting settings[WFD_ENCODER_MAX_SETTINGS];
  WfdEncoderSetting high_settings[4]; /* also for Constrained High */
  WfdEncoderSetting fast_settings[4]; /* also above 1920x1080p30 */
} WfdEncoder;

/* What the stream shall be. */
typedef struct
{
  guint width; /* pixels */
  guint height;
  gint rate_n; /* pictures per second */
  gint rate_d;
  WfdH264Profile profile;
  guint level;            /* times ten; 0: as the encoder likes */
  guint bitrate_kbps;     /* less, where the level or the peer allows no more */
  guint max_bitrate_kbps; /* what the peer takes in all; 0: it does not say */
  guint vbv_ms;           /* of the encoder's buffer; 0: as is usual */
  guint frame_divisor;    /* of this many pictures at that rate it gets one; 0: all */
  /* The peer asks for IDR when it needs one (M13), so that none has to come
   * by itself for a long time. */
  gboolean peer_asks_for_idr;

  guint audio_rate_hz;
  guint audio_channels;
} WfdEncoderConfig;

/* All rows, best first. */
const WfdEncoder *wfd_encoder_get_table (guint *ret_n);

/* The best encoder that really works here, i.e. reaches READY, or the one with
 * the name @factory if that is not NULL. Slow: may open devices. Errors:
 * GST_CORE_ERROR_MISSING_PLUGIN with a sentence that says what to install. */
const WfdEncoder *wfd_encoder_find (WfdEncoderKind kind, const char *factory, GError **error);

/* The one for sound that takes the most channels, of several the best; NULL if there is none. */
const WfdEncoder *wfd_encoder_find_widest (void);

/* A new encoder (floating) that does @config; NULL if it is not there. */
GstElement *wfd_encoder_make (const WfdEncoder *self, const WfdEncoderConfig *config);

/* Sets the bit rate of @config, its buffer and how many pictures are left out, of which only these
 * may have changed; also while it runs. */
void wfd_encoder_set_bitrate (const WfdEncoder *self, GstElement *element,
    const WfdEncoderConfig *config);

/* kbit/s that neither the level nor the peer of @config allow to be exceeded; @self NULL:
 * by an encoder that is not ours. */
guint wfd_encoder_get_limit (const WfdEncoder *self, const WfdEncoderConfig *config);

/* What has to stand in front of and behind the encoder (transfer full). */
GstCaps *wfd_encoder_get_raw_caps (const WfdEncoder *self, const WfdEncoderConfig *config);
GstCaps *wfd_encoder_get_coded_caps (const WfdEncoder *self, const WfdEncoderConfig *config);

G_END_DECLS
