/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-program-thread.h"

GST_DEBUG_CATEGORY_STATIC (wfd_program_thread_debug);
#define GST_CAT_DEFAULT wfd_program_thread_debug

static const char *const pad_names[] = { "video", "audio" };
static const char *const src_names[] = { "video_src", "audio_src" };

struct _WfdProgramThread
{
  GstBin *bin;
  WfdProgramThreadFailed failed;
  gpointer user_data;

  GThreadPool *pool; /* of one thread */
  GMutex lock;
  GCond idle;
  /* With the lock. */
  WfdProgramPlan plan;
  gboolean changed; /* the plan is not carried out yet */
  gboolean busy;
  gboolean held;
  WfdProgram *program; /* NULL: none; the bin has it */

  /* Of the thread. */
  WfdProgramPlan real; /* what program does */
  WfdInput *left_out[WFD_N_ELEMENTARY];
};

void
wfd_program_plan_clear (WfdProgramPlan *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    gst_clear_object (&self->inputs[i]);
    gst_clear_object (&self->left_out[i]);
    gst_clear_object (&self->to[i]);
  }
  *self = (WfdProgramPlan) { FALSE };
}

static WfdInput *
ref_input (WfdInput *input)
{
  return input != NULL ? gst_object_ref (input) : NULL;
}

static void
copy_plan (const WfdProgramPlan *from, WfdProgramPlan *to)
{
  wfd_program_plan_clear (to);
  *to = *from;
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    to->inputs[i] = ref_input (from->inputs[i]);
    to->left_out[i] = ref_input (from->left_out[i]);
    to->to[i] = from->to[i] != NULL ? gst_object_ref (from->to[i]) : NULL;
  }
}

static gboolean
is_same_format (const WfdEncoderConfig *a, const WfdEncoderConfig *b)
{
  return a->width == b->width && a->height == b->height && a->rate_n == b->rate_n
      && a->rate_d == b->rate_d && a->profile == b->profile && a->level == b->level
      && a->max_bitrate_kbps == b->max_bitrate_kbps && a->peer_asks_for_idr == b->peer_asks_for_idr
      && a->audio_rate_hz == b->audio_rate_hz && a->audio_channels == b->audio_channels;
}

/* Whether @a and @b need the same elements. */
static gboolean
is_same_program (const WfdProgramPlan *a, const WfdProgramPlan *b)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (a->inputs[i] != b->inputs[i])
      return FALSE;
  return a->program.video_encoder == b->program.video_encoder
      && a->program.audio_encoder == b->program.audio_encoder
      && a->program.audio_lpcm == b->program.audio_lpcm
      && is_same_format (&a->program.format, &b->program.format);
}

static void
set_program (WfdProgramThread *self, WfdProgram *program)
{
  g_mutex_lock (&self->lock);
  self->program = program;
  g_mutex_unlock (&self->lock);
}

/* The plan may have another bit rate meanwhile, be it from the plan of which the program
 * was made or since. Setting it tells others, so that no lock may be held. */
void
wfd_program_thread_apply_bitrate (WfdProgramThread *self)
{
  guint bitrate_kbps, done_kbps = 0;

  while (TRUE) {
    g_autoptr (WfdProgram) program = NULL;

    g_mutex_lock (&self->lock);
    bitrate_kbps = self->plan.program.format.bitrate_kbps;
    if (self->program != NULL && self->plan.wanted && bitrate_kbps != done_kbps)
      program = gst_object_ref (self->program);
    g_mutex_unlock (&self->lock);
    if (program == NULL)
      return;
    wfd_program_set_bitrate (program, bitrate_kbps);
    done_kbps = bitrate_kbps;
  }
}

static void
send_to_all (WfdProgramThread *self, GstEvent *event)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (self->real.to[i] != NULL)
      gst_pad_send_event (self->real.to[i], gst_event_ref (event));
  gst_event_unref (event);
}

/* What is under way in the program may stand at a gate that is closed. Without
 * a flush it would stand there for ever. */
static void
stop_program (WfdProgramThread *self)
{
  /* A state change of the bin under way must not bring it back. */
  gst_element_set_locked_state (GST_ELEMENT (self->program), TRUE);
  send_to_all (self, gst_event_new_flush_start ());
  gst_element_set_state (GST_ELEMENT (self->program), GST_STATE_NULL);
  send_to_all (self, gst_event_new_flush_stop (FALSE));
}

