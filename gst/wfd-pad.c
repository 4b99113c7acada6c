/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-pad.h"

#include "wfd-element.h"
#include "wfd-upstream.h"

GST_DEBUG_CATEGORY_STATIC (wfd_pad_debug);
#define GST_CAT_DEFAULT wfd_pad_debug

struct _WfdPad
{
  GstBin *bin;
  GstPad *pad;
  const WfdPadEvents *events;
  gpointer user_data;

  /* Held while what is behind the pad is made or taken away: upstream's thread and
   * that of the session may both want to. Before the lock below, and with no
   * stream lock of what is inside. */
  GMutex making_lock;
  GMutex lock;
  /* With the lock. */
  WfdPadStatus status;
  WfdInput *input; /* the bin owns it */
};

void
wfd_pad_get_status (WfdPad *self, WfdPadStatus *ret_status)
{
  g_mutex_lock (&self->lock);
  *ret_status = self->status;
  g_mutex_unlock (&self->lock);
}

GstPad *
wfd_pad_get_pad (WfdPad *self)
{
  return self->pad;
}

static void
note_end (WfdPad *self)
{
  GST_DEBUG_OBJECT (self->pad, "has ended");
  g_mutex_lock (&self->lock);
  self->status.ended = TRUE;
  g_mutex_unlock (&self->lock);
  self->events->ended (self->user_data, self);
}

/* A stream, or one that was flushed for a seek, that goes on. */
static void
note_begin (WfdPad *self)
{
  g_mutex_lock (&self->lock);
  self->status.ended = self->status.absent = FALSE;
  g_mutex_unlock (&self->lock);
}

/* What is behind the pad is of the kind that comes. */
static void
note_caps (WfdPad *self)
{
  g_mutex_lock (&self->lock);
  self->status.begun = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
on_entry_end (WfdEntry *entry, WfdPad *self)
{
  note_end (self);
}

static void
refuse (WfdPad *self, const GError *error)
{
  gboolean left_out = self->events->refused (self->user_data, self, error);

  g_mutex_lock (&self->lock);
  self->status.refused = TRUE;
  self->status.left_out = left_out;
  g_mutex_unlock (&self->lock);
}

static void
note_format (WfdPad *self, const GstCaps *caps)
{
  g_autoptr (GError) error = NULL;
  WfdInputFormat format;

  GST_DEBUG_OBJECT (self->pad, "gets %" GST_PTR_FORMAT, caps);
  if (!wfd_input_format_read (caps, &format, &error)) {
    refuse (self, error);
  } else {
    g_mutex_lock (&self->lock);
    self->status.format = format;
    self->status.known = TRUE;
    self->status.guessed = self->status.refused = FALSE;
    g_mutex_unlock (&self->lock);
  }
  self->events->changed (self->user_data, self);
}

/* Behind the parser, if there is one, the caps say all. */
static GstPadProbeReturn
on_format_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    note_format (user_data, caps);
  }
  return GST_PAD_PROBE_OK;
}

static WfdInput *
add_input (WfdPad *self, WfdEntryKind kind, GError **error)
{
  g_autoptr (GstPad) format_pad = NULL, target = NULL;
  WfdInput *input = wfd_input_new (kind, error);

  if (input == NULL)
    return NULL;
  gst_bin_add (self->bin, GST_ELEMENT (input));
  format_pad = wfd_input_get_format_pad (input);
  gst_pad_add_probe (format_pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_format_event, self, NULL);
  g_signal_connect (wfd_input_get_entry (input), "end-of-stream", G_CALLBACK (on_entry_end), self);
  gst_element_sync_state_with_parent (GST_ELEMENT (input));
  target = gst_element_get_static_pad (GST_ELEMENT (input), "sink");
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->pad), target);
  return input;
}

/* What was behind the pad, which the caller removes without a lock; with the
 * making lock. What is known of it goes with it. */
static WfdInput *
take_input (WfdPad *self)
{
  WfdInput *input;

  g_mutex_lock (&self->lock);
  input = g_steal_pointer (&self->input);
  if (input != NULL)
    self->status = (WfdPadStatus) { FALSE };
  g_mutex_unlock (&self->lock);
  if (input != NULL)
    gst_ghost_pad_set_target (GST_GHOST_PAD (self->pad), NULL);
  return input;
}

void
wfd_pad_reset (WfdPad *self)
{
  WfdInput *input;

  g_mutex_lock (&self->making_lock);
  input = take_input (self);
  g_mutex_unlock (&self->making_lock);
  g_mutex_lock (&self->lock);
  self->status = (WfdPadStatus) { FALSE };
  g_mutex_unlock (&self->lock);
  wfd_element_remove (self->bin, (GstElement *) input);
}

