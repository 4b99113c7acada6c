/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-text.h>
#include <rtsp-params.h>
#include <rtsp-transport.h>
#include <wfd/wfd-error.h>

#include "session-machine.h"

G_BEGIN_DECLS

/* What the files of the machines share, and nobody else sees. */

#define WFD_TAG "org.wfa.wfd1.0"
#define WFD_PRODUCT "gst-wfd/" WFD_VERSION

/* States are named after the message of WFD 2.1 §6.4 that is under way. */
typedef enum
{
  STATE_IDLE,        /* not started */
  STATE_M1,          /* source: M1 sent; sink: waits for M1 */
  STATE_M1_ANSWERED, /* source: waits for M2 */
  STATE_M2_ANSWERED, /* source: M2 came before the answer to M1 */
  STATE_M3,          /* source: M3 sent; sink: waits for M3 */
  STATE_M3_ANSWERED, /* source: held before M4 */
  STATE_M4,          /* source: M4 sent; sink: waits for M4 */
  STATE_M5,          /* source: waits for M6; sink: waits for M5 */
  STATE_M5_AGAIN,    /* source: sent M5 twice, still waits for M6 */
  STATE_M6,          /* sink: SETUP sent */
  STATE_READY,       /* SETUP done, nothing flows */
  STATE_M7,          /* sink: PLAY sent */
  STATE_PLAYING,
  STATE_M9, /* sink: PAUSE sent */
  STATE_M8, /* TEARDOWN under way */
  STATE_CLOSED,
} State;

#define IN(state) (1u << (state))
#define IN_SESSION (IN (STATE_READY) | IN (STATE_M7) | IN (STATE_PLAYING) | IN (STATE_M9))
#define IN_ANY (~IN (STATE_CLOSED))

/* Requests of ours that wait for their answer. */
typedef enum
{
  MESSAGE_M1,
  MESSAGE_M2,
  MESSAGE_M3,
  MESSAGE_M3_MANDATORY,  /* M3 again, with the mandatory names only */
  MESSAGE_M3_IN_SESSION, /* M3 again, after an M11 */
  MESSAGE_M4,
  MESSAGE_M5_SETUP,
  MESSAGE_M5_PLAY,
  MESSAGE_M5_PAUSE,
  MESSAGE_M5_TEARDOWN,
  MESSAGE_M6,
  MESSAGE_M7,
  MESSAGE_M8,
  MESSAGE_M8_AGGREGATE, /* M8 again on the aggregate URL, after a 460 */
  MESSAGE_M9,
  MESSAGE_M12,
  MESSAGE_M13,
  MESSAGE_M16,
} MessageId;

/* The timers of WFD 2.1 §6.5 that can run side by side. Those which wait for
 * the peer's next request (T1, T3, T4, T5, T6) exclude each other and follow
 * from the state; T2 runs for each request by itself. */
typedef enum
{
  TIMER_NEXT_REQUEST,
  TIMER_SETUP,      /* all up to M6 */
  TIMER_KEEP_ALIVE, /* T8 */
  TIMER_SESSION,    /* T9 */
  TIMER_CLOSE,      /* how long we wait for the peer's part of the end */
  TIMER_IDR,        /* an M13 that was put off */
} TimerId;

#define N_TIMERS (TIMER_IDR + 1)

/* A request of the peer's: when it may come and what to do about it. */
typedef struct
{
  GstRTSPMethod method;
  guint states;
  /* Fills @response and returns the status. */
  guint (*answer) (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response);
  /* What follows once the answer is out; only after a 200. (nullable) */
  void (*then) (WfdMachine *self);
} RequestRule;

/* What the answer to a request of ours leads to. */
typedef struct
{
  MessageId id;
  GstRTSPMethod method;
  const char *name; /* for people */
  gint64 answer_us; /* T2 for this request; 0: no answer is needed */
  void (*answered) (WfdMachine *self, const GstRTSPMessage *response, guint status);
} ResponseRule;

/* How long we wait for the peer's next request, in general because of the
 * state we are in. */
typedef struct
{
  State state;
  gint64 wait_us;
  const char *timer;                /* of §6.5 */
  const char *missing;              /* what did not come */
  void (*retry) (WfdMachine *self); /* instead of the end. (nullable) */
} WaitRule;

typedef struct
{
  const RequestRule *requests;
  gsize n_requests;
  const ResponseRule *responses;
  gsize n_responses;
  const WaitRule *waits;
  gsize n_waits;
  const char *methods;                 /* what the peer may send, as in Public */
  void (*start) (WfdMachine *self);    /* (nullable) */
  gboolean (*play) (WfdMachine *self); /* FALSE: not in this state */
  gboolean (*pause) (WfdMachine *self);
  gboolean (*standby) (WfdMachine *self);  /* (nullable) */
  void (*announce_end) (WfdMachine *self); /* M8, or M5 TEARDOWN */
  void (*expire) (WfdMachine *self, TimerId id);
  gint64 (*session_limit_us) (WfdMachine *self); /* T9 as we keep it */
} RoleRules;