static void
unlink_to (WfdProgramThread *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    g_autoptr (GstPad) peer = self->real.to[i] != NULL ? gst_pad_get_peer (self->real.to[i]) : NULL;

    if (peer != NULL)
      gst_pad_unlink (peer, self->real.to[i]);
  }
}

static void
unlink_input (WfdInput *input)
{
  g_autoptr (GstPad) pad = NULL, peer = NULL;

  if (input == NULL)
    return;
  pad = gst_element_get_static_pad (GST_ELEMENT (input), "src");
  peer = gst_pad_get_peer (pad);
  if (peer != NULL)
    gst_pad_unlink (pad, peer);
}

static void
close_inputs (WfdProgramThread *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    if (self->real.inputs[i] == NULL)
      continue;
    wfd_entry_detach (wfd_input_get_entry (self->real.inputs[i]));
    wfd_entry_set_open (wfd_input_get_entry (self->real.inputs[i]), FALSE);
  }
}

static void
take_down (WfdProgramThread *self)
{
  WfdProgram *program = self->program;

  if (program == NULL)
    return;

  GST_DEBUG_OBJECT (self->bin, "taking the program away");
  close_inputs (self);
  stop_program (self);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    unlink_input (self->real.inputs[i]);
  unlink_to (self);
  set_program (self, NULL);
  gst_bin_remove (self->bin, GST_ELEMENT (program));
  wfd_program_plan_clear (&self->real);
}

static gboolean
link_stream (WfdProgramThread *self, WfdProgram *program, guint i)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (GST_ELEMENT (program), src_names[i]);

  return gst_pad_link (src, self->real.to[i]) == GST_PAD_LINK_OK
      && gst_element_link_pads (GST_ELEMENT (self->real.inputs[i]), "src", GST_ELEMENT (program),
          pad_names[i]);
}

static gboolean
link_program (WfdProgramThread *self, WfdProgram *program)
{
  gboolean linked = TRUE;

  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (self->real.inputs[i] != NULL)
      linked = link_stream (self, program, i) && linked;
  return linked;
}

static void
attach_inputs (WfdProgramThread *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    if (self->real.inputs[i] != NULL)
      wfd_entry_attach (wfd_input_get_entry (self->real.inputs[i]));
}

/* What only the entries know. */
static void
complete_config (WfdProgramPlan *plan)
{
  WfdInput *video = plan->inputs[WFD_STREAM_VIDEO];
  WfdProgramConfig *config = &plan->program;

  config->video = video != NULL;
  config->audio = plan->inputs[WFD_STREAM_AUDIO] != NULL;
  if (video == NULL)
    return;
  config->video_live = wfd_entry_is_live (wfd_input_get_entry (video));
  wfd_entry_set_rate (wfd_input_get_entry (video), config->format.rate_n, config->format.rate_d);
}

static void
build (WfdProgramThread *self, const WfdProgramPlan *plan)
{
  g_autoptr (GError) error = NULL;
  WfdProgram *program;

  copy_plan (plan, &self->real);
  complete_config (&self->real);
  program = wfd_program_new (&self->real.program, &error);
  if (program == NULL) {
    wfd_program_plan_clear (&self->real);
    self->failed (self->user_data, error);
    return;
  }

  GST_DEBUG_OBJECT (self->bin, "made the program");
  gst_bin_add (self->bin, GST_ELEMENT (program));
  set_program (self, program);
  if (!link_program (self, program))
    GST_ERROR_OBJECT (self->bin, "the program does not fit between the inputs and the session");
  gst_element_sync_state_with_parent (GST_ELEMENT (program));
  attach_inputs (self);
  wfd_program_thread_apply_bitrate (self);
}

/* A stored stream goes on being encoded until it stands at the gate, so that
 * there is something to send when the peer wants it. */
static void
open_input (WfdInput *input, gboolean flowing)
{
  WfdEntry *entry;

  if (input == NULL)
    return;
  entry = wfd_input_get_entry (input);
  if (flowing || wfd_entry_is_live (entry))
    wfd_entry_set_open (entry, flowing);
}

