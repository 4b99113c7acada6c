/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfd_uibc_capability (WFD 2.1 §6.1.15). */
#include "rtsp-params-private.h"

static const char *const categories[] = { "GENERIC", "HIDC", NULL };

static const char *const inputs[] = { "Keyboard", "Mouse", "SingleTouch", "MultiTouch", "Joystick",
  "Camera", "Gesture", "RemoteControl", NULL };

static const char *const paths[] = { "Infrared", "USB", "BT", "Zigbee", "Wi-Fi", "No-SP", NULL };

#define N_INPUTS (G_N_ELEMENTS (inputs) - 1)

/* Bits stand for the words above. Words of later versions are left out. */
typedef struct
{
  gboolean has_categories;
  guint categories;
  guint generic;
  guint hidc[N_INPUTS]; /* paths by input */
  guint64 port;         /* 0 for none */
} Capability;

/* Adds the items of a list; FALSE for one that is empty. */
static gboolean
read_list (WfdText list, void (*add) (Capability *self, WfdText item), Capability *self)
{
  WfdText item;

  if (wfd_text_is_empty (list))
    return FALSE;
  if (wfd_text_equal (list, "none"))
    return TRUE;

  while (wfd_text_take_until (&list, ',', &item)) {
    if (item.left == 0)
      return FALSE;
    add (self, item);
  }
  return TRUE;
}

static void
add_category (Capability *self, WfdText item)
{
  gint index = wfd_param_find_word (categories, item);

  if (index >= 0)
    self->categories |= 1 << index;
}

static void
add_generic (Capability *self, WfdText item)
{
  gint index = wfd_param_find_word (inputs, item);

  if (index >= 0)
    self->generic |= 1 << index;
}

static void
add_hidc (Capability *self, WfdText item)
{
  WfdText name = wfd_text ("");
  gint input, path;

  wfd_text_take_until (&item, '/', &name);
  input = wfd_param_find_word (inputs, name);
  path = wfd_param_find_word (paths, wfd_text_strip (item));
  if (input >= 0 && path >= 0)
    self->hidc[input] |= 1 << path;
}

static gboolean
read_categories (WfdText value, Capability *self)
{
  self->has_categories = TRUE;
  return read_list (value, add_category, self);
}

static gboolean
read_generic (WfdText value, Capability *self)
{
  return read_list (value, add_generic, self);
}

static gboolean
read_hidc (WfdText value, Capability *self)
{
  return read_list (value, add_hidc, self);
}

static gboolean
read_port (WfdText value, Capability *self)
{
  if (wfd_text_equal (value, "none"))
    return TRUE;
  return wfd_param_take_port (&value, &self->port) && wfd_text_is_empty (value);
}

static const struct
{
  const char *key;
  gboolean (*read) (WfdText value, Capability *self);
} parts[] = {
  { "input_category_list", read_categories },
  { "generic_cap_list", read_generic },
  { "hidc_cap_list", read_hidc },
  { "port", read_port },
};

static gboolean
read_part (WfdText part, Capability *self)
{
  WfdText key = wfd_text ("");

  wfd_text_take_until (&part, '=', &key);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    if (wfd_text_equal (key, parts[i].key))
      return parts[i].read (wfd_text_strip (part), self);
  }
  return TRUE;
}

static void
print_words (const char *key, guint bits, const char *const *words, GString *out)
{
  const char *before = "";

  g_string_append_printf (out, "%s=", key);
  for (guint i = 0; words[i] != NULL; i++) {
    if ((bits >> i & 1) == 0)
      continue;
    g_string_append_printf (out, "%s%s", before, words[i]);
    before = ", ";
  }
  g_string_append_printf (out, "%s;", bits == 0 ? "none" : "");
}

static void
print_hidc (const Capability *self, GString *out)
{
  const char *before = "";

  g_string_append (out, "hidc_cap_list=");
  for (guint i = 0; i < N_INPUTS; i++) {
    for (guint j = 0; paths[j] != NULL; j++) {
      if ((self->hidc[i] >> j & 1) == 0)
        continue;
      g_string_append_printf (out, "%s%s/%s", before, inputs[i], paths[j]);
      before = ", ";
    }
  }
  g_string_append_printf (out, "%s;", *before == '\0' ? "none" : "");
}

static void
print_capability (const Capability *self, GString *out)
{
  print_words (parts[0].key, self->categories, categories, out);
  print_words (parts[1].key, self->generic, inputs, out);
  print_hidc (self, out);
  if (self->port != 0)
    g_string_append_printf (out, "port=%" G_GUINT64_FORMAT, self->port);
  else
    g_string_append (out, "port=none");
}

/* The parts may come in any order. Windows leaves out generic_cap_list; only
 * the categories must be there. */
guint
wfd_param_normalise_uibc_capability (const WfdParamRow *row, WfdText value, GString *text)
{
  Capability capability = { 0 };
  WfdText part;

  while (wfd_text_take_until (&value, ';', &part)) {
    if (!read_part (part, &capability))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  }
  if (!capability.has_categories)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  print_capability (&capability, text);
  return 0;
}
