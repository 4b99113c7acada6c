/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-attributes.h>
#include <peer-codes.h>

#define ATTRIBUTE(name, type, text) \
  "<attribute name='" name "' type='" type "'>" text "</attribute>"
#define CLAUSE(name, type, compare, text) \
  "<clause attrib='" name "' type='" type "' compare='" compare "'>" text "</clause>"
#define SEARCH(text) "<peersearch>" text "</peersearch>"

static void
test_attributes (void)
{
  g_autoptr (GPtrArray) attributes = wfd_peer_attributes_read (
      "<?xml version='1.0'?>\n<attributes>\n " ATTRIBUTE ("colour", "string", "red &amp; blue")
          ATTRIBUTE ("size", "int", "-5") ATTRIBUTE ("day", "date", "1970-01-02") "</attributes>");

  g_assert_nonnull (attributes);
  g_assert_cmpuint (attributes->len, ==, 3);
  g_assert_cmpstr (((WfdPeerAttribute *) attributes->pdata[0])->text, ==, "red & blue");
  g_assert_cmpint (((WfdPeerAttribute *) attributes->pdata[1])->number, ==, -5);
  g_assert_cmpint (((WfdPeerAttribute *) attributes->pdata[2])->number, ==,
      86400 * G_GINT64_CONSTANT (1000000));
}

