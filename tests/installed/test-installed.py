#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs the build into an empty folder and uses it from outside the tree.

Speaks TAP. The folder stands for a root of its own, so the prefix in the
pkg-config file is the one thing that is adapted before use.
"""
import argparse
import glob
import os
import shlex
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, '..', '..', 'examples')
# Only what hangs comes to it.
PATIENCE_S = 60
C_FLAGS = ['-Wall', '-Wextra', '-Werror', '-pedantic', '-Wno-unused-parameter']
GIR = '{http://www.gtk.org/introspection/core/1.0}'
GIR_C = '{http://www.gtk.org/introspection/c/1.0}'
GIR_GLIB = '{http://www.gtk.org/introspection/glib/1.0}'


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def test(self, name, good, told=''):
        self.count += 1
        self.failed += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.count, name), flush=True)
        if not good:
            print(''.join('# %s\n' % line for line in told.split('\n')), end='', flush=True)
        return good

    def skip(self, name, why):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, why), flush=True)


def run(*command, env=None, stdin=None):
    """Whether it worked, and what it said."""
    done = subprocess.run(command, env=env, input=stdin, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0, done.stdout


def find_python():
    """One that has the module gi, or None."""
    for python in ('python3', '/usr/bin/python3'):
        if run(python, '-c', 'import gi')[0]:
            return python
    return None


PYTHON = find_python()


class Installation:
    """Where things are after the installation, and how a program finds them."""

    def __init__(self, args, root):
        self.api = args.api
        self.prefix = root + args.prefix
        self.libdir = os.path.join(self.prefix, args.libdir)
        self.include = os.path.join(self.prefix, args.includedir, 'wfd-' + args.api)
        self.winapi = os.path.join(self.prefix, args.includedir, 'wfd-winapi-' + args.api)
        self.pkgconfig = os.path.join(self.libdir, 'pkgconfig')
        self.env = dict(
            os.environ,
            LD_LIBRARY_PATH=self.libdir,
            PKG_CONFIG_PATH=self.pkgconfig,
            GI_TYPELIB_PATH=os.path.join(self.libdir, 'girepository-1.0'),
            GST_PLUGIN_PATH=os.path.join(self.libdir, 'gstreamer-1.0'),
            GST_REGISTRY=os.path.join(root, 'registry.bin'))

    def adapt_pkgconfig(self):
        for path in glob.glob(os.path.join(self.pkgconfig, '*.pc')):
            with open(path, encoding='utf-8') as file:
                lines = file.read().split('\n')
            lines[0] = 'prefix=' + self.prefix.replace(' ', '\\ ')
            with open(path, 'w', encoding='utf-8') as file:
                file.write('\n'.join(lines))

    def flags(self, *what, packages=('wfd',)):
        names = [package + '-' + self.api for package in packages]
        good, output = run('pkg-config', *what, *names, env=self.env)
        return shlex.split(output) if good else None


def list_headers(folder):
    return sorted(os.path.relpath(path, folder)
                  for path in glob.glob(os.path.join(folder, '**', '*.h'), recursive=True))


def languages(args):
    """Name, and compiler with its language or None if there is none."""
    return [('c11', [*shlex.split(args.cc), '-x', 'c', '-std=c11']),
            ('c++17', [args.cxx, '-x', 'c++', '-std=c++17'] if args.cxx else None)]


def test_headers(tap, installed, language, compiler, flags):
    headers = list_headers(installed.include)
    tap.test('%s/headers-installed' % language, 'wfd/wfd.h' in headers and len(headers) > 1,
             ' '.join(headers))
    together = ''.join('#include <%s>\n' % header for header in headers)
    texts = [(os.path.basename(header), '#include <%s>\n' % header) for header in headers]
    for name, text in texts + [('all-together', together + together)]:
        good, told = run(*compiler, *C_FLAGS, *flags, '-fsyntax-only', '-', stdin=text + 'int main (void);\n')
        tap.test('%s/header/%s' % (language, name), good, told)


def test_winapi_headers(tap, installed, language, compiler):
    """Those of Windows need nothing beside them, and bear any company in any order."""
    headers = list_headers(installed.winapi)
    ours = ['glib.h', 'gio/gio.h'] + list_headers(installed.include)
    alone = ['-I' + installed.winapi]
    flags = installed.flags('--cflags', packages=('wfd-winapi',))
    tap.test('%s/winapi/headers-installed' % language, 'windows.h' in headers and flags is not None,
             ' '.join(headers))
    cases = [(header, [header], alone) for header in headers]
    cases += [('all-together', headers + headers, alone), ('backwards', headers[::-1], alone),
              ('initguid', ['initguid.h'] + headers, alone),
              ('before-glib', headers + ours, flags), ('behind-glib', ours + headers, flags)]
    for name, names, how in cases:
        text = ''.join('#include <%s>\n' % each for each in names) + 'int main (void);\n'
        good, told = run(*compiler, *C_FLAGS, *(how or []), '-fsyntax-only', '-', stdin=text)
        tap.test('%s/winapi/header/%s' % (language, name), good, told)


def test_winapi_program(tap, installed, language, compiler, root):
    program = os.path.join(root, 'winapi-' + language)
    packages = ('wfd-winapi', 'wfd-winapi-events')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags', packages=packages), '-o', program,
                     os.path.join(HERE, 'winapi.c'), '-x', 'none', *installed.flags('--libs', packages=packages))
    if tap.test('%s/winapi/program-links' % language, good, told):
        good, told = run(program, env=installed.env)
        tap.test('%s/winapi/program-runs' % language, good, told)


def test_program(tap, installed, language, compiler, root):
    program = os.path.join(root, 'program-' + language)
    libs = installed.flags('--libs')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags'), '-o', program,
                     os.path.join(HERE, 'program.c'), '-x', 'none', *libs)
    if not tap.test('%s/program-links' % language, good, told):
        return
    good, told = run(program, env=installed.env)
    wanted = ('WFD_SESSION_STATE_IDLE 0 idle\n', 'WFD_ROLE_SINK 1 sink\n', 'WFD_ERROR_TIMEOUT 2 timeout\n',
              'state 0, format not agreed yet\n', 'wfd-error-quark 8\n')
    tap.test('%s/program-runs' % language, good and all(line in told for line in wanted), told)


def test_uninstalled(tap, args, compiler, root):
    """What `meson devenv` offers: a program against the build as it is."""
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(args.build, 'meson-uninstalled'))
    good, flags = run('pkg-config', '--cflags', '--libs', 'wfd-' + args.api, env=env)
    if not tap.test('uninstalled/pkg-config', good, flags):
        return
    program = os.path.join(root, 'program-uninstalled')
    good, told = run(*compiler, *C_FLAGS, '-o', program, os.path.join(HERE, 'program.c'), '-x', 'none',
                     *shlex.split(flags))
    if tap.test('uninstalled/program-links', good, told):
        good, told = run(program, env=dict(env, LD_LIBRARY_PATH=os.path.join(args.build, 'lib')))
        tap.test('uninstalled/program-runs', good, told)


def test_gir(tap, gir, symbols):
    tree = ElementTree.parse(gir)
    # In the data under its C name, or as the function that registers a type.
    described = {node.get(GIR_C + 'identifier') for node in tree.iter()} | \
        {node.get(GIR_GLIB + 'get-type') for node in tree.iter()}
    # What has a name of Windows is for programs in C and C++.
    missing = [symbol for symbol in symbols if symbol.startswith('wfd_') and symbol not in described]
    tap.test('gir/every-symbol', not missing, 'not in the GIR data:\n' + '\n'.join(missing))
    undocumented = sorted({
        node.get(GIR_C + 'identifier') for kind in ('function', 'method', 'constructor')
        for node in tree.iter(GIR + kind)
        if node.find(GIR + 'doc') is None and node.find(GIR + 'return-value/' + GIR + 'doc') is None
    }.intersection(symbols) - {'wfd_error_quark'})
    tap.test('gir/every-function-has-a-doc-comment', not undocumented, '\n'.join(undocumented))


def test_python(tap, installed):
    if PYTHON is None:
        tap.skip('gir/python-program', 'no Python here has the module gi')
        return
    good, told = run(PYTHON, os.path.join(HERE, 'program.py'), env=installed.env)
    tap.test('gir/python-program', good, told)


def test_examples(tap, installed, compiler, root):
    """The sink of C and the source of Python, as examples has them, with each other."""
    sink = os.path.join(root, 'sink')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags'), '-o', sink,
                     os.path.join(EXAMPLES, 'sink.c'), '-x', 'none', *installed.flags('--libs'))
    if not tap.test('examples/sink-links', good, told):
        return
    good, told = run('timeout', str(PATIENCE_S), sink, '127.0.0.1', '70000', env=installed.env)
    tap.test('examples/sink-refuses-a-port', not good and '"70000" is no port' in told, told)
    if PYTHON is None:
        return
    with subprocess.Popen([PYTHON, os.path.join(EXAMPLES, 'source.py'), '0'], env=installed.env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as source:
        port = source.stdout.readline().split()[-1]
        good, told = run('timeout', str(PATIENCE_S), sink, '127.0.0.1', port, env=installed.env)
        tap.test('examples/sink', good and 'agreed on 1280x720p30' in told and 'sends' in told, told)
        if not good:
            source.kill()
        told = source.stdout.read()
    tap.test('examples/source', source.returncode == 0 and 'agreed on 1280x720p30' in told
             and 'RTP at 127.0.0.1:19000' in told, told)


def build_peer_example(tap, installed, compiler, root, name):
    """Path, or None."""
    program = os.path.join(root, name)
    packages = ('wfd-winapi', 'wfd-winapi-events')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags', packages=packages), '-o', program,
                     os.path.join(EXAMPLES, 'peer', name + '.c'), '-x', 'none',
                     *installed.flags('--libs', packages=packages))
    return program if tap.test('examples/%s-links' % name, good, told) else None


def test_peer_chat(tap, installed, compiler, root):
    """The chat between two programs: what one is told, the other shows."""
    program = build_peer_example(tap, installed, compiler, root, 'peer-chat')
    if program is None:
        return
    env = dict(installed.env, XDG_DATA_HOME=os.path.join(root, 'peer'))
    patient = ['timeout', str(PATIENCE_S), program]
    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'text': True, 'env': env}
    with subprocess.Popen(patient + ['alice'], **pipes) as alice:
        port = alice.stdout.readline().split()[-1]
        with subprocess.Popen(patient + ['bob', '::1', port], **pipes) as bob:
            heard = [alice.stdout.readline(), bob.stdout.readline()]
            bob.stdin.write('hello\n')
            bob.stdin.flush()
            heard += [alice.stdout.readline()]
            bob.stdin.close()
            heard += [alice.stdout.readline()]
        alice.stdin.close()
    tap.test('examples/peer-chat', heard == ['* somebody is here\n'] * 2 + ['> hello\n', '* somebody has left\n']
             and bob.returncode == 0 and alice.returncode == 0, repr(heard))
    # Port 1 is nobody's.
    good, told = run(*patient, 'bob', '::1', '1', env=env)
    tap.test('examples/peer-chat-fails', not good and '::1, port 1: nobody answers there (0x80630109)' in told, told)


def test_group_chat(tap, installed, compiler, root):
    """A group of three: who has made it, who was invited, and who has the password."""
    program = build_peer_example(tap, installed, compiler, root, 'group-chat')
    if program is None:
        return
    env = dict(installed.env, XDG_DATA_HOME=os.path.join(root, 'group'))
    patient = ['timeout', str(PATIENCE_S), program]
    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'text': True, 'env': env}
    bobs, for_bob, for_all = (os.path.join(root, name) for name in ('bob.who', 'bob.invitation', 'invitation'))

    def do(*words, to=os.devnull):
        good, told = run(*patient, *words, env=env)
        with open(to, 'w', encoding='utf-8') as file:
            file.write(told)
        return good, told

    def say(who, text):
        who.stdin.write(text + '\n')
        who.stdin.flush()

    done = [do('bob', 'who', to=bobs), do('alice', 'create', 'sesame'),
            do('alice', 'invite', bobs, to=for_bob), do('alice', 'invite', to=for_all), do('bob', 'join', for_bob),
            do('carol', 'join', for_all, 'sesame'), do('dave', 'join', for_all, 'barley')]
    if not tap.test('examples/group-chat-is-made', all(good for good, _ in done), repr(done)):
        return
    known = sorted(os.walk(os.path.join(root, 'group')))
    good, told = do('eve', 'whoever')
    tap.test('examples/group-chat-makes-nobody-up', not good and told.startswith('usage:')
             and sorted(os.walk(os.path.join(root, 'group'))) == known, told)
    good, told = do('dave', 'join', for_bob)
    tap.test('examples/group-chat-for-one', not good and 'the invitation is not for us' in told, told)
    with subprocess.Popen(patient + ['alice', 'chat'], **pipes) as alice:
        heard = [alice.stdout.readline()]
        where = ['::1', heard[0].split()[-1]]
        with subprocess.Popen(patient + ['bob', 'chat', *where], **pipes) as bob, \
                subprocess.Popen(patient + ['carol', 'chat', *where], **pipes) as carol:
            heard += [bob.stdout.readline(), carol.stdout.readline()]
            say(bob, 'hello')
            heard += [alice.stdout.readline(), carol.stdout.readline()]
            say(carol, '@alice psst')
            heard += [alice.stdout.readline()]
            good, told = do('dave', 'chat', *where)
            bob.stdin.close()
            carol.stdin.close()
        alice.stdin.close()
    tap.test('examples/group-chat', all(line.startswith('* online at port ') for line in heard[:3])
             and heard[3:] == ['bob: hello\n'] * 2 + ['carol to you: psst\n']
             and alice.returncode == 0 and bob.returncode == 0 and carol.returncode == 0, repr(heard))
    tap.test('examples/group-chat-refuses', not good and 'who is there does not let us in' in told, told)


def test_displays(tap, args, installed, compiler, root):
    """The examples that list displays, in both languages, with a wpa_supplicant that knows one."""
    program = os.path.join(root, 'displays')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags'), '-o', program,
                     os.path.join(EXAMPLES, 'displays.c'), '-x', 'none', *installed.flags('--libs'))
    if not tap.test('examples/displays-links', good, told):
        return
    no_bus = dict(installed.env, DBUS_SYSTEM_BUS_ADDRESS='unix:path=' + os.path.join(root, 'no bus'))
    commands = {'c': [program]}
    if PYTHON is not None:
        commands['python'] = [PYTHON, os.path.join(EXAMPLES, 'displays.py')]
    for name, command in commands.items():
        with subprocess.Popen(['timeout', str(PATIENCE_S), args.fake_wpas, *command, 'Living room'],
                              env=installed.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True) as lab:
            told = lab.stdout.read()
        if lab.returncode == 77:
            tap.skip('examples/displays-in-' + name, 'dbus-daemon is not installed')
        else:
            tap.test('examples/displays-in-' + name,
                     lab.returncode == 0 and '\n02:00:00:00:01:00 Living room\n' in '\n' + told, told)
            # The end of the program is not that of the display.
            tap.test('examples/displays-end-in-' + name, 'is gone' not in told, told)
        good, told = run('timeout', str(PATIENCE_S), *command, '--help', env=no_bus)
        tap.test('examples/displays-help-in-' + name, good and told.startswith('usage: displays'), told)
        good, told = run('timeout', str(PATIENCE_S), *command, env=no_bus)
        tap.test('examples/displays-without-a-bus-in-' + name,
                 not good and told.startswith('Looking for displays') and 'D-Bus' in told, told)


def test_cast(tap, args, installed, root):
    """The example that casts with an element: it says each step, and what is wrong in the last."""
    if PYTHON is None or not run(PYTHON, '-c', 'import gi; gi.require_version("Gst", "1.0")')[0]:
        tap.skip('examples/cast', 'no Python here has GStreamer (Debian: gir1.2-gstreamer-1.0)')
        return
    command = [PYTHON, os.path.join(EXAMPLES, 'cast.py'), 'Living room']
    no_bus = dict(installed.env, DBUS_SYSTEM_BUS_ADDRESS='unix:path=' + os.path.join(root, 'no bus'))
    good, told = run('timeout', str(PATIENCE_S), *command, env=no_bus)
    tap.test('examples/cast-without-a-bus', not good and told.startswith('discover: Looking for Living room\n')
             and told.splitlines()[-1].startswith('discover: There is no system message bus'), told)
    tap.test('examples/cast-says-an-error-once', told.count('There is no system message bus') == 1, told)
    nowhere = dict(installed.env, GST_PLUGIN_PATH='', GST_PLUGIN_SYSTEM_PATH='',
                   GST_REGISTRY=os.path.join(root, 'no elements'))
    good, told = run('timeout', str(PATIENCE_S), *command, env=nowhere)
    tap.test('examples/cast-without-the-element', not good and 'meson devenv' in told.splitlines()[-1], told)
    # There is no interface of that name.
    lab = subprocess.run(['timeout', str(PATIENCE_S), args.fake_wpas, *command], env=installed.env,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, check=False)
    if lab.returncode == 77:
        tap.skip('examples/cast', 'dbus-daemon is not installed')
    else:
        # What watches over the bus may have the last word.
        told = [line for line in lab.stdout.splitlines() if not line.startswith('cleaning up pid')]
        tap.test('examples/cast', lab.returncode == 1 and '\npair: Pairing with Living room: ' in lab.stdout
                 and told[-1].startswith('address: '), lab.stdout)


# What link.c and link.py print: paired, closed, opened again, closed for good.
OPENED = ("p2p-wlan0-0 of Living room, 5180 MHz, from 192.168.42.100 to 192.168.42.1\n"
          "peers 1\nrole 'client'\npersistent true\nfrequency-mhz 5180\npeer '02:00:00:00:01:00'\n")
CLOSED = 'closed\npeers %d\nrole -\npersistent -\nfrequency-mhz -\npeer -\n'
LINK = OPENED + CLOSED % 1 + OPENED + CLOSED % 0
# The interface of the group, where we may set addresses.
GROUP = 'ip link add p2p-wlan0-0 type veth peer name p2p-wlan0-1 && exec "$@"'


def find_network():
    """What a command with a network of its own begins with, or None."""
    unshare = ['unshare', '-n'] if os.getuid() == 0 else ['unshare', '-rn']
    command = unshare + ['sh', '-c', GROUP, 'sh']
    return command if run(*command, 'true')[0] else None


def test_link(tap, args, installed, compiler, root):
    """A link in C and in Python, with a wpa_supplicant that opens what is asked for."""
    program = os.path.join(root, 'link')
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags'), '-o', program,
                     os.path.join(HERE, 'link.c'), '-x', 'none', *installed.flags('--libs'))
    if not tap.test('link/program-links', good, told):
        return
    network = find_network()
    commands = {'c': [program]}
    if PYTHON is not None:
        commands['python'] = [PYTHON, os.path.join(HERE, 'link.py')]
    for name, command in commands.items():
        if network is None:
            tap.skip('link/in-' + name, 'no network namespace, no ip, or a kernel without veth')
            continue
        lab = subprocess.run(['timeout', str(PATIENCE_S), *network, args.fake_wpas, *command], env=installed.env,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, check=False)
        if lab.returncode == 77:
            tap.skip('link/in-' + name, 'dbus-daemon is not installed')
        else:
            tap.test('link/in-' + name, lab.returncode == 0 and lab.stdout == LINK, lab.stdout + lab.stderr)


def test_winapi_example(tap, args, installed, language, compiler, root):
    """The program written for Windows, to a device that is there and not paired."""
    packages = ('wfd-winapi', 'wfd-winapi-events')
    program = os.path.join(root, 'open-session-' + language)
    good, told = run(*compiler, *C_FLAGS, *installed.flags('--cflags', packages=packages), '-o', program,
                     os.path.join(EXAMPLES, 'winapi', 'open-session.c'), '-x', 'none',
                     *installed.flags('--libs', packages=packages))
    if not tap.test('%s/winapi/example-links' % language, good, told):
        return
    lab = subprocess.run(['timeout', str(PATIENCE_S), args.fake_wpas, program, '02:00:00:00:01:00'],
                         env=installed.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    if lab.returncode == 77:
        tap.skip('%s/winapi/example' % language, 'dbus-daemon is not installed')
    else:
        tap.test('%s/winapi/example' % language,
                 lab.returncode == 1 and 'forgotten it: error 1168, reason 0x80002\n' in lab.stdout, lab.stdout)


def test_plugin(tap, installed):
    inspect = 'gst-inspect-1.0'
    if not run(inspect, '--version')[0]:
        tap.skip('plugin', 'gst-inspect-1.0 is not installed')
        return
    for feature in ('rtspwfd', 'wfdsrc', 'wfdsink'):
        good, told = run(inspect, feature, env=installed.env)
        tap.test('plugin/' + feature, good and installed.libdir in told, told)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ('build', 'prefix', 'libdir', 'includedir', 'api', 'symbols', 'cc', 'cxx', 'fake-wpas'):
        parser.add_argument('--' + name, required=True)
    args = parser.parse_args()
    with open(args.symbols, encoding='utf-8') as file:
        symbols = [line.strip() for line in file if not line.startswith('#')]

    tap = Tap()
    # The blank is part of the test.
    with tempfile.TemporaryDirectory(prefix='wfd installed ') as root:
        good, told = run('meson', 'install', '-C', args.build, '--no-rebuild', '--quiet', '--destdir', root)
        installed = Installation(args, root)
        if tap.test('install', good, told):
            installed.adapt_pkgconfig()
            flags = installed.flags('--cflags')
            if tap.test('pkg-config', flags is not None and installed.flags('--libs') is not None):
                for language, compiler in languages(args):
                    if compiler is None:
                        tap.skip(language, 'no compiler for it')
                        continue
                    test_headers(tap, installed, language, compiler, flags)
                    test_program(tap, installed, language, compiler, root)
                    test_winapi_headers(tap, installed, language, compiler)
                    test_winapi_program(tap, installed, language, compiler, root)
                    test_winapi_example(tap, args, installed, language, compiler, root)
            gir = os.path.join(installed.prefix, 'share', 'gir-1.0', 'Wfd-%s.gir' % installed.api)
            if os.path.exists(gir):
                test_gir(tap, gir, symbols)
                test_python(tap, installed)
                test_examples(tap, installed, languages(args)[0][1], root)
                test_peer_chat(tap, installed, languages(args)[0][1], root)
                test_group_chat(tap, installed, languages(args)[0][1], root)
                test_displays(tap, args, installed, languages(args)[0][1], root)
                test_cast(tap, args, installed, root)
                test_link(tap, args, installed, languages(args)[0][1], root)
            else:
                tap.skip('gir', 'built without introspection')
            test_plugin(tap, installed)
        test_uninstalled(tap, args, languages(args)[0][1], root)
    print('1..%d' % tap.count)
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
