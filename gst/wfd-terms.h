/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* What the two sides agreed on. */
typedef struct
{
  WfdFormat format;
  /* Of the source role, which hears it from the sink: */
  gboolean idr_request;   /* it asks for key frames when it needs them */
  guint max_bitrate_kbps; /* more it does not take; 0: it does not say */
  gboolean microsoft;     /* it follows Microsoft's extensions */
  gboolean can_shrink;    /* there is a smaller picture that it would take */
  gboolean can_grow;      /* the session began with a larger one */
} WfdTerms;

G_END_DECLS
