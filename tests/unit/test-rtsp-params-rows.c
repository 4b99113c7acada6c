/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of each row of the table: read, and written again. */
#include <rtsp-params.h>

#include <string.h>

#define PORT WFD_PARAM_STATUS_PORT
#define FORMAT WFD_PARAM_STATUS_FORMAT
#define BAD WFD_PARAM_STATUS_NOT_UNDERSTOOD
#define PROFILE WFD_PARAM_STATUS_PROFILE

/* A value of a row as a device writes it, and as we do; or the code it is
 * refused with. @fill stands @n_fill times behind both, in lower case behind
 * @canonical. */
typedef struct
{
  WfdParamId id;
  enum
  {
    EXACT, /* the form of the standard */
    SHORT, /* something is missing */
    LONG,  /* something is too much */
    OTHER  /* what devices write */
  } kind;
  const char *value;
  const char *canonical;
  guint code;
  const char *fill;
  guint n_fill;
} Vector;

#define R1_TUPLE "01 04 00000080 00000000 00000000 00 0000 0000 00 none none"
#define R2_TUPLE "02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00"
#define UDP "RTP/AVP/UDP;unicast"
#define TCP "RTP/AVP/TCP;unicast"

static const Vector vectors[] = {
  { WFD_PARAM_VIDEO_FORMATS, EXACT, "00 00 " R1_TUPLE, "00 00 " R1_TUPLE },
  { WFD_PARAM_VIDEO_FORMATS, SHORT, "00 00 01 04", .code = BAD },
  { WFD_PARAM_VIDEO_FORMATS, LONG, "00 00 " R1_TUPLE " none", .code = BAD },
  { WFD_PARAM_VIDEO_FORMATS, OTHER, "None", "none" },
  { WFD_PARAM_VIDEO_FORMATS, OTHER, "00 00 10 04 00000080", .code = PROFILE },

  { WFD_PARAM_AUDIO_CODECS, EXACT, "LPCM 00000002 00", "LPCM 00000002 00" },
  { WFD_PARAM_AUDIO_CODECS, SHORT, "LPCM 00000002", .code = BAD },
  { WFD_PARAM_AUDIO_CODECS, LONG, "LPCM 00000002 00 00", .code = BAD },
  { WFD_PARAM_AUDIO_CODECS, OTHER, "DTS 00000001 00", .code = FORMAT },

  { WFD_PARAM_CLIENT_RTP_PORTS, EXACT, UDP " 19000 0 mode=play", UDP " 19000 0 mode=play" },
  { WFD_PARAM_CLIENT_RTP_PORTS, SHORT, UDP " 19000 mode=play", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, SHORT, UDP " 19000 0", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, SHORT, UDP, .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, LONG, UDP " 19000 0 mode=play 0", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 1028 0 mode=play", UDP " 1028 0 mode=play" },
  /* M4 of gnome-network-displays: the port we gave plus one. */
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 19000 19001 mode=play", UDP " 19000 19001 mode=play" },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 0 19000 mode=play", UDP " 0 19000 mode=play" },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, TCP " 19000 0 mode=play", TCP " 19000 0 mode=play" },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, "rtp/avp ; Unicast\t65535  00000 MODE=PLAY",
      UDP " 65535 0 mode=play" },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 99999 0 mode=play", .code = PORT },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 19000 65536 mode=play", .code = PORT },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 0 0 mode=play", .code = PORT },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " -1 0 mode=play", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, UDP " 0x4a38 0 mode=play", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, "RTP/SAVP;unicast 19000 0 mode=play", .code = BAD },
  { WFD_PARAM_CLIENT_RTP_PORTS, OTHER, "RTP/AVP/UDP;multicast 19000 0 mode=play", .code = BAD },

  { WFD_PARAM_PRESENTATION_URL, EXACT, "rtsp://192.168.49.1/wfd1.0/streamid=0 none",
      "rtsp://192.168.49.1/wfd1.0/streamid=0 none" },
  { WFD_PARAM_PRESENTATION_URL, SHORT, "rtsp://192.168.49.1/wfd1.0/streamid=0",
      "rtsp://192.168.49.1/wfd1.0/streamid=0 none" },
  { WFD_PARAM_PRESENTATION_URL, SHORT, "rtsp:// none", .code = BAD },
  { WFD_PARAM_PRESENTATION_URL, SHORT, "", .code = BAD },
  { WFD_PARAM_PRESENTATION_URL, LONG, "rtsp://h/0 rtsp://h/1 none", .code = BAD },
  { WFD_PARAM_PRESENTATION_URL, LONG, "none rtsp://", .code = BAD, .fill = "x", .n_fill = 506 },
  { WFD_PARAM_PRESENTATION_URL, EXACT, "none rtsp://", "none rtsp://", .fill = "x", .n_fill = 505 },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "None rtsp://10.0.0.1/wfd1.0/streamid=1",
      "none rtsp://10.0.0.1/wfd1.0/streamid=1" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "none none", "none none" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "rtsp://192.168.173.1:7236/wfd1.0/streamid=0 none",
      "rtsp://192.168.173.1:7236/wfd1.0/streamid=0 none" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "rtsp://255.255.255.255/wfd1.0/streamid=0 none",
      "rtsp://255.255.255.255/wfd1.0/streamid=0 none" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "rtsp://0.0.0.0/wfd1.0/streamid=0  none",
      "rtsp://0.0.0.0/wfd1.0/streamid=0 none" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "RTSP://[fe80::1%25p2p0]/wfd1.0/ none",
      "RTSP://[fe80::1%25p2p0]/wfd1.0/ none" },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "http://192.168.49.1/wfd1.0/streamid=0 none", .code = BAD },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "rtsp://h\xc3\xb6st/wfd1.0 none", .code = BAD },
  { WFD_PARAM_PRESENTATION_URL, OTHER, "rtsp://h\rost/wfd1.0 none", .code = BAD },

  { WFD_PARAM_TRIGGER_METHOD, EXACT, "SETUP", "SETUP" },
  { WFD_PARAM_TRIGGER_METHOD, EXACT, "PAUSE", "PAUSE" },
  { WFD_PARAM_TRIGGER_METHOD, EXACT, "TEARDOWN", "TEARDOWN" },
  { WFD_PARAM_TRIGGER_METHOD, EXACT, "PLAY", "PLAY" },
  { WFD_PARAM_TRIGGER_METHOD, SHORT, "SETU", .code = BAD },
  { WFD_PARAM_TRIGGER_METHOD, SHORT, "", .code = BAD },
  { WFD_PARAM_TRIGGER_METHOD, LONG, "SETUP SETUP", .code = BAD },
  { WFD_PARAM_TRIGGER_METHOD, OTHER, "Teardown", "TEARDOWN" },
  { WFD_PARAM_TRIGGER_METHOD, OTHER, "none", .code = BAD },

  { WFD_PARAM_CONTENT_PROTECTION, EXACT, "HDCP2.0 port=1189", "HDCP2.0 port=1189" },
  { WFD_PARAM_CONTENT_PROTECTION, EXACT, "HDCP2.1 port=65535", "HDCP2.1 port=65535" },
  { WFD_PARAM_CONTENT_PROTECTION, EXACT, "none", "none" },
  { WFD_PARAM_CONTENT_PROTECTION, SHORT, "HDCP2.1", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, SHORT, "HDCP2.1 port=", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, SHORT, "HDCP", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, LONG, "HDCP2.1 port=1189 1190", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, OTHER, "HDCP2.2 port=1189", "HDCP2.2 port=1189" },
  { WFD_PARAM_CONTENT_PROTECTION, OTHER, "hdcp 2.1  port= 1189", "HDCP2.1 port=1189" },
  { WFD_PARAM_CONTENT_PROTECTION, OTHER, "HDCP2.1 port=99999", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, OTHER, "HDCP2.1 port=0", .code = BAD },
  { WFD_PARAM_CONTENT_PROTECTION, OTHER, "HDCP1.3 port=1189", .code = BAD },

  { WFD_PARAM_DISPLAY_EDID, EXACT, "none", "none" },
  { WFD_PARAM_DISPLAY_EDID, EXACT, "0000 none", "0000 none" },
  { WFD_PARAM_DISPLAY_EDID, EXACT, "0002 ", "0002 ", .fill = "00FF", .n_fill = 128 },
  { WFD_PARAM_DISPLAY_EDID, EXACT, "0100 ", "0100 ", .fill = "A5", .n_fill = 32768 },
  { WFD_PARAM_DISPLAY_EDID, SHORT, "0001", .code = BAD },
  { WFD_PARAM_DISPLAY_EDID, SHORT, "0001 ", .code = BAD, .fill = "00", .n_fill = 127 },
  { WFD_PARAM_DISPLAY_EDID, LONG, "0101 ", .code = BAD, .fill = "A5", .n_fill = 32769 },
  { WFD_PARAM_DISPLAY_EDID, LONG, "0000 none none", .code = BAD },
  { WFD_PARAM_DISPLAY_EDID, OTHER, "16 ", "0010 ", .fill = "00ff", .n_fill = 1024 },
  { WFD_PARAM_DISPLAY_EDID, OTHER, "0001 none", "0000 none" },
  { WFD_PARAM_DISPLAY_EDID, OTHER, "0007\t", "0001 ", .fill = "0f", .n_fill = 128 },
  { WFD_PARAM_DISPLAY_EDID, OTHER, "0001 ", .code = BAD, .fill = "0g", .n_fill = 128 },

  { WFD_PARAM_COUPLED_SINK, EXACT, "01 001122aabbcc", "01 001122aabbcc" },
  { WFD_PARAM_COUPLED_SINK, EXACT, "00 none", "00 none" },
  { WFD_PARAM_COUPLED_SINK, EXACT, "none", "none" },
  { WFD_PARAM_COUPLED_SINK, SHORT, "01", .code = BAD },
  { WFD_PARAM_COUPLED_SINK, LONG, "01 001122aabbcc 00", .code = BAD },
  { WFD_PARAM_COUPLED_SINK, OTHER, "1 001122AABBCC", "01 001122aabbcc" },
  { WFD_PARAM_COUPLED_SINK, OTHER, "01 00:11:22:aa:bb:cc", .code = BAD },

  { WFD_PARAM_ROUTE, EXACT, "primary", "primary" },
  { WFD_PARAM_ROUTE, EXACT, "secondary", "secondary" },
  { WFD_PARAM_ROUTE, SHORT, "", .code = BAD },
  { WFD_PARAM_ROUTE, LONG, "primary secondary", .code = BAD },
  { WFD_PARAM_ROUTE, OTHER, "Primary", "primary" },
  { WFD_PARAM_ROUTE, OTHER, "none", .code = BAD },

  { WFD_PARAM_I2C, EXACT, "50000", "50000" },
  { WFD_PARAM_I2C, EXACT, "none", "none" },
  { WFD_PARAM_I2C, SHORT, "", .code = BAD },
  { WFD_PARAM_I2C, LONG, "50000 1", .code = BAD },
  { WFD_PARAM_I2C, LONG, "65536", .code = BAD },
  { WFD_PARAM_I2C, OTHER, "0", .code = BAD },

  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, EXACT, "000F424000 000f424000", "000f424000 000f424000" },
  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, EXACT, "ffffffff80 0000000080", "ffffffff80 0000000080" },
  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, SHORT, "000f424000", .code = BAD },
  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, LONG, "000f424000 000f424000 00", .code = BAD },
  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, OTHER, "0xf424000 f42407f", "000f424000 000f424000" },
  { WFD_PARAM_AV_FORMAT_CHANGE_TIMING, OTHER, "none", .code = BAD },

  { WFD_PARAM_UIBC_CAPABILITY, EXACT,
      "input_category_list=GENERIC, HIDC;generic_cap_list=Keyboard, Mouse, SingleTouch;"
      "hidc_cap_list=Keyboard/USB, Mouse/USB;port=none",
      "input_category_list=GENERIC, HIDC;generic_cap_list=Keyboard, Mouse, SingleTouch;"
      "hidc_cap_list=Keyboard/USB, Mouse/USB;port=none" },
  { WFD_PARAM_UIBC_CAPABILITY, EXACT,
      "input_category_list=GENERIC;generic_cap_list=Mouse, SingleTouch;hidc_cap_list=none;"
      "port=50000",
      "input_category_list=GENERIC;generic_cap_list=Mouse, SingleTouch;hidc_cap_list=none;"
      "port=50000" },
  { WFD_PARAM_UIBC_CAPABILITY, EXACT, "none", "none" },
  { WFD_PARAM_UIBC_CAPABILITY, SHORT, "generic_cap_list=Mouse;hidc_cap_list=none;port=none",
      .code = BAD },
  { WFD_PARAM_UIBC_CAPABILITY, SHORT, "input_category_list=;port=none", .code = BAD },
  { WFD_PARAM_UIBC_CAPABILITY, SHORT, "input_category_list=GENERIC,,HIDC;port=none", .code = BAD },
  { WFD_PARAM_UIBC_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_UIBC_CAPABILITY, LONG, "input_category_list=GENERIC;port=50000 50001", .code = BAD },
  /* Windows leaves out generic_cap_list. */
  { WFD_PARAM_UIBC_CAPABILITY, OTHER,
      "input_category_list=HIDC;hidc_cap_list=Keyboard/USB, Mouse/USB, MultiTouch/USB, "
      "Gesture/USB, RemoteControl/USB, Joystick/USB;port=none",
      "input_category_list=HIDC;generic_cap_list=none;hidc_cap_list=Keyboard/USB, Mouse/USB, "
      "MultiTouch/USB, Joystick/USB, Gesture/USB, RemoteControl/USB;port=none" },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER,
      "input_category_list=GENERIC;generic_cap_list=Keyboard,Mouse,SingleTouch;"
      "hidc_cap_list=none;port=none",
      "input_category_list=GENERIC;generic_cap_list=Keyboard, Mouse, SingleTouch;"
      "hidc_cap_list=none;port=none" },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER,
      "input_category_list=GENERIC , HIDC; generic_cap_list=Keyboard; "
      "hidc_cap_list=Mouse/BT,Mouse / USB; port=none",
      "input_category_list=GENERIC, HIDC;generic_cap_list=Keyboard;"
      "hidc_cap_list=Mouse/USB, Mouse/BT;port=none" },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER,
      "PORT = 1; Input_Category_List = generic; GENERIC_CAP_LIST = mouse, mouse; later=1;",
      "input_category_list=GENERIC;generic_cap_list=Mouse;hidc_cap_list=none;port=1" },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER,
      "input_category_list=VOICE;generic_cap_list=Pen, Camera;"
      "hidc_cap_list=Pen/USB, Mouse/Wire, Keyboard/No-SP, Mouse;port=none",
      "input_category_list=none;generic_cap_list=Camera;hidc_cap_list=Keyboard/No-SP;port=none" },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER, "input_category_list=GENERIC;port=99999", .code = BAD },
  { WFD_PARAM_UIBC_CAPABILITY, OTHER, "input_category_list=GENERIC;port", .code = BAD },

  { WFD_PARAM_UIBC_SETTING, EXACT, "enable", "enable" },
  { WFD_PARAM_UIBC_SETTING, EXACT, "disable", "disable" },
  { WFD_PARAM_UIBC_SETTING, SHORT, "", .code = BAD },
  { WFD_PARAM_UIBC_SETTING, LONG, "enable enable", .code = BAD },
  { WFD_PARAM_UIBC_SETTING, OTHER, "Enable", "enable" },
  { WFD_PARAM_UIBC_SETTING, OTHER, "none", .code = BAD },

  { WFD_PARAM_STANDBY_RESUME_CAPABILITY, EXACT, "supported", "supported" },
  { WFD_PARAM_STANDBY_RESUME_CAPABILITY, EXACT, "none", "none" },
  { WFD_PARAM_STANDBY_RESUME_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_STANDBY_RESUME_CAPABILITY, LONG, "supported none", .code = BAD },

  { WFD_PARAM_STANDBY, EXACT, NULL, NULL },
  { WFD_PARAM_STANDBY, SHORT, "", NULL },
  { WFD_PARAM_STANDBY, LONG, "now", .code = BAD },

  { WFD_PARAM_CONNECTOR_TYPE, EXACT, "05", "05" },
  { WFD_PARAM_CONNECTOR_TYPE, EXACT, "0a", "0a" },
  { WFD_PARAM_CONNECTOR_TYPE, EXACT, "FF", "ff" },
  { WFD_PARAM_CONNECTOR_TYPE, EXACT, "none", "none" },
  { WFD_PARAM_CONNECTOR_TYPE, SHORT, "5", "05" },
  { WFD_PARAM_CONNECTOR_TYPE, SHORT, "7", "07" },
  { WFD_PARAM_CONNECTOR_TYPE, SHORT, "", .code = BAD },
  { WFD_PARAM_CONNECTOR_TYPE, LONG, "100", .code = BAD },
  { WFD_PARAM_CONNECTOR_TYPE, LONG, "05 05", .code = BAD },

  { WFD_PARAM_IDR_REQUEST, EXACT, NULL, NULL },
  { WFD_PARAM_IDR_REQUEST, SHORT, "", NULL },
  { WFD_PARAM_IDR_REQUEST, LONG, "1", .code = BAD },

  { WFD_PARAM_IDR_REQUEST_CAPABILITY, EXACT, "1", "1" },
  { WFD_PARAM_IDR_REQUEST_CAPABILITY, EXACT, "0", "0" },
  { WFD_PARAM_IDR_REQUEST_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_IDR_REQUEST_CAPABILITY, LONG, "11", .code = BAD },
  { WFD_PARAM_IDR_REQUEST_CAPABILITY, OTHER, "none", "0" },

  { WFD_PARAM_3D_VIDEO_FORMATS, EXACT, "00 00 01 01 0000000000000001 00 0000 0000 00 none none",
      "00 00 01 01 0000000000000001 00 0000 0000 00 none none" },
  { WFD_PARAM_3D_VIDEO_FORMATS, EXACT, "none", "none" },
  { WFD_PARAM_3D_VIDEO_FORMATS, SHORT, "00 00 01 01 0000000000000001 00 0000 0000 00 none",
      .code = BAD },
  { WFD_PARAM_3D_VIDEO_FORMATS, LONG, "00 00 01 01 0000000000000001 00 0000 0000 00 none none none",
      .code = BAD },

  { WFD_PARAM_PREFERRED_DISPLAY_MODE, EXACT,
      "003a02 0780 0118 8058 002c 0438 002d 8004 0005 00 01 00 " R1_TUPLE,
      "003a02 0780 0118 8058 002c 0438 002d 8004 0005 00 01 00 " R1_TUPLE },
  { WFD_PARAM_PREFERRED_DISPLAY_MODE, SHORT, "003a02 0780 0118 8058 002c 0438", .code = BAD },
  { WFD_PARAM_PREFERRED_DISPLAY_MODE, LONG,
      "003a02 0780 0118 8058 002c 0438 002d 8004 0005 00 01 00 " R1_TUPLE " 00", .code = BAD },

  { WFD_PARAM_WFD2_VIDEO_FORMATS, EXACT, "00 " R2_TUPLE " 01", "00 " R2_TUPLE " 01" },
  { WFD_PARAM_WFD2_VIDEO_FORMATS, EXACT, "00 " R2_TUPLE " 00 enabled",
      "00 " R2_TUPLE " 00 enabled" },
  { WFD_PARAM_WFD2_VIDEO_FORMATS, SHORT, "00 " R2_TUPLE, .code = BAD },
  { WFD_PARAM_WFD2_VIDEO_FORMATS, LONG, "00 " R2_TUPLE " 00 00", .code = BAD },

  { WFD_PARAM_WFD2_AUDIO_CODECS, EXACT, "LPCM 000001ff 00", "LPCM 000001ff 00" },
  { WFD_PARAM_WFD2_AUDIO_CODECS, SHORT, "LPCM 000001ff", .code = BAD },
  { WFD_PARAM_WFD2_AUDIO_CODECS, SHORT, "LPCM 000001ff 00, , CTA 00000001 00", .code = BAD },
  { WFD_PARAM_WFD2_AUDIO_CODECS, LONG, "LPCM 000001ff 00 00", .code = BAD },

  { WFD_PARAM_WFD2_AUX_STREAM_FORMATS, EXACT, "07 02 00", "07 02 00" },
  { WFD_PARAM_WFD2_AUX_STREAM_FORMATS, EXACT, "none", "none" },
  { WFD_PARAM_WFD2_AUX_STREAM_FORMATS, SHORT, "07 02", .code = BAD },
  { WFD_PARAM_WFD2_AUX_STREAM_FORMATS, LONG, "07 02 00 00", .code = BAD },

  { WFD_PARAM_WFD2_DIRECT_STREAMING_MODE, EXACT, "active", "active" },
  { WFD_PARAM_WFD2_DIRECT_STREAMING_MODE, EXACT, "inactive", "inactive" },
  { WFD_PARAM_WFD2_DIRECT_STREAMING_MODE, SHORT, "", .code = BAD },
  { WFD_PARAM_WFD2_DIRECT_STREAMING_MODE, LONG, "active now", .code = BAD },

  { WFD_PARAM_WFD2_TRANSPORT_SWITCH, EXACT, TCP " mode=play", TCP " mode=play" },
  { WFD_PARAM_WFD2_TRANSPORT_SWITCH, EXACT, UDP " mode=play", UDP " mode=play" },
  { WFD_PARAM_WFD2_TRANSPORT_SWITCH, SHORT, TCP, .code = BAD },
  { WFD_PARAM_WFD2_TRANSPORT_SWITCH, LONG, TCP " 19000 mode=play", .code = BAD },

  { WFD_PARAM_WFD2_BUFFER_LENGTH, EXACT, "0500", "0500" },
  { WFD_PARAM_WFD2_BUFFER_LENGTH, SHORT, "", .code = BAD },
  { WFD_PARAM_WFD2_BUFFER_LENGTH, SHORT, "500", "0500" },
  { WFD_PARAM_WFD2_BUFFER_LENGTH, LONG, "10000", .code = BAD },
  { WFD_PARAM_WFD2_BUFFER_LENGTH, LONG, "0500 0500", .code = BAD },
  { WFD_PARAM_WFD2_BUFFER_LENGTH, OTHER, "01f4", .code = BAD },

  { WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, EXACT, "0120 000f424000", "0120 000f424000" },
  { WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, EXACT, "none none", "none none" },
  { WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, SHORT, "0120", .code = BAD },
  { WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, SHORT, "none", "none none" },
  { WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, LONG, "0120 000f424000 none", .code = BAD },
  { WFD_PARAM_WFD2_VIDEO_PLAYBACK_STATUS, EXACT, "none 000f424000", "none 000f424000" },
  { WFD_PARAM_WFD2_VIDEO_PLAYBACK_STATUS, SHORT, "0120", .code = BAD },
  { WFD_PARAM_WFD2_VIDEO_PLAYBACK_STATUS, LONG, "10000 none", .code = BAD },

  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, EXACT, "0004 23090701", "0004 23090701" },
  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, EXACT, "0000", "0000" },
  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, EXACT, "7fff ", "7fff ", .fill = "A5",
      .n_fill = 32767 },
  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, SHORT, "0004 2309070", .code = BAD },
  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, LONG, "0004 23090701 00", .code = BAD },
  { WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION, LONG, "8000 ", .code = BAD, .fill = "A5",
      .n_fill = 32768 },
  { WFD_PARAM_CTA_AUDIO_INFOFRAME, EXACT, "000a 8401", "000a 8401" },
  { WFD_PARAM_CTA_AUDIO_INFOFRAME, EXACT, "none", "none" },
  { WFD_PARAM_CTA_AUDIO_INFOFRAME, SHORT, "", .code = BAD },
  { WFD_PARAM_CTA_AUDIO_INFOFRAME, LONG, "000a 8401 8401", .code = BAD },
  { WFD_PARAM_CTA_AUDIO_INFOFRAME, OTHER, "A 84aZ", .code = BAD },

  { WFD_PARAM_INTEL_FRIENDLY_NAME, EXACT, "Example sink", "Example sink" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, EXACT, "123456789012345678", "123456789012345678" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, SHORT, "", .code = BAD },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, SHORT, "--", .code = BAD },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, LONG, "1234567890123456789", "123456789012345678" },
  /* Neither in the middle of a character nor behind a blank. */
  { WFD_PARAM_INTEL_FRIENDLY_NAME, LONG, "1234567890123456\xe2\x82\xac", "1234567890123456" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, LONG, "12345678901234567 9", "12345678901234567" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, LONG, "x", .code = BAD, .fill = "x", .n_fill = 256 },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "B\xc3\xbcro  TV", "B\xc3\xbcro TV" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "DESKTOP-1A2B3C4", "DESKTOP 1A2B3C4" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "none", "none" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "None-", "none" },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "B\xfcro", .code = BAD },
  { WFD_PARAM_INTEL_FRIENDLY_NAME, OTHER, "a\x1b[2J", .code = BAD },

  { WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME, EXACT, "Example Inc.", "Example Inc." },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME, SHORT, "", .code = BAD },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME, LONG, "x", .code = BAD, .fill = "x", .n_fill = 32 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME, OTHER, "B\xc3\xbcro", .code = BAD },
  { WFD_PARAM_INTEL_SINK_MODEL_NAME, EXACT, "", "", .fill = "x", .n_fill = 32 },
  { WFD_PARAM_INTEL_SINK_MODEL_NAME, SHORT, "", .code = BAD },
  { WFD_PARAM_INTEL_SINK_MODEL_NAME, LONG, "", .code = BAD, .fill = "x", .n_fill = 33 },

  { WFD_PARAM_INTEL_SINK_VERSION, EXACT,
      "product_ID=Sink hw_version=1.0.0.1 sw_version=10.20.30.4000",
      "product_ID=Sink hw_version=1.0.0.1 sw_version=10.20.30.4000" },
  { WFD_PARAM_INTEL_SINK_VERSION, SHORT, "product_ID=Sink hw_version=1.0.0.1", .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, SHORT, "product_ID= hw_version=1.0.0.1 sw_version=1.0.0.1",
      .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, SHORT, "product_ID=S hw_version=1.0.0 sw_version=1.0.0.1",
      .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, SHORT, "sw_version=1.0.0.1", .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, LONG, "product_ID=S hw_version=1.0.0.1.2 sw_version=1.0.0.1",
      .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, LONG, "product_ID=S hw_version=100.0.0.1 sw_version=1.0.0.1",
      .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, LONG, "product_ID=S hw_version=1.0.0.1 sw_version=1.0.0.10000",
      .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, LONG,
      "product_ID=12345678901234567 hw_version=1.0.0.1 sw_version=1.0.0.1", .code = BAD },
  { WFD_PARAM_INTEL_SINK_VERSION, OTHER,
      "Product_id = My sink  HW_version=01.0.0.0001\tsw_version=1.0.0.1",
      "product_ID=My sink hw_version=1.0.0.1 sw_version=1.0.0.1" },

  { WFD_PARAM_INTEL_SINK_DEVICE_URL, EXACT, "http://example.com/", "http://example.com/" },
  { WFD_PARAM_INTEL_SINK_DEVICE_URL, EXACT, "none", "none" },
  { WFD_PARAM_INTEL_SINK_DEVICE_URL, SHORT, "", .code = BAD },
  { WFD_PARAM_INTEL_SINK_DEVICE_URL, LONG, "http://example.com/ 1", .code = BAD },
  { WFD_PARAM_INTEL_SINK_DEVICE_URL, LONG, "", .code = BAD, .fill = "x", .n_fill = 257 },

  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, SHORT, "iVBO+/==", .code = BAD },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, EXACT, "", "", .fill = "oo9/", .n_fill = 116 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, EXACT, "", "", .fill = "oooo", .n_fill = 19200 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, EXACT, "none", "none" },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, SHORT, "", .code = BAD, .fill = "oooo", .n_fill = 115 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, SHORT, "o", .code = BAD, .fill = "oooo",
      .n_fill = 116 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, LONG, "", .code = BAD, .fill = "oooo",
      .n_fill = 19201 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, OTHER, "", .code = BAD, .fill = "o===", .n_fill = 116 },
  { WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO, OTHER, "", .code = BAD, .fill = "oo-_", .n_fill = 116 },

  { WFD_PARAM_WFDX_VIDEO_FORMATS, EXACT,
      "0040 00 0004 0080 00000bffff 01ffffffff 00000fff 00 0000 0000 11 none none",
      "0040 00 0004 0080 00000bffff 01ffffffff 00000fff 00 0000 0000 11 none none" },
  { WFD_PARAM_WFDX_VIDEO_FORMATS, SHORT, "0040 00", .code = BAD },
  { WFD_PARAM_WFDX_VIDEO_FORMATS, LONG,
      "0040 00 0004 0080 00000bffff 01ffffffff 00000fff 00 0000 0000 11 none none 00",
      .code = BAD },

  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, EXACT, "none", "none" },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, EXACT, "low", "low" },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, EXACT, "normal", "normal" },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, EXACT, "high", "high" },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, LONG, "low high", .code = BAD },
  { WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY, OTHER, "lowest", .code = BAD },
  { WFD_PARAM_MICROSOFT_FORMAT_CHANGE_CAPABILITY, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_FORMAT_CHANGE_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_FORMAT_CHANGE_CAPABILITY, LONG, "supported 1", .code = BAD },
  { WFD_PARAM_MICROSOFT_DIAGNOSTICS_CAPABILITY, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_DIAGNOSTICS_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_DIAGNOSTICS_CAPABILITY, LONG, "supported 1", .code = BAD },

  { WFD_PARAM_MICROSOFT_TEARDOWN_REASON, EXACT, "C00D4278 no media for 60 s",
      "c00d4278 no media for 60 s" },
  { WFD_PARAM_MICROSOFT_TEARDOWN_REASON, SHORT, "C00D4278", .code = BAD },
  { WFD_PARAM_MICROSOFT_TEARDOWN_REASON, SHORT, "no media for 60 s", .code = BAD },
  { WFD_PARAM_MICROSOFT_TEARDOWN_REASON, LONG, "C00D4278 ", .code = BAD, .fill = "x",
      .n_fill = 257 },

  { WFD_PARAM_MICROSOFT_RTCP_CAPABILITY, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_RTCP_CAPABILITY, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_RTCP_CAPABILITY, LONG, "supported supported", .code = BAD },

  { WFD_PARAM_MICROSOFT_MAX_BITRATE, EXACT, "25000000", "25000000" },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, EXACT, "9999999999", "9999999999" },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, LONG, "10000000000", .code = BAD },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, LONG, "25000000 0", .code = BAD },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, OTHER, "none", "none" },
  { WFD_PARAM_MICROSOFT_MAX_BITRATE, OTHER, "25M", .code = BAD },

  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, EXACT, "0000001fffff", "0000001fffff" },
  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, EXACT, "000000000000", "000000000000" },
  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, SHORT, "1FFFFF", "0000001fffff" },
  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, LONG, "0000001fffff 0", .code = BAD },
  { WFD_PARAM_MICROSOFT_VIDEO_FORMATS, OTHER, "none", "000000000000" },

  { WFD_PARAM_MICROSOFT_COLOR_SPACE_CONVERSION, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_COLOR_SPACE_CONVERSION, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_COLOR_SPACE_CONVERSION, LONG, "supported 444", .code = BAD },

  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, EXACT, "primary", "primary" },
  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, EXACT, "secondary 640 480 1000000",
      "secondary 640 480 1000000" },
  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, SHORT, "secondary 640 480", .code = BAD },
  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, LONG, "secondary 640 480 1000000 0", .code = BAD },
  { WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION, LONG, "primary 640 480 1000000", .code = BAD },

  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, EXACT, "supported", "supported" },
  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, EXACT, "0", "0" },
  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, EXACT, "1", "1" },
  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, SHORT, "", .code = BAD },
  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, LONG, "2", .code = BAD },
  { WFD_PARAM_MICROSOFT_AUDIO_MUTE, LONG, "0 1", .code = BAD },

  { WFD_PARAM_MICROSOFT_CURSOR, EXACT, "none", "none" },
  { WFD_PARAM_MICROSOFT_CURSOR, EXACT, "full 0100 0100 c351", "full 0100 0100 c351" },
  { WFD_PARAM_MICROSOFT_CURSOR, SHORT, "full 0100 0100", .code = BAD },
  { WFD_PARAM_MICROSOFT_CURSOR, LONG, "full 0100 0100 c351 0", .code = BAD },
  { WFD_PARAM_MICROSOFT_CURSOR, LONG, "full 0100 0100 65536", .code = BAD },
  { WFD_PARAM_MICROSOFT_CURSOR, OTHER, "none 0100 0100 4abf", "none 0100 0100 4abf" },
  { WFD_PARAM_MICROSOFT_CURSOR, OTHER, "full 0x0200 0x0200 50001", "full 0200 0200 c351" },
  { WFD_PARAM_MICROSOFT_CURSOR, OTHER, "half 0100 0100 4abf", .code = BAD },
};