static void
test_no_attributes (void)
{
  static const char *const none[] = {
    "",
    "red",
    "<?xml version='1.0'?>",
    "<attribute name='a' type='int'>1</attribute>",
    "<attributes>" ATTRIBUTE ("a", "int", "1"),
    "<attributes>red</attributes>",
    "<attributes><colour/></attributes>",
    "<attributes><attribute type='int'>1</attribute></attributes>",
    "<attributes><attribute name='a'>1</attribute></attributes>",
    "<attributes>" ATTRIBUTE ("a", "float", "1") "</attributes>",
    "<attributes>" ATTRIBUTE ("a", "int", "") "</attributes>",
    "<attributes>" ATTRIBUTE ("a", "int", "1x") "</attributes>",
    "<attributes>" ATTRIBUTE ("a", "int", "9223372036854775808") "</attributes>",
    "<attributes>" ATTRIBUTE ("a", "date", "soon") "</attributes>",
    "<attributes>" ATTRIBUTE ("a b", "int", "1") "</attributes>",
    "<attributes>" ATTRIBUTE ("", "int", "1") "</attributes>",
    "<attributes>" ATTRIBUTE ("a1234567890123456789012345678901234567890", "int",
        "1") "</attributes>",
    "<attributes>" ATTRIBUTE ("PeerCreatorID", "string", "me") "</attributes>",
    "<attributes>" ATTRIBUTE ("a", "string", "<b/>") "</attributes>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_null (wfd_peer_attributes_read (none[i]));
}

static gboolean
finds (const char *query)
{
  guint32 code = WFD_PEER_OK;
  g_autoptr (WfdPeerSearch) search = wfd_peer_search_new (query, &code);
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();

  g_assert_nonnull (search);
  record->type = record->id = (WfdPeerGuid) { { 0xab, 0xcd, 0xef, 0x01 } };
  record->creator = g_strdup ("alice");
  record->created = G_GUINT64_CONSTANT (116444736000000000);
  record->modified = record->created + 1;
  record->attributes = g_strdup ("<attributes>" ATTRIBUTE ("colour", "string", "red*")
          ATTRIBUTE ("size", "int", "10") ATTRIBUTE ("day", "date", "2026-11-28") "</attributes>");
  return wfd_peer_search_matches (search, record);
}

static void
test_found (void)
{
  static const char *const found[] = {
    SEARCH ("<clause attrib='colour' type='string'>red\\*</clause>"),
    SEARCH (CLAUSE ("colour", "string", "equal", "r?d?")),
    SEARCH (CLAUSE ("colour", "string", "equal", "*")),
    SEARCH (CLAUSE ("colour", "string", "equal", "*d*")),
    SEARCH (CLAUSE ("colour", "string", "notequal", "blue")),
    SEARCH (CLAUSE ("size", "int", "greater", "9")),
    SEARCH (CLAUSE ("size", "int", "lessorequal", "10")),
    SEARCH (CLAUSE ("day", "date", "less", "2026-11-28T00:00:01Z")),
    SEARCH (CLAUSE ("peercreatorid", "string", "equal", "al*")),
    SEARCH (CLAUSE ("peerlastmodifiedby", "string", "equal", "alice")),
    SEARCH (CLAUSE ("peercreationtime", "date", "equal", "1970-01-01")),
    SEARCH (CLAUSE ("peerrecordid", "string", "equal", "{ABCDEF01-0000-0000-0000-000000000000}")),
    SEARCH (CLAUSE ("peerrecordtype", "string", "equal", "{abcdEF01-*")),
    SEARCH (CLAUSE ("colour", "string", "greaterorequal", "red\\*")),
    SEARCH (CLAUSE ("colour", "string", "lessorequal", "red\\*")),
    SEARCH (CLAUSE ("colour", "string", "greater", "red")),
    SEARCH (CLAUSE ("colour", "string", "less", "red\\?")),
    SEARCH ("<and>" CLAUSE ("size", "int", "equal", "10") "<or>" CLAUSE ("size", "int", "equal",
        "1") CLAUSE ("colour", "string", "equal", "red*") "</or></and>"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    g_assert_true (finds (found[i]));
}

static void
test_not_found (void)
{
  static const char *const not_found[] = {
    SEARCH (CLAUSE ("colour", "string", "equal", "red")),
    SEARCH (CLAUSE ("colour", "string", "equal", "red?*?")),
    SEARCH (CLAUSE ("colour", "string", "equal", "red\\?")),
    SEARCH (CLAUSE ("colour", "int", "notequal", "1")),
    SEARCH (CLAUSE ("shape", "string", "notequal", "round")),
    SEARCH (CLAUSE ("size", "int", "less", "10")),
    SEARCH (CLAUSE ("colour", "string", "greater", "red\\*")),
    SEARCH (CLAUSE ("colour", "string", "less", "red*")),
    SEARCH (CLAUSE ("colour", "string", "equal", "RED\\*")),
    SEARCH ("<and>" CLAUSE ("size", "int", "equal", "10")
            CLAUSE ("size", "int", "equal", "11") "</and>"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (not_found); i++)
    g_assert_false (finds (not_found[i]));
}

static guint32
code_of (const char *query)
{
  guint32 code = WFD_PEER_OK;

  g_assert_null (wfd_peer_search_new (query, &code));
  return code;
}

static void
test_no_query (void)
{
  static const char *const none[] = { "", "<?xml version='1.0'?>", "<and/>", "<peersearch/>",
    SEARCH ("<and></and>"),
    SEARCH (CLAUSE ("a", "int", "equal", "1") CLAUSE ("a", "int", "equal", "1")),
    SEARCH (CLAUSE ("a", "int", "like", "1")), SEARCH (CLAUSE ("a", "int", "equal", "x")),
    SEARCH ("<clause type='int'>1</clause>"), SEARCH ("<clause attrib='a'>1</clause>"),
    SEARCH ("<not>" CLAUSE ("a", "int", "equal", "1") "</not>"),
    SEARCH ("<clause attrib='a' type='string'><and/></clause>"), SEARCH (SEARCH ("")) };
  g_autoptr (GString) deep = g_string_new ("<peersearch>");

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_cmphex (code_of (none[i]), ==, WFD_PEER_INVALID_SEARCH);
  g_assert_cmphex (code_of (SEARCH (CLAUSE ("a", "string", "equal", "\\x"))), ==,
      WFD_PEER_INVALID_ARGUMENT);
  g_assert_cmphex (code_of (SEARCH (CLAUSE ("a", "string", "equal", "x\\"))), ==,
      WFD_PEER_INVALID_ARGUMENT);
  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "<and>");
  g_assert_cmphex (code_of (deep->str), ==, WFD_PEER_INVALID_SEARCH);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/attributes/read", test_attributes);
  g_test_add_func ("/peer/attributes/refused", test_no_attributes);
  g_test_add_func ("/peer/search/found", test_found);
  g_test_add_func ("/peer/search/not-found", test_not_found);
  g_test_add_func ("/peer/search/refused", test_no_query);
  return g_test_run ();
}