/* With the making lock. */
static gboolean
make_input (WfdPad *self, WfdEntryKind kind, GError **error)
{
  WfdInput *input = add_input (self, kind, error);

  g_mutex_lock (&self->lock);
  self->input = input;
  g_mutex_unlock (&self->lock);
  return input != NULL;
}

static gboolean
has_input (WfdPad *self, WfdEntryKind kind)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->input != NULL && wfd_entry_get_kind (wfd_input_get_entry (self->input)) == kind;
  g_mutex_unlock (&self->lock);
  return has;
}

WfdInput *
wfd_pad_dup_input (WfdPad *self)
{
  WfdInput *input;

  g_mutex_lock (&self->lock);
  input = self->input != NULL ? gst_object_ref (self->input) : NULL;
  g_mutex_unlock (&self->lock);
  return input;
}

static gboolean
is_empty (WfdPad *self)
{
  g_autoptr (WfdInput) input = wfd_pad_dup_input (self);

  return input == NULL;
}

/* Returns whether what is behind the pad takes data of @kind. Without
 * @replace whatever is there already stays. */
static gboolean
ensure_input (WfdPad *self, WfdEntryKind kind, gboolean replace)
{
  g_autoptr (GError) error = NULL;
  WfdInput *old = NULL;
  gboolean made = TRUE;

  g_mutex_lock (&self->making_lock);
  if (!has_input (self, kind) && (replace || is_empty (self))) {
    old = take_input (self);
    made = make_input (self, kind, &error);
  }
  g_mutex_unlock (&self->making_lock);
  wfd_element_remove (self->bin, (GstElement *) old);
  if (!made)
    refuse (self, error);
  return made;
}

/* What upstream would choose of @caps, or NULL if that cannot be told. */
static GstCaps *
choose_caps (const GstCaps *caps)
{
  g_autoptr (GstCaps) chosen = NULL;
  GstStructure *structure;
  gint width, height;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return NULL;
  chosen = gst_caps_truncate (gst_caps_copy (caps));
  chosen = gst_caps_make_writable (chosen);
  structure = gst_caps_get_structure (chosen, 0);
  if (g_str_has_prefix (gst_structure_get_name (structure), "audio/")) {
    if (gst_structure_has_field (structure, "rate"))
      gst_structure_fixate_field_nearest_int (structure, "rate", 48000);
    if (gst_structure_has_field (structure, "channels"))
      gst_structure_fixate_field_nearest_int (structure, "channels", 2);
    return g_steal_pointer (&chosen);
  }
  if (!gst_structure_get_int (structure, "width", &width)
      || !gst_structure_get_int (structure, "height", &height))
    return NULL;
  if (gst_structure_has_field (structure, "framerate"))
    gst_structure_fixate_field_nearest_fraction (structure, "framerate", 30, 1);
  if (gst_structure_has_field (structure, "profile"))
    gst_structure_fixate_field_string (structure, "profile", "constrained-baseline");
  return g_steal_pointer (&chosen);
}

static void
guess_format (WfdPad *self)
{
  g_autoptr (GstCaps) possible = gst_pad_peer_query_caps (self->pad, NULL);
  g_autoptr (GstCaps) chosen = choose_caps (possible);
  WfdInputFormat format;

  GST_DEBUG_OBJECT (self->pad, "will get %" GST_PTR_FORMAT, chosen);
  if (chosen == NULL || !wfd_input_format_read (chosen, &format, NULL))
    return;
  g_mutex_lock (&self->lock);
  if (!self->status.known) {
    self->status.format = format;
    self->status.guessed = TRUE;
  }
  g_mutex_unlock (&self->lock);
}

void
wfd_pad_guess (WfdPad *self)
{
  gboolean absent = !wfd_upstream_is_there (self->pad);

  GST_DEBUG_OBJECT (self->pad, "%s", absent ? "nothing leads here" : "leads to a source");
  g_mutex_lock (&self->lock);
  self->status.absent = absent && !self->status.begun;
  g_mutex_unlock (&self->lock);
  guess_format (self);
}

void
wfd_pad_expect_sound (WfdPad *self)
{
  g_autoptr (GstCaps) caps = NULL;
  WfdEntryKind kind = WFD_ENTRY_SOUND;

  if (!is_empty (self))
    return;
  caps = gst_pad_peer_query_caps (self->pad, NULL);
  if (!gst_caps_is_any (caps) && !gst_caps_is_empty (caps))
    kind = wfd_input_format_find_kind (caps);
  ensure_input (self, kind, FALSE);
}

/* As of a film or a transport stream. @name: of its caps; NULL: it has none. */
static void
refuse_type (WfdPad *self, const char *name)
{
  g_autoptr (GError) error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND,
      "%s comes, and wfdsink takes raw pictures and sound, H.264, AAC and AC-3; put \"decodebin\" "
      "in front of it, or cast MPEG-TS as it is with \"tsparse set-timestamps=true ! rtspwfd "
      "role=source\"",
      name != NULL ? name : "Data of an unknown type");

  refuse (self, error);
  self->events->changed (self->user_data, self);
}