typedef struct
{
  MessageId id;
  guint cseq;
  gint64 sent_us;
  gint64 deadline_us;
} Pending;

struct _WfdMachine
{
  WfdMachineConfig config;
  char *local_host;
  char *peer_host;
  const RoleRules *rules;

  State state;
  gint64 now_us; /* of the call that is running */
  gint64 deadline_us[N_TIMERS];
  const WaitRule *wait; /* of TIMER_NEXT_REQUEST */
  GQueue outbox;        /* of GstRTSPMessage */
  GQueue events;        /* of WfdEvent */

  guint next_cseq;
  Pending pending[WFD_LIMIT_PENDING_REQUESTS];
  guint n_pending;
  guint forgotten[8];     /* CSeqs of requests without an answer that we do not wait for */
  guint n_forgotten;      /* since the start; the array has the latest */
  gint64 flood_window_us; /* start of the second that is being counted */
  guint flood_requests;

  char *session_id;
  char *url;       /* the presentation URL */
  guint timeout_s; /* T9 of the Session header */
  gint64 last_life_us;
  char *peer_name;
  guint16 peer_rtp_port;
  guint16 peer_rtcp_port; /* source: 0 if none was agreed on */

  WfdParams peer_capabilities;          /* source: the answer to M3 */
  WfdChoice choices[WFD_LIMIT_CHOICES]; /* source: what M4 may say, best first */
  guint n_choices;
  guint proposed;              /* source: index in choices of the last M4 */
  WfdChoice change;            /* not agreed yet; sink: before the session */
  WfdChoice choice;            /* what was agreed */
  WfdTrigger trigger;          /* sink: of the last M5 */
  gboolean triggered;          /* sink: its request is still to be sent */
  gboolean connector_changed;  /* source: an M11 came */
  gboolean standby_wanted;     /* source: an M12 came */
  gboolean is_standby;         /* source: READY by M12 and not by M9 */
  guint n_holds;               /* source: M4 waits for as many releases */
  gboolean tells_capabilities; /* source: it was held once */
  gint64 last_idr_us;

  WfdMachineStats stats;
};

extern const RoleRules wfd_source_rules;
extern const RoleRules wfd_sink_rules;

void wfd_machine_enter (WfdMachine *self, State state);
const char *wfd_machine_get_state_name (WfdMachine *self);
void wfd_machine_emit (WfdMachine *self, WfdEventType type, GError *error);
/* @wait NULL: for nothing. */
void wfd_machine_wait (WfdMachine *self, const WaitRule *wait);
/* Ends the session; @error (transfer full) (nullable). */
void wfd_machine_end (WfdMachine *self, GError *error);
/* What its user calls the other side. */
const char *wfd_machine_call_peer (const WfdMachine *self);
void wfd_machine_fail (WfdMachine *self, WfdError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void wfd_machine_arm (WfdMachine *self, TimerId id, gint64 after_us);
void wfd_machine_disarm (WfdMachine *self, TimerId id);

/* A request of ours; @uri NULL means rtsp://localhost/wfd1.0, @body (nullable)
 * is text/parameters. The caller adds headers to what is returned (transfer
 * none, valid until the machine is used again), or gets NULL when too many
 * requests wait for an answer already, which ends the session. */
GstRTSPMessage *wfd_machine_request (WfdMachine *self, MessageId id, const char *uri,
    const char *body);
gboolean wfd_machine_is_pending (WfdMachine *self, MessageId id);
/* Waits no more for answers to @id. */
void wfd_machine_forget (WfdMachine *self, MessageId id);
void wfd_machine_set_body (GstRTSPMessage *message, const GString *body);
WfdText wfd_machine_get_body (const GstRTSPMessage *message);
void wfd_machine_receive_request (WfdMachine *self, const GstRTSPMessage *request);
void wfd_machine_receive_response (WfdMachine *self, const GstRTSPMessage *response);
/* Ends the session if an answer is overdue. */
void wfd_machine_expire_pending (WfdMachine *self);
guint wfd_machine_answer_options (WfdMachine *self, const GstRTSPMessage *request,
    GstRTSPMessage *response);
/* A 303 with @failures, or 200 if there are none. */
guint wfd_machine_answer_failures (GstRTSPMessage *response, const GArray *failures);
void wfd_machine_adopt_choice (WfdMachine *self, const WfdChoice *choice);

G_END_DECLS
