/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thread for all clients of the process, for there is one radio: the link lives in
 * it, and opens one group at a time. Sessions to the device of that group share it. */
#include "wlanapi-service.h"

#include <link-net.h>
#include <link-p2p.h>

#include "winapi-descriptors.h"
#include "winapi-guid.h"

guint wlanapi_attempt_ms = 30 * 1000;
guint wlanapi_look_ms = 5 * 1000;

typedef struct
{
  GThread *thread;
  GMainContext *context;
  GSource *jobs_source;
  GQueue jobs; /* Job; with the lock */

  /* From here on of its thread alone. */
  gboolean is_ending;
  WfdLink *link;
  GQueue waiting; /* WlanapiSession, in the order of their starts */
  char attempt_device[WLANAPI_DEVICE_CHARS];
  GCancellable *attempt; /* of what is being opened; NULL if nothing is */
  GCancellable *closing; /* NULL if nothing is being closed */
  GCancellable *finding; /* until a search has begun, NULL else */
  guint group;           /* number of the group that is up, or comes next */
  guint n_sessions;      /* in that group */
  gboolean is_ours;      /* to be closed when no session is in it */
  GQueue looks;          /* Look */
} Service;

/* Somebody waits to know whether a device is there. */
typedef struct
{
  Service *service;
  const char *device;
  GSource *timer;
  gboolean is_done; /* with the lock, and what follows */
  gboolean is_visible;
  GError *error;
} Look;

typedef void (*JobFunc) (Service *self, gpointer data);

typedef struct
{
  JobFunc func;
  gpointer data;
} Job;

/* Held while the thread begins or ends, and by no one in it. */
static GMutex life_lock;
static guint n_users;
static Service *service;

/* Of jobs, and of what follows. */
static GMutex lock;
static GCond look_done;
static GUID interface_guid;
static WFDX_INTERFACE interface; /* dwIndex 0: there is none */

static void settle (Service *self);

/* --- jobs --- */