static char *
fill (const char *text, const Vector *vector, gboolean lower)
{
  GString *out = g_string_new (text);
  g_autofree char *piece = NULL;

  if (vector->fill == NULL)
    return g_string_free (out, FALSE);
  /* Base64 is the one value whose case matters; its vectors are lower case. */
  piece = lower ? g_ascii_strdown (vector->fill, -1) : g_strdup (vector->fill);
  for (guint i = 0; i < vector->n_fill; i++)
    g_string_append (out, piece);
  return g_string_free (out, FALSE);
}

static char *
make_line (const Vector *vector, const char *value, gboolean lower)
{
  const char *name = wfd_param_get_name (vector->id);
  g_autofree char *filled = NULL;

  if (value == NULL)
    return g_strdup_printf ("%s\r\n", name);
  filled = fill (value, vector, lower);
  return g_strdup_printf ("%s: %s\r\n", name, filled);
}

static void
check_vector (const Vector *vector)
{
  g_autofree char *line = make_line (vector, vector->value, FALSE);
  g_autofree char *canonical = make_line (vector, vector->canonical, TRUE);
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GString) printed = g_string_new (NULL);
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (line, strlen (line), &params, failures, NULL));
  if (vector->code != 0) {
    g_assert_cmpuint (failures->len, ==, 1);
    g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[0], ==, vector->code);
    g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[1], ==, 0);
    g_assert_cmpuint (params.present, ==, 0);
    return;
  }

  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_true (wfd_params_has (&params, vector->id));
  wfd_params_print (&params, printed);
  g_assert_cmpstr (printed->str, ==, canonical);
}

