/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-input.h"

#include "wfd-element.h"

struct _WfdInput
{
  GstBin parent;

  WfdEntry *entry;
  GstElement *parser; /* NULL: raw */
};

G_DEFINE_FINAL_TYPE (WfdInput, wfd_input, GST_TYPE_BIN)

typedef struct
{
  const char *parser; /* NULL: raw */
  const char *caps;   /* behind it */
} Kind;

static const Kind kinds[] = {
  [WFD_ENTRY_PICTURES] = { NULL, NULL },
  [WFD_ENTRY_SOUND] = { NULL, NULL },
  [WFD_ENTRY_CODED_VIDEO] = { "h264parse",
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au" },
  [WFD_ENTRY_CODED_SOUND] = { "aacparse", "audio/mpeg, stream-format=(string)adts" },
  [WFD_ENTRY_AC3] = { "ac3parse", "audio/x-ac3, alignment=(string)frame" },
};

static gboolean
add_parser (WfdInput *self, const Kind *kind, GError **error)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (kind->caps);

  self->parser = wfd_element_make (GST_BIN (self), kind->parser, error);
  if (self->parser == NULL)
    return FALSE;
  /* Parameter sets with every IDR, which a peer may need to begin. */
  if (g_str_equal (kind->parser, "h264parse"))
    g_object_set (self->parser, "config-interval", -1, "disable-passthrough", TRUE, NULL);
  return gst_element_link_filtered (self->parser, GST_ELEMENT (self->entry), caps);
}

WfdInput *
wfd_input_new (WfdEntryKind kind, GError **error)
{
  g_autoptr (WfdInput) self = g_object_ref_sink (g_object_new (WFD_TYPE_INPUT, NULL));

  self->entry = wfd_entry_new (kind);
  gst_bin_add (GST_BIN (self), GST_ELEMENT (self->entry));
  if (kinds[kind].parser != NULL && !add_parser (self, &kinds[kind], error))
    return NULL;

  wfd_element_add_ghost (GST_ELEMENT (self), "sink",
      self->parser != NULL ? self->parser : GST_ELEMENT (self->entry), "sink");
  wfd_element_add_ghost (GST_ELEMENT (self), "src", GST_ELEMENT (self->entry), "src");
  g_object_force_floating (G_OBJECT (self));
  return g_steal_pointer (&self);
}

WfdEntry *
wfd_input_get_entry (WfdInput *self)
{
  return self->entry;
}

GstPad *
wfd_input_get_format_pad (WfdInput *self)
{
  return gst_element_get_static_pad (GST_ELEMENT (self->entry), "sink");
}

static void
wfd_input_class_init (WfdInputClass *klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Wi-Fi Display input", "Filter",
      "What comes into one pad of wfdsink", "gst-wfd");
}

static void
wfd_input_init (WfdInput *self)
{
}
