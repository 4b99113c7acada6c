/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program outside the tree, in what C11 and C++17 have in common: makes the
 * objects of the library and prints the values an application may print. */
#include <wfd/wfd.h>

#include <stdio.h>

static void
print_values (GType type)
{
  GEnumClass *values = (GEnumClass *) g_type_class_ref (type);
  guint i;

  for (i = 0; i < values->n_values; i++)
    printf ("%s %d %s\n", values->values[i].value_name, values->values[i].value,
        values->values[i].value_nick);
  g_type_class_unref (values);
}

int
main (void)
{
  WfdSession *session = wfd_session_new (WFD_ROLE_SINK);
  WfdFormat *format = wfd_session_dup_format (session);
  GError *error = NULL;

  print_values (WFD_TYPE_SESSION_STATE);
  print_values (WFD_TYPE_ROLE);
  print_values (WFD_TYPE_ERROR);
  printf ("state %d, format %s\n", (int) wfd_session_get_state (session),
      format->width > 0 ? "agreed" : "not agreed yet");

  if (wfd_session_set_video_formats (session, "no such format", &error))
    return 1;
  printf ("%s %d\n", g_quark_to_string (error->domain), error->code);

  g_clear_error (&error);
  wfd_format_free (format);
  g_object_unref (session);
  return 0;
}