static void
check_row (gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
    g_autofree char *value = NULL;

    if (vectors[i].id != GPOINTER_TO_UINT (data))
      continue;
    value = g_strescape (vectors[i].value != NULL ? vectors[i].value : "", NULL);
    g_test_message ("value \"%s\"", value);
    check_vector (&vectors[i]);
  }
}

static void
every_row_has_vectors (void)
{
  for (guint id = 0; id < WFD_N_PARAMS; id++) {
    guint kinds = 0, taken = 0;

    for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++) {
      if (vectors[i].id != id)
        continue;
      kinds |= 1 << vectors[i].kind;
      taken += vectors[i].kind == EXACT && vectors[i].code == 0;
    }
    g_test_message ("%s", wfd_param_get_name (id));
    g_assert_cmphex (kinds & (1 << EXACT | 1 << SHORT | 1 << LONG), ==,
        1 << EXACT | 1 << SHORT | 1 << LONG);
    g_assert_cmpuint (taken, >, 0);
  }
}

/* The standard's table of operations (WFD 2.1 §6.1.1) and [MS-WFDPE] §2. */
static void
every_row_says_where_it_may_stand (void)
{
  static const struct
  {
    const char *name;
    guint use;
  } uses[] = {
    { "wfd_video_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd_audio_codecs", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd_3d_video_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd_content_protection", WFD_PARAM_IN_M3 },
    { "wfd_display_edid", WFD_PARAM_IN_M3 },
    { "wfd_coupled_sink", WFD_PARAM_IN_M3 },
    { "wfd_trigger_method", WFD_PARAM_IN_M5 },
    { "wfd_presentation_URL", WFD_PARAM_IN_M4 },
    { "wfd_client_rtp_ports", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd_route", WFD_PARAM_IN_M10 },
    { "wfd_I2C", WFD_PARAM_IN_M3 },
    { "wfd_av_format_change_timing", WFD_PARAM_IN_M4 },
    { "wfd_preferred_display_mode", WFD_PARAM_IN_M4 },
    { "wfd_uibc_capability", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 | WFD_PARAM_IN_M14 },
    { "wfd_uibc_setting", WFD_PARAM_IN_M4 | WFD_PARAM_IN_M15 },
    { "wfd_standby_resume_capability", WFD_PARAM_IN_M3 },
    { "wfd_standby", WFD_PARAM_IN_M12 },
    { "wfd_connector_type", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M11 },
    { "wfd_idr_request", WFD_PARAM_IN_M13 },
    { "wfd_idr_request_capability", WFD_PARAM_IN_M3 },
    { "wfd2_video_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd2_audio_codecs", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd2_aux_stream_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd2_direct_streaming_mode", WFD_PARAM_IN_M4 },
    { "wfd2_transport_switch", WFD_PARAM_IN_M4 },
    { "wfd2_buffer_length", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "wfd2_audio_playback_status", WFD_PARAM_IN_M3 },
    { "wfd2_video_playback_status", WFD_PARAM_IN_M3 },
    { "wfd2_cta_datablock_collection", WFD_PARAM_IN_M3 },
    { "wfd_cta_audio_infoframe", WFD_PARAM_IN_M4 },
    { "intel_friendly_name", WFD_PARAM_IN_M3 },
    { "intel_sink_manufacturer_name", WFD_PARAM_IN_M3 },
    { "intel_sink_model_name", WFD_PARAM_IN_M3 },
    { "intel_sink_version", WFD_PARAM_IN_M3 },
    { "intel_sink_device_URL", WFD_PARAM_IN_M3 },
    { "intel_sink_manufacturer_logo", WFD_PARAM_IN_M3 },
    { "wfdx_video_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "microsoft_latency_management_capability", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "microsoft_format_change_capability", WFD_PARAM_IN_M3 },
    { "microsoft_diagnostics_capability", WFD_PARAM_IN_M3 },
    { "microsoft_teardown_reason", WFD_PARAM_IN_M8 },
    { "microsoft_rtcp_capability", WFD_PARAM_IN_M3 },
    { "microsoft_max_bitrate", WFD_PARAM_IN_M3 },
    { "microsoft_video_formats", WFD_PARAM_IN_M3 | WFD_PARAM_IN_M4 },
    { "microsoft_color_space_conversion", WFD_PARAM_IN_M3 },
    { "microsoft_multiscreen_projection", WFD_PARAM_IN_M3 | WFD_PARAM_IN_SINK_SET },
    { "microsoft_audio_mute", WFD_PARAM_IN_M3 | WFD_PARAM_IN_SINK_SET },
    { "microsoft_cursor", WFD_PARAM_IN_M3 },
  };

  g_assert_cmpuint (G_N_ELEMENTS (uses), ==, WFD_N_PARAMS);
  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++) {
    WfdParamId id = wfd_param_find (uses[i].name, strlen (uses[i].name));

    g_assert_cmpstr (wfd_param_get_name (id), ==, uses[i].name);
    g_assert_cmphex (wfd_param_get_use (id), ==, uses[i].use);
  }
  g_assert_cmphex (wfd_param_get_use (WFD_PARAM_UNKNOWN), ==, 0);
}

static void
names_are_found_in_any_case (void)
{
  static const struct
  {
    const char *name;
    WfdParamId id;
  } names[] = {
    { "wfd_video_formats", WFD_PARAM_VIDEO_FORMATS },
    { "Wfd_Video_Formats", WFD_PARAM_VIDEO_FORMATS },
    { "wfd_presentation_url", WFD_PARAM_PRESENTATION_URL },
    { "WFD_I2C", WFD_PARAM_I2C },
    { "wfd2_video_formats", WFD_PARAM_WFD2_VIDEO_FORMATS },
    { "wfd_video_format", WFD_PARAM_UNKNOWN },
    { "wfd_video_formats2", WFD_PARAM_UNKNOWN },
    { "", WFD_PARAM_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpint (wfd_param_find (names[i].name, strlen (names[i].name)), ==, names[i].id);
  g_assert_cmpint (wfd_param_find ("wfd_standby_resume_capability", 11), ==, WFD_PARAM_STANDBY);
  g_assert_null (wfd_param_get_name (WFD_PARAM_UNKNOWN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint id = 0; id < WFD_N_PARAMS; id++) {
    g_autofree char *path = g_strconcat ("/rtsp/params/row/", wfd_param_get_name (id), NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (id), check_row);
  }
  g_test_add_func ("/rtsp/params/row/every-one-has-vectors", every_row_has_vectors);
  g_test_add_func ("/rtsp/params/row/every-one-says-where-it-may-stand",
      every_row_says_where_it_may_stand);
  g_test_add_func ("/rtsp/params/row/names-are-found-in-any-case", names_are_found_in_any_case);

  return g_test_run ();
}