static gboolean
takes (WfdPad *self, const GstCaps *caps)
{
  g_autoptr (GstCaps) possible = gst_pad_get_pad_template_caps (self->pad);

  return gst_caps_is_subset (caps, possible);
}

/* Of what is left out upstream learns nothing; else that nothing is linked. */
static GstPadProbeReturn
answer_refused (WfdPad *self)
{
  WfdPadStatus status;

  wfd_pad_get_status (self, &status);
  return status.left_out && is_empty (self) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* That nothing is linked helps nobody, and upstream may go on all the same. */
static GstPadProbeReturn
on_pad_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdPad *self = user_data;
  WfdPadStatus status;

  if (gst_pad_has_current_caps (pad) || !is_empty (self))
    return GST_PAD_PROBE_OK;
  wfd_pad_get_status (self, &status);
  if (!status.refused)
    refuse_type (self, NULL);
  return answer_refused (self);
}

/* Only the caps tell what has to be inside. */
static GstPadProbeReturn
on_pad_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  WfdPad *self = user_data;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (!takes (self, caps)) {
        refuse_type (self, gst_structure_get_name (gst_caps_get_structure (caps, 0)));
        return answer_refused (self);
      }
      if (!ensure_input (self, wfd_input_format_find_kind (caps), TRUE))
        return GST_PAD_PROBE_DROP;
      note_caps (self);
      break;
    case GST_EVENT_STREAM_START:
    case GST_EVENT_FLUSH_STOP:
      note_begin (self);
      break;
    case GST_EVENT_EOS:
      if (is_empty (self))
        note_end (self);
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/* Who can choose, an encoder in front as well, shall choose what our encoders and every peer
 * take: others, as the 64 bits a pixel that videotestsrc has first, have to be converted. */
static GstCaps *
get_possible_caps (GstPad *pad)
{
  g_autoptr (GstCaps) preferred = gst_caps_from_string (
      "video/x-raw, format=(string)I420; video/x-raw, format=(string)NV12; video/x-raw; "
      "video/x-h264, profile=(string){ constrained-baseline, baseline, constrained-high, "
      "progressive-high, high }");
  g_autoptr (GstCaps) all = gst_pad_get_pad_template_caps (pad);
  GstCaps *first = gst_caps_intersect_full (preferred, all, GST_CAPS_INTERSECT_FIRST);

  return gst_caps_merge (first, gst_caps_ref (all));
}

static void
answer_caps (GstPad *pad, GstQuery *query)
{
  g_autoptr (GstCaps) possible = get_possible_caps (pad), result = NULL;
  GstCaps *filter;

  gst_query_parse_caps (query, &filter);
  result = filter != NULL ? gst_caps_intersect_full (filter, possible, GST_CAPS_INTERSECT_FIRST)
                          : gst_caps_ref (possible);
  gst_query_set_caps_result (query, result);
}

static void
answer_accept_caps (GstPad *pad, GstQuery *query)
{
  g_autoptr (GstCaps) possible = gst_pad_get_pad_template_caps (pad);
  GstCaps *caps;

  gst_query_parse_accept_caps (query, &caps);
  gst_query_set_accept_caps_result (query, gst_caps_is_subset (caps, possible));
}

/* The same, whatever is inside. */
static gboolean
query_pad (GstPad *pad, GstObject *parent, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps (pad, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      answer_accept_caps (pad, query);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

WfdPad *
wfd_pad_new (GstBin *bin, GstPadTemplate *template, const WfdPadEvents *events, gpointer user_data)
{
  WfdPad *self = g_atomic_rc_box_new0 (WfdPad);

  GST_DEBUG_CATEGORY_INIT (wfd_pad_debug, "wfdpad", 0, "What comes into wfdsink");
  self->bin = bin;
  self->events = events;
  self->user_data = user_data;
  g_mutex_init (&self->making_lock);
  g_mutex_init (&self->lock);
  self->pad = gst_ghost_pad_new_no_target_from_template (GST_PAD_TEMPLATE_NAME_TEMPLATE (template),
      template);
  gst_object_ref_sink (self->pad);
  gst_pad_set_query_function (self->pad, query_pad);
  gst_pad_add_probe (self->pad,
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_pad_event, self,
      NULL);
  gst_pad_add_probe (self->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_pad_buffer, self, NULL);
  return self;
}

WfdPad *
wfd_pad_ref (WfdPad *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  WfdPad *self = data;

  /* Sound may have been expected while the pad was released. */
  wfd_pad_reset (self);
  gst_object_unref (self->pad);
  g_mutex_clear (&self->making_lock);
  g_mutex_clear (&self->lock);
}

void
wfd_pad_unref (WfdPad *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear);
}
