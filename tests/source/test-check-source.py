#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Feeds tools/check-source what breaks its rules, and what only looks like it.

The tree of a case is a folder with the files it names and nothing else.
"""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools',
                       'check-source')
C = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'
H = C + '#pragma once\n'
SH = '#!/usr/bin/env bash\n# SPDX-License-Identifier: LGPL-2.1-or-later\n'


def function(lines, name='do_it', head='static void'):
    """A function of that many lines from its name to its closing brace."""
    return '%s\n%s (void)\n{\n%s}\n' % (head, name, '  work ();\n' * (lines - 3))


# name, files, what the program must say (rule and place), in this order
BREACHES = [
    ('spdx-c', {'lib/base/a.c': 'int a;\n'}, ['lib/base/a.c:1: spdx:']),
    ('spdx-program', {'tools/go': '#!/bin/sh\necho\n'}, ['tools/go:1: spdx:']),
    ('spdx-other-licence', {'gst/a.c': C.replace('LGPL-2.1', 'MIT')}, ['gst/a.c:1: spdx:']),
    ('encoding-cr', {'a.md': 'one\ntwo\r\n'}, ['a.md:2: encoding:']),
    ('encoding-latin1', {'a.md': b'one\ngr\xfc\xdfe\n'}, ['a.md:2: encoding:']),
    ('blanks-at-end', {'a.md': 'one \n'}, ['a.md:1: blanks:']),
    ('blanks-tab', {'tools/go': SH + '\techo\n'}, ['tools/go:3: blanks:']),
    ('blanks-no-last-end', {'a.md': 'one'}, ['a.md:1: blanks:']),
    ('talk-title', {'tests/dialogue/a-b.talk': '# a-c: other\n'},
     ['tests/dialogue/a-b.talk:1: talk-title:']),
    ('talk-title-alone', {'tests/dialogue/a-b.talk': '# a-b:\n'},
     ['tests/dialogue/a-b.talk:1: talk-title:']),
    ('file-length', {'gst/a.c': C + 'int a;\n' * 1000}, ['gst/a.c:1001: file-length:']),
    ('function-length', {'gst/a.c': C + function(81)}, ['gst/a.c:3: function-length: do_it ()']),
    ('function-length-last-of-three', {'gst/a.c': C + function(9) + 'static const struct\n{\n' +
                                       '  int a;\n' * 90 + '} s;\n' + function(80) + function(81, 'b')},
     ['gst/a.c:187: function-length: b ()']),
    ('function-length-arguments-below', {'gst/a.c': C + function(81).replace(
        '(void)', '(int a,\n    int b)')}, ['gst/a.c:3: function-length: do_it ()']),
    ('function-length-macro', {'tests/gst/a.c': C + 'GST_START_TEST (test_a)\n{\n' +
                               '  work ();\n' * 80 + '}\n\nGST_END_TEST;\n'},
     ['tests/gst/a.c:2: function-length: test_a ()']),
    ('function-length-preprocessor', {'gst/a.c': C + function(81).replace(
        '  work ();\n', '#if 1\n  work ();\n#endif\n', 1)}, ['gst/a.c:3: function-length:']),
    ('brace', {'gst/a.c': C + 'static void do_it (void) {\n}\n'}, ['gst/a.c:2: brace:']),
    ('twice', {'tests/a.c': C + 'gint64 a = MAX (get_end (b) - g_get_monotonic_time (),\n    0);\n'
               'int c = CLAMP (0, MIN (1, g_get_real_time ()), 2);\n'},
     ['tests/a.c:2: twice: MAX', 'tests/a.c:4: twice: CLAMP', 'tests/a.c:4: twice: MIN']),
    ('dbus-proxy', {'lib/base/a.c': C + 'GDBusProxy *p;\n'}, ['lib/base/a.c:2: dbus-proxy:']),
    ('text-todo', {'lib/base/a.c': C + '/* TODO: mend */\n'}, ['lib/base/a.c:2: text: todo:']),
    ('text-fixme', {'docs/a.md': 'FIXME\n'}, ['docs/a.md:1: text: todo:']),
    ('text-home', {'docs/a.md': 'in /home/me/gst-wfd\n'}, ['docs/a.md:1: text: machine-path:']),
    ('text-root', {'tools/go': SH + 'cd /root/x\n'}, ['tools/go:3: text: machine-path:']),
    ('pragma-once', {'lib/base/a.h': C + '#ifndef A\n#define A\n#endif\n'},
     ['lib/base/a.h:1: pragma-once:']),
    ('pragma-once-in-comment', {'lib/base/a.h': C + '/*\n#pragma once\n*/\n'},
     ['lib/base/a.h:1: pragma-once:']),
    ('api-missing', {'lib/include/wfd/a.h': H + 'WFD_API int wfd_a (void);\nint *wfd_b (int a,\n'
                     '    void (*f) (void));\n'},
     ['lib/include/wfd/a.h:4: api: wfd_b ()']),
    ('api-missing-below-macro', {'lib/include/wfd/a.h': H + 'G_BEGIN_DECLS\n\n'
                                 'WFD_API G_DECLARE_FINAL_TYPE (WfdA, wfd_a, WFD, A, GObject)\n'
                                 'WfdA *wfd_a_new (void);\nG_END_DECLS\n'},
     ['lib/include/wfd/a.h:6: api: wfd_a_new ()']),
    ('api-missing-below-struct', {'lib/include/wfd/a.h': H + 'struct _WfdA\n{\n  int a;\n};\n'
                                  'int wfd_a (void) G_GNUC_CONST;\n'},
     ['lib/include/wfd/a.h:7: api: wfd_a ()']),
    ('api-missing-type', {'lib/include/wfd/a.h': H +
                          'G_DECLARE_FINAL_TYPE (WfdA, wfd_a, WFD, A, GObject)\n'},
     ['lib/include/wfd/a.h:3: api: without']),
    ('api-private', {'lib/base/a.h': H + 'WFD_API int wfd_a (void);\n'}, ['lib/base/a.h:3: api:']),
    ('rooms-above', {'lib/media/media-a.h': H, 'lib/base/a.c': C + '#include <media-a.h>\n'},
     ['lib/base/a.c:2: rooms: media-a.h belongs to lib/media']),
    ('rooms-above-quoted', {'lib/session/s.h': H, 'lib/rtsp/a.h': H + '# include "s.h"\n'},
     ['lib/rtsp/a.h:3: rooms: s.h belongs to lib/session']),
    ('rooms-from-gst', {'lib/base/b.h': H, 'gst/a.c': C + '#include <b.h>\n'},
     ['gst/a.c:2: rooms: b.h belongs to lib/base']),
    ('rooms-from-public-to-pure', {'lib/ts/b.h': H, 'lib/include/wfd/a.h': H + '#include <b.h>\n'},
     ['lib/include/wfd/a.h:3: rooms: b.h belongs to lib/ts']),
    ('rooms-from-public', {'lib/base/b.h': H, 'lib/include/wfd/a.h': H + '#include <b.h>\n'},
     ['lib/include/wfd/a.h:3: rooms: b.h belongs to lib/base']),
    ('rooms-by-path', {'lib/rtsp/a.c': C + '#include "../base/b.h"\n'},
     ['lib/rtsp/a.c:2: rooms: an include names a file']),
    ('rooms-unknown', {'lib/attic/a.c': C}, ['lib/attic/a.c:1: rooms: lib/attic has no row']),
]

# name, files: nothing to say
FINE = [
    ('licence', {'lib/base/a.c': C + '\nint a;\n', 'tools/go': SH, 'meson.build': SH.split('\n')[1] + '\n',
                 'README.md': '# prose needs none\n', 'tests/fuzz/corpus/x': 'nor does data \t'}),
    ('function-of-80', {'gst/a.c': C + function(80)}),
    ('class-init-is-a-table', {'gst/a.c': C + function(300, 'gst_wfd_src_class_init')}),
    ('long-struct-below-macro', {'gst/a.c': C + 'G_DEFINE_QUARK (a, b)\n\nstatic const struct\n{\n' +
                                 '  int a;\n' * 90 + '} s;\n'}),
    ('words-in-comment-and-string', {'lib/base/a.c': C + '/* atoi (x), GDBusProxy */\n'
                                     'const char *a = "abort () \\" atoi (1)"; // exit (1)\n'}),
    ('words-as-part', {'lib/base/a.c': C + 'int a = g_snprintf (b) + my_abort (c) + wfd_exit (1);\n'
                       'void (*abort) (void);\n'.replace('(*abort) (', '(*aborted) (')}),
    ('words-elsewhere', {'tests/fuzz/a.c': C + 'int a = printf ("%d", atoi (b)) + usleep (1);\n',
                         'tools/a.c': C + 'int a = printf ("x");\n'}),
    ('clock-beside-a-macro', {'lib/base/a.c': C + 'int a = MAX (b, 0) + g_get_monotonic_time ();\n'
                              'int c = TO_MAX (g_get_real_time ());\n'}),
    ('talk', {'tests/dialogue/a-b.talk': '# a-b: what it does\n<< a:\t \n'}),
    ('template-of-a-name', {'tests/unit/a.c': C + 'const char *a = "wfd-XXXXXX";\n'}),
    ('paths-that-are-no-place', {'docs/a.md': '$HOME/x ~/work/x ./root/x usr/share/home/x\n'}),
    ('public-header', {'lib/include/wfd/a.h': H +
                       '#define WFD_A (wfd_a_get_type ())\n#define X(a) \\\n  wfd_x (a);\n'
                       'G_BEGIN_DECLS\ntypedef void (*WfdFunc) (int wfd_a);\n'
                       'WFD_API\nG_DECLARE_FINAL_TYPE (WfdA, wfd_a, WFD, A, GObject)\n'
                       'WFD_API GType wfd_a_get_type (void) G_GNUC_CONST;\n'
                       'static inline int\nwfd_one (void)\n{\n  return wfd_two (1);\n}\n'
                       'G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdA, wfd_a_free)\nG_END_DECLS\n'}),
    ('rooms-below', {'lib/base/b.h': H, 'lib/rtsp/r.h': H + '#include <b.h>\n#include <glib.h>\n',
                     'lib/rtsp/a.c': C + '#include "r.h"\n#include <b.h>\n#include <wfd/wfd.h>\n',
                     'tests/unit/t.c': C + '#include <r.h>\n'}),
    ('rooms-pure-from-gst', {'lib/ts/b.h': H, 'gst/a.c': C + '#include <b.h>\n'}),
    ('build-folders', {'build/a.c': 'int a;', 'build-x/b.h': 'x', '.git/c.md': 'TODO\n'}),
]


def load_program():
    loader = importlib.machinery.SourceFileLoader('check_source', PROGRAM)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('check_source', loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def run(files, *args, then=()):
    """Exit code and lines of the program with @args, and with @then after it."""
    with tempfile.TemporaryDirectory(prefix='wfd check ') as top:
        for path, content in files.items():
            full = os.path.join(top, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'wb') as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        for arguments in filter(None, (args, then)):
            done = subprocess.run([sys.executable, PROGRAM, '--top', top, *arguments],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, [line for line in done.stdout.decode().split('\n')
                                 if line and ' functions in lib/ ' not in line]


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def test(self, name, good, told=()):
        self.count += 1
        self.failed += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.count, name))
        if not good:
            for line in told:
                print('# ' + line)

    def skip(self, name, why):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, why))


def test_rules(tap, program):
    fired = set()
    for name, files, wanted in BREACHES:
        code, told = run(files, '--only', 'rules')
        tap.test('breach/' + name, code == 1 and len(told) == len(wanted) and all(
            line.startswith(start) for line, start in zip(told, wanted)), told)
        fired.update(line.split(': ')[1] for line in told if ': ' in line)

    for folder in sorted({folder for _, folders, _ in program.BLOCKED for folder in folders}):
        path = folder + ('base/' if folder == 'lib/' else '') + 'a.c'
        words = [word for words, folders, _ in program.BLOCKED if folder in folders
                 for word in words.split()]
        told = run({path: C + ''.join('int a = %s (b);\n' % word for word in words)},
                   '--only', 'rules')[1]
        for number, word in enumerate(words, 2):
            wanted = '%s:%d: blocked: %s: ' % (path, number, word)
            tap.test('blocked/%s/%s' % (folder.rstrip('/'), word),
                     any(line.startswith(wanted) for line in told), told)
        fired.update(line.split(': ')[1] for line in told)

    for name, files in FINE:
        code, told = run(files, '--only', 'rules')
        tap.test('fine/' + name, code == 0 and not told, told)

    unfired = [name for name, _, _ in program.RULES if name not in fired]
    tap.test('every-rule-fires', not unfired, unfired)


def test_warning(tap):
    code, told = run({'gst/a.c': C + 'int a;\n' * 850}, '--only', 'rules')
    tap.test('warning/file-length', code == 0 and told == [
        'gst/a.c: warning: 851 lines, at 1001 it has to be split'], told)


def test_format(tap, program):
    style = os.path.join(os.path.dirname(PROGRAM), '..', '.clang-format')
    with open(style, encoding='utf-8') as file:
        style = file.read()
    if not program.find_clang_format()[0]:
        tap.skip('format', program.find_clang_format()[1])
        return
    good = C + 'static int\nadd (int a, int b)\n{\n  return a + b;\n}\n'
    bad = C + 'static int add(int a, int b) {\n    return a+b;\n}\n'
    code, told = run({'.clang-format': style, 'gst/a.c': good}, '--only', 'format')
    tap.test('format/good', code == 0 and not told, told)
    code, told = run({'.clang-format': style, 'gst/a.c': bad}, '--only', 'format')
    tap.test('format/bad', code == 1 and told[0].startswith('gst/a.c: format: '), told)
    code, told = run({'.clang-format': style, 'gst/a.c': bad}, '--only', 'format', '--fix')
    tap.test('format/fix-tells', code == 0 and told == ['gst/a.c: formatted'], told)
    code, told = run({'.clang-format': style, 'gst/a.c': bad}, '--fix', then=['--only', 'format'])
    tap.test('format/fix-writes', code == 0 and not told, told)


def main():
    tap = Tap()
    program = load_program()
    test_rules(tap, program)
    test_warning(tap)
    test_format(tap, program)
    print('1..%d' % tap.count)
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