static gboolean
on_jobs (gpointer user_data)
{
  Service *self = user_data;
  Job *job;

  g_source_set_ready_time (self->jobs_source, -1);
  do {
    g_mutex_lock (&lock);
    job = g_queue_pop_head (&self->jobs);
    g_mutex_unlock (&lock);
    if (job != NULL)
      job->func (self, job->data);
    g_free (job);
  } while (job != NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_jobs (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs jobs_funcs = { .dispatch = dispatch_jobs };

/* FALSE if there is no service any more: whoever has the last client closed it meanwhile. */
static gboolean
post (JobFunc func, gpointer data)
{
  gboolean has_service;

  g_mutex_lock (&lock);
  has_service = service != NULL;
  if (has_service) {
    Job *job = g_new (Job, 1);

    *job = (Job) { func, data };
    g_queue_push_tail (&service->jobs, job);
    g_source_set_ready_time (service->jobs_source, 0);
  }
  g_mutex_unlock (&lock);
  return has_service;
}

/* --- the interface of the group --- */

static void
print_address (GInetAddress *address, char text[16])
{
  g_autofree char *printed = address != NULL ? g_inet_address_to_string (address) : NULL;

  g_strlcpy (text, printed != NULL ? printed : "", 16);
}

static void
show_interface (const WfdLinkInfo *info)
{
  WFDX_INTERFACE shown = {
    .dwIndex = wfd_net_get_index (info->interface),
    .Role = info->is_owner ? WFD_ROLE_TYPE_GROUP_OWNER : WFD_ROLE_TYPE_CLIENT,
  };

  g_strlcpy (shown.szName, info->interface, sizeof (shown.szName));
  print_address (info->local_address, shown.szLocalAddress);
  print_address (info->peer_address, shown.szPeerAddress);
  g_mutex_lock (&lock);
  interface = shown;
  interface_guid = winapi_guid_of_interface (shown.szName, shown.dwIndex);
  g_mutex_unlock (&lock);
}

static void
hide_interface (void)
{
  g_mutex_lock (&lock);
  interface = (WFDX_INTERFACE) { 0 };
  g_mutex_unlock (&lock);
}

gboolean
wlanapi_service_get_interface (const GUID *guid, WFDX_INTERFACE *ret_interface)
{
  gboolean is_it;

  g_mutex_lock (&lock);
  is_it = interface.dwIndex != 0 && memcmp (guid, &interface_guid, sizeof (*guid)) == 0;
  if (is_it)
    *ret_interface = interface;
  g_mutex_unlock (&lock);
  return is_it;
}

/* --- sessions --- */

/* The group is gone, or none of them is to know it any more. */
static void
leave_group (Service *self)
{
  self->group++;
  self->n_sessions = 0;
  self->is_ours = FALSE;
  hide_interface ();
}

static void
take_group (Service *self, const WfdLinkInfo *info)
{
  self->is_ours = TRUE;
  show_interface (info);
}

/* @error: NULL if it is in the group now */
static void
complete (Service *self, WlanapiSession *session, const GError *error)
{
  g_queue_remove (&self->waiting, session);
  if (error == NULL) {
    session->group = self->group;
    self->n_sessions++;
  }
  /* Only this thread writes it. */
  wlanapi_session_complete (session, error, &interface_guid);
  wlanapi_session_unref (session);
}

static WlanapiSession *
find_waiting (Service *self, const char *device)
{
  for (GList *l = self->waiting.head; l != NULL; l = l->next) {
    WlanapiSession *session = l->data;

    if (strcmp (session->device, device) == 0)
      return session;
  }
  return NULL;
}

static gboolean
is_for (const WfdLinkInfo *info, const WlanapiSession *session)
{
  if (session->is_legacy)
    return info->is_owner && info->peer == NULL;
  return info->peer != NULL && strcmp (wfd_link_peer_get_id (info->peer), session->device) == 0;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_up = wfd_link_finish (WFD_LINK (source), result, &error);
  gboolean was_cancelled = g_cancellable_is_cancelled (self->attempt);
  WlanapiSession *session;

  g_clear_object (&self->attempt);
  if (is_up) {
    take_group (self, wfd_link_get_info (self->link));
  } else if (!was_cancelled) {
    /* Who has come after a cancel gets an attempt of its own. */
    while ((session = find_waiting (self, self->attempt_device)) != NULL)
      complete (self, session, error);
  }
  settle (self);
}

static void
begin_attempt (Service *self, const WlanapiSession *session)
{
  self->attempt = g_cancellable_new ();
  g_strlcpy (self->attempt_device, session->device, sizeof (self->attempt_device));
  if (session->is_legacy)
    wfd_p2p_link_host_async (WFD_P2P_LINK (self->link), self->attempt, on_opened, self);
  else
    wfd_link_reopen_async (self->link, session->device, NULL, self->attempt, on_opened, self);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *self = user_data;

  /* Whatever it says: the link takes it for closed. */
  wfd_link_finish (WFD_LINK (source), result, NULL);
  g_clear_object (&self->closing);
  settle (self);
}

static void
close_group (Service *self)
{
  leave_group (self);
  self->closing = g_cancellable_new ();
  wfd_link_disconnect_async (self->link, self->closing, on_closed, self);
}

static void
refuse_second (Service *self, WlanapiSession *session)
{
  g_autoptr (GError) error =
      g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "There is a session to another device");

  complete (self, session, error);
}

/* A group that the peer has begun is as good as one that we have. */
static void
join_group (Service *self, const WfdLinkInfo *info, WlanapiSession *session)
{
  if (!self->is_ours)
    take_group (self, info);
  complete (self, session, NULL);
}

/* One session of those that wait, as far as it gets. */
static void
serve (Service *self, WlanapiSession *session)
{
  const WfdLinkInfo *info = wfd_link_get_info (self->link);

  if (info == NULL)
    begin_attempt (self, session);
  else if (is_for (info, session))
    join_group (self, info, session);
  else if (self->n_sessions > 0)
    refuse_second (self, session);
  else
    close_group (self);
}

/* The link does one thing at a time. */
static gboolean
is_free (Service *self)
{
  return self->attempt == NULL && self->closing == NULL && self->finding == NULL
      && !self->is_ending;
}

/* Something has happened: what is to be done now? */
static void
settle (Service *self)
{
  WlanapiSession *session;

  while (is_free (self) && (session = g_queue_peek_head (&self->waiting)) != NULL)
    serve (self, session);
  if (is_free (self) && self->is_ours && self->n_sessions == 0)
    close_group (self);
}

static void
on_lost (WfdLink *link, const GError *error, Service *self)
{
  leave_group (self);
}

static void
do_start (Service *self, gpointer data)
{
  g_queue_push_tail (&self->waiting, data);
  settle (self);
}

/* The attempt goes on as long as somebody else waits for it. */
static void
do_cancel (Service *self, gpointer data)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  WlanapiSession *session = data;

  if (g_queue_find (&self->waiting, session) != NULL) {
    complete (self, session, error);
    if (self->attempt != NULL && find_waiting (self, self->attempt_device) == NULL)
      g_cancellable_cancel (self->attempt);
  }
  wlanapi_session_unref (session);
}

static void
do_close (Service *self, gpointer data)
{
  WlanapiSession *session = data;

  if (session->group == self->group && self->n_sessions > 0)
    self->n_sessions--;
  wlanapi_session_unref (session);
  settle (self);
}

static void
post_session (JobFunc func, WlanapiSession *session)
{
  if (!post (func, wlanapi_session_ref (session)))
    wlanapi_session_unref (session);
}

void
wlanapi_service_start (WlanapiSession *session)
{
  post_session (do_start, session);
}

void
wlanapi_service_cancel (WlanapiSession *session)
{
  post_session (do_cancel, session);
}

void
wlanapi_service_close (WlanapiSession *session)
{
  post_session (do_close, session);
}

/* --- whether a device is there --- */

/* @error: (transfer full) (nullable) */
static void
end_look (Look *look, gboolean is_visible, GError *error)
{
  Service *self = look->service;

  g_queue_remove (&self->looks, look);
  if (look->timer != NULL) {
    g_source_destroy (look->timer);
    g_source_unref (look->timer);
    if (self->looks.length == 0)
      wfd_link_stop_find (self->link);
  }
  g_mutex_lock (&lock);
  look->is_visible = is_visible;
  look->error = error;
  look->is_done = TRUE;
  g_cond_broadcast (&look_done);
  g_mutex_unlock (&lock);
}

static gboolean
is_known (Service *self, const char *device)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self->link);

  for (guint i = 0; i < peers->len; i++) {
    if (strcmp (wfd_link_peer_get_id (g_ptr_array_index (peers, i)), device) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
on_look_over (gpointer user_data)
{
  Look *look = user_data;

  end_look (look, is_known (look->service, look->device), NULL);
  return G_SOURCE_REMOVE;
}

static void
on_peer_found (WfdLink *link, WfdLinkPeer *peer, Service *self)
{
  for (GList *l = self->looks.head, *next; l != NULL; l = next) {
    Look *look = l->data;

    next = l->next;
    if (strcmp (look->device, wfd_link_peer_get_id (peer)) == 0)
      end_look (look, TRUE, NULL);
  }
}

static void
on_finding (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Service *self = user_data;
  g_autoptr (GError) error = NULL;
  Look *look;

  g_clear_object (&self->finding);
  if (!wfd_link_finish (WFD_LINK (source), result, &error)) {
    while ((look = g_queue_peek_head (&self->looks)) != NULL)
      end_look (look, FALSE, g_error_copy (error));
  } else if (self->looks.length == 0) {
    wfd_link_stop_find (self->link);
  }
  settle (self);
}

/* What is open or being opened is not disturbed by a search: what is known has to do. */
static void
do_look (Service *self, gpointer data)
{
  Look *look = data;
  gboolean is_busy =
      self->attempt != NULL || self->closing != NULL || wfd_link_get_info (self->link) != NULL;

  look->service = self;
  g_queue_push_tail (&self->looks, look);
  if (is_busy || is_known (self, look->device)) {
    on_look_over (look);
    return;
  }
  look->timer = g_timeout_source_new (wlanapi_look_ms);
  g_source_set_callback (look->timer, on_look_over, look, NULL);
  g_source_attach (look->timer, self->context);
  if (self->looks.length == 1 && self->finding == NULL) {
    self->finding = g_cancellable_new ();
    wfd_link_find_async (self->link, self->finding, on_finding, self);
  }
}

DWORD
wlanapi_service_look_for (const char *device, gboolean *ret_is_visible)
{
  Look look = { .device = device };
  DWORD result;

  post (do_look, &look);
  g_mutex_lock (&lock);
  while (!look.is_done)
    g_cond_wait (&look_done, &lock);
  g_mutex_unlock (&lock);
  result = winapi_outcome_from_error (look.error).error;
  *ret_is_visible = look.is_visible;
  g_clear_error (&look.error);
  return result;
}

/* --- the thread --- */

/* Nobody waits for anything any more: nobody has a handle. */
static void
do_end (Service *self, gpointer data)
{
  self->is_ending = TRUE;
  g_cancellable_cancel (self->attempt);
  g_cancellable_cancel (self->closing);
  g_cancellable_cancel (self->finding);
  wfd_link_close (self->link);
}

static gboolean
is_over (Service *self)
{
  return self->is_ending && self->attempt == NULL && self->closing == NULL && self->finding == NULL;
}

static gpointer
run (gpointer user_data)
{
  const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_SOURCE, TRUE, WFD_DEFAULT_RTSP_PORT, 300, 0 },
    .go_intent = -1,
    .timeout_ms = wlanapi_attempt_ms,
  };
  Service *self = user_data;

  g_main_context_push_thread_default (self->context);
  self->link = WFD_LINK (wfd_p2p_link_new_full (NULL, &options));
  g_signal_connect (self->link, "lost", G_CALLBACK (on_lost), self);
  g_signal_connect (self->link, "peer-found", G_CALLBACK (on_peer_found), self);
  while (!is_over (self))
    g_main_context_iteration (self->context, TRUE);
  g_signal_handlers_disconnect_by_data (self->link, self);
  g_clear_object (&self->link);
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* Its thread has ended, or never was. */
static void
drop (Service *self)
{
  g_mutex_lock (&lock);
  service = NULL;
  g_mutex_unlock (&lock);
  /* A cancel that came too late is there, perhaps. */
  on_jobs (self);
  g_source_destroy (self->jobs_source);
  g_source_unref (self->jobs_source);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
begin (void)
{
  Service *self;

  if (!winapi_has_descriptors (WINAPI_DESCRIPTORS_OF_LINK))
    return FALSE;
  self = g_new0 (Service, 1);
  self->group = 1;
  self->context = g_main_context_new ();
  self->jobs_source = g_source_new (&jobs_funcs, sizeof (GSource));
  g_source_set_callback (self->jobs_source, on_jobs, self, NULL);
  g_source_attach (self->jobs_source, self->context);
  g_mutex_lock (&lock);
  service = self;
  g_mutex_unlock (&lock);
  self->thread = g_thread_try_new ("wfd-winapi", run, self, NULL);
  if (self->thread != NULL)
    return TRUE;
  drop (self);
  return FALSE;
}

static void
end (void)
{
  Service *self = service;

  post (do_end, NULL);
  g_thread_join (self->thread);
  drop (self);
}

gboolean
wlanapi_service_acquire (void)
{
  gboolean is_there;

  g_mutex_lock (&life_lock);
  is_there = n_users > 0 || begin ();
  if (is_there)
    n_users++;
  g_mutex_unlock (&life_lock);
  return is_there;
}

void
wlanapi_service_release (void)
{
  g_mutex_lock (&life_lock);
  if (--n_users == 0)
    end ();
  g_mutex_unlock (&life_lock);
}