/* The others must not wait for a stream that nobody gets. */
static void
set_left_out (WfdProgramThread *self, guint i, WfdInput *input, gboolean flowing)
{
  WfdInput *old = self->left_out[i];

  if (old != NULL && old != input) {
    wfd_entry_set_open (wfd_input_get_entry (old), FALSE);
    wfd_entry_set_discard (wfd_input_get_entry (old), FALSE);
  }
  gst_object_replace ((GstObject **) &self->left_out[i], (GstObject *) input);
  if (input == NULL)
    return;
  wfd_entry_set_discard (wfd_input_get_entry (input), TRUE);
  wfd_entry_set_open (wfd_input_get_entry (input), flowing);
}

static void
carry_out (WfdProgramThread *self, const WfdProgramPlan *plan)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    set_left_out (self, i, plan->left_out[i], plan->wanted && plan->flowing);
  if (self->program != NULL && (!plan->wanted || !is_same_program (plan, &self->real)))
    take_down (self);
  if (plan->wanted && self->program == NULL)
    build (self, plan);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    open_input (self->real.inputs[i], plan->flowing);
}

/* FALSE: there is nothing to do. */
static gboolean
begin_work (WfdProgramThread *self, WfdProgramPlan *ret_plan)
{
  gboolean begin;

  g_mutex_lock (&self->lock);
  begin = self->changed && !self->held;
  if (begin)
    copy_plan (&self->plan, ret_plan);
  self->changed = self->changed && !begin;
  self->busy = begin;
  if (!begin)
    g_cond_broadcast (&self->idle);
  g_mutex_unlock (&self->lock);
  return begin;
}

static void
work (gpointer data, gpointer user_data)
{
  WfdProgramThread *self = user_data;
  WfdProgramPlan plan = { FALSE };

  while (begin_work (self, &plan))
    carry_out (self, &plan);
  wfd_program_plan_clear (&plan);
}

void
wfd_program_thread_set_plan (WfdProgramThread *self, const WfdProgramPlan *plan)
{
  g_mutex_lock (&self->lock);
  if (!self->held) {
    copy_plan (plan, &self->plan);
    self->changed = TRUE;
    g_thread_pool_push (self->pool, self, NULL);
  }
  g_mutex_unlock (&self->lock);
}

void
wfd_program_thread_hold (WfdProgramThread *self)
{
  g_mutex_lock (&self->lock);
  self->held = TRUE;
  while (self->busy)
    g_cond_wait (&self->idle, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
wfd_program_thread_wait (WfdProgramThread *self)
{
  g_mutex_lock (&self->lock);
  while (self->busy || (self->changed && !self->held))
    g_cond_wait (&self->idle, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
wfd_program_thread_clear (WfdProgramThread *self)
{
  wfd_program_thread_hold (self);
  take_down (self);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    set_left_out (self, i, NULL, FALSE);

  g_mutex_lock (&self->lock);
  wfd_program_plan_clear (&self->plan);
  self->changed = self->held = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_program_thread_is_running (WfdProgramThread *self)
{
  gboolean running;

  g_mutex_lock (&self->lock);
  running = self->program != NULL;
  g_mutex_unlock (&self->lock);
  return running;
}

void
wfd_program_thread_set_bitrate (WfdProgramThread *self, guint bitrate_kbps)
{
  g_mutex_lock (&self->lock);
  self->plan.program.format.bitrate_kbps = bitrate_kbps;
  g_mutex_unlock (&self->lock);
}

WfdProgramThread *
wfd_program_thread_new (GstBin *bin, WfdProgramThreadFailed failed, gpointer user_data)
{
  WfdProgramThread *self = g_new0 (WfdProgramThread, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_program_thread_debug, "wfdprogram", 0,
      "Sends to a Wi-Fi Display peer");
  self->bin = bin;
  self->failed = failed;
  self->user_data = user_data;
  self->pool = g_thread_pool_new (work, self, 1, FALSE, NULL);
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  return self;
}

void
wfd_program_thread_free (WfdProgramThread *self)
{
  if (self == NULL)
    return;
  wfd_program_thread_clear (self);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_free (self);
}
