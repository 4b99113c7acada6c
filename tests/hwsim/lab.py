# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices with simulated radios, inside the guest: each is a network namespace with
one radio, its own message bus, its own wpa_supplicant and a wifi-peer that speaks
to it. Nothing is asked of a device but what its wifi-peer is told.

All times are of the guest, in which no machine is slow: what takes longer than it
may has waited for something."""
import ctypes
import mmap
import os
import random
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import traceback

FOLDER = '/run/lab'
CLONE_NEWNET = 0x40000000
HOME = os.open('/proc/self/ns/net', os.O_RDONLY)
PEER = os.environ['WFD_WIFI_PEER']
SCRIPT = os.environ['WFD_DHCP_SCRIPT']
INSTALLED_SCRIPT = os.environ['WFD_INSTALLED_DHCP_SCRIPT']
GST_PEER = os.environ['WFD_GST_PEER']
START = time.monotonic()
with open('/sys/devices/system/clocksource/clocksource0/current_clocksource', encoding='utf-8') as clock:
    HAS_OWN_TIME = clock.read() == 'time-travel-clock\n'
# Which radios one hears: those that have a bit in common with it.
EVERYBODY, NOBODY = 1, 2

BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow send_type="method_call"/><allow send_type="signal"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_type="method_return"/>
<allow receive_type="error"/></policy>
<policy user="nobody"><deny send_destination="fi.w1.wpa_supplicant1"/></policy></busconfig>
'''


def say(*words):
    print('[%7.2f]' % (time.monotonic() - START), *words, flush=True)


class Failure(Exception):
    pass


def run(*words, **options):
    words = [str(word) for word in words]
    done = subprocess.run(words, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise Failure('%s ends with %d: %s' % (' '.join(words), done.returncode, done.stdout))
    return done.stdout


DEVICES = []
LOG_LINES = 15


def tell_failure(kind, error, trace):
    """Of all devices what nobody has waited for; and last, where it is seen whatever is cut, the reason."""
    for device in DEVICES:
        device.tell_state()
    traceback.print_exception(kind, error, trace)
    reason = '%s: %s' % (kind.__name__, re.sub(r'\s+', ' ', str(error)).strip())
    with open('/run/vm/reason', 'w', encoding='utf-8') as file:
        file.write(reason + '\n')
    print('FAILED after %.2f s: %s' % (time.monotonic() - START, reason), file=sys.stderr, flush=True)


sys.excepthook = tell_failure


def wait_until(condition, what, timeout=20):
    end = time.monotonic() + timeout
    pause_s = 0.05
    while not condition():
        if time.monotonic() > end:
            raise Failure('%s: not in %d s' % (what, timeout))
        time.sleep(pause_s)
        # What takes long is looked at less often: to ask takes time of the machine.
        pause_s = min(1.2 * pause_s, 0.5)


def need_own_time():
    """For what is about moments, or takes too long in an emulated guest."""
    if not HAS_OWN_TIME:
        print('skipped: only in a guest of User Mode Linux, which tests/hwsim/prepare --uml makes')
        sys.exit(77)


# Elsewhere than in User Mode Linux, whoever waits for a file or is woken is as late as the machine is busy.
SLACK = 1 if HAS_OWN_TIME else 5


def check_time(what, took_s, most_s, slack=SLACK):
    say('%s: %.2f s' % (what, took_s))
    if took_s > most_s * slack:
        raise Failure('%s took %.2f s, more than %.1f s' % (what, took_s, most_s))


def check_median(what, times_s, most_s):
    """A single one is a matter of chance."""
    say('%s: %s' % (what, ' '.join('%.2f' % time_s for time_s in sorted(times_s))))
    check_time(what + ', in half of the times', statistics.median(times_s), most_s)


LOADED = set()


def load(process):
    """Into memory, all files that @process has mapped, so that nothing has to wait for them later."""
    if HAS_OWN_TIME:
        return
    with open('/proc/%d/maps' % process.pid, encoding='utf-8') as maps:
        paths = set(re.findall(r' (/\S+)$', maps.read(), re.M)) - LOADED
    for path in filter(os.path.isfile, paths):
        with open(path, 'rb') as file:
            mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE | mmap.MAP_POPULATE, mmap.PROT_READ).close()
    LOADED.update(paths)


class Device:
    """With radio number @radio; @config: more lines of wpa_supplicant's file; @interface: what it is called."""

    def __init__(self, name, radio, *arguments, config='', programs=None, interface=None):
        self.name = name
        self.phy = 'phy%d' % radio
        self.interface = 'wlan%d' % radio
        self.program = PEER
        self.arguments = ['--name', name, '--script', SCRIPT, *arguments]
        if programs is not None:
            self.arguments += ['--programs', programs]
        self.folder = os.path.join(FOLDER, name)
        os.makedirs(self.folder)
        run('ip', 'netns', 'add', name)
        run('iw', 'phy', self.phy, 'set', 'netns', 'name', name)
        self.namespace = os.open('/run/netns/' + name, os.O_RDONLY)
        self.inside('ip', 'link', 'set', 'lo', 'up')
        if interface is not None:
            self.inside('ip', 'link', 'set', self.interface, 'name', interface)
            self.interface = interface
        self.config = config
        # Otherwise it listens on a channel of its choice, another one at each start.
        self.listening = 'p2p_listen_reg_class=81\np2p_listen_channel=6\n'
        self.file = os.path.join(self.folder, 'wpas.conf')
        self.control = os.path.join(self.folder, 'all')
        self.supplicant_log = '/run/vm/wpas-%s.log' % name
        self.forget_pairings()
        self.start_bus()
        self.supplicant = self.peer = None
        # Of its elements; -1: left to wpa_supplicant.
        self.go_intent = -1
        self.lines = []
        self.told_s = self.heard_s = 0
        DEVICES.append(self)
        self.start_supplicant()
        self.start_peer()

    def enter(self):
        ctypes.CDLL(None).setns(self.namespace, CLONE_NEWNET)

    def inside(self, *words):
        return run(*words, preexec_fn=self.enter)

    def spawn(self, *words, **options):
        environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.bus, XDG_RUNTIME_DIR=self.folder,
                           G_DEBUG='fatal-criticals')
        return subprocess.Popen([str(word) for word in words], preexec_fn=self.enter,
                                env=environment, **options)

    def start_bus(self):
        path = os.path.join(self.folder, 'bus')
        self.bus = 'unix:path=' + path
        with open(path + '.conf', 'w', encoding='utf-8') as file:
            file.write(BUS % path)
        self.bus_process = int(run('dbus-daemon', '--config-file=' + path + '.conf', '--nopidfile',
                                   '--fork', '--print-pid'))

    # --- its wpa_supplicant ---

    def forget_pairings(self):
        """It reads this when it starts."""
        with open(self.file, 'w', encoding='utf-8') as file:
            file.write('update_config=1\nctrl_interface=%s/control\n%s%s'
                       % (self.folder, self.listening, self.config))

    def change_key(self):
        """Of the pairing; it reads this when it starts."""
        with open(self.file, encoding='utf-8') as file:
            text = file.read()
        text, n = re.subn(r'psk=(".*"|[0-9a-f]+)', 'psk=' + 64 * '5', text)
        if n == 0:
            raise Failure('%s: no key in %s' % (self.name, text))
        with open(self.file, 'w', encoding='utf-8') as file:
            file.write(text)

    def start_supplicant(self):
        shutil.rmtree(self.folder + '/control', ignore_errors=True)
        log = open(self.supplicant_log, 'a', encoding='utf-8')
        # It finds the switch of its radio only with the /sys of its namespace (and after those
        # of other namespaces not at all: only for the first radio).
        self.supplicant = self.spawn('ip', 'netns', 'exec', self.name, 'wpa_supplicant', '-u', '-t', '-g', self.control,
                                     '-D', 'nl80211', '-i', self.interface, '-c', self.file, stdout=log, stderr=log)
        wait_until(self.has_supplicant, self.name + ': wpa_supplicant on the bus')
        load(self.supplicant)

    def has_supplicant(self):
        if self.supplicant.poll() is not None:
            raise Failure('%s: wpa_supplicant has ended' % self.name)
        return 'true' in run('dbus-send', '--bus=' + self.bus, '--print-reply',
                             '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner',
                             'string:fi.w1.wpa_supplicant1')

    def kill_supplicant(self):
        self.supplicant.kill()
        self.supplicant.wait()

    def ask_supplicant(self, command, interface=None, path=None):
        """For what a device does that is none of ours."""
        path = path or os.path.join(self.folder, 'control', interface or 'p2p-dev-' + self.interface)
        mine = os.path.join(self.folder, 'asking')
        wait_until(lambda: os.path.exists(path), path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as control:
            control.bind(mine)
            try:
                control.connect(path)
                control.settimeout(20)
                control.send(command.encode())
                answer = control.recv(65536).decode()
            finally:
                os.unlink(mine)
        say('%s: %s: %s' % (self.name, command, answer.strip()))
        if answer.startswith(('FAIL', 'UNKNOWN')):
            raise Failure('%s: %s: %s' % (self.name, command, answer))
        return answer

    # --- its wifi-peer ---

    def start_peer(self, *more):
        self.log = open('/run/vm/peer-%s.log' % self.name, 'a', encoding='utf-8')
        self.peer = self.spawn(self.program, *self.arguments, *more, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=self.log)
        self.lines = []
        self.rest = b''

    def start_pipeline(self, pipeline, launcher=()):
        """In the place of its wifi-peer, a gst-peer. @launcher: a program that runs another, with arguments"""
        self.log = open('/run/vm/gst-%s.log' % self.name, 'a', encoding='utf-8')
        self.peer = self.spawn(*launcher, GST_PEER, pipeline, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=self.log)
        self.lines = []
        self.rest = b''

    def restart_peer(self, *more):
        self.stop_peer()
        self.start_peer(*more)

    def use_program(self, program):
        """Another one in the place of its wifi-peer, with the same manners."""
        self.stop_peer()
        self.program, self.arguments = program, []
        self.start_peer()

    def tell(self, command):
        say('%s <- %s' % (self.name, command))
        self.told_s = time.monotonic()
        self.peer.stdin.write(command.encode() + b'\n')
        self.peer.stdin.flush()

    def read_lines(self, timeout):
        if not select.select([self.peer.stdout], [], [], max(0, timeout))[0]:
            return
        octets = os.read(self.peer.stdout.fileno(), 65536)
        if not octets:
            raise Failure('%s: wifi-peer has ended with %s' % (self.name, self.peer.wait()))
        *lines, self.rest = (self.rest + octets).split(b'\n')
        for line in lines:
            at_s, text = line.decode().split(' ', 1)
            print('[%7.2f] %s -> %s' % (float(at_s) - START, self.name, text), flush=True)
            self.lines.append((float(at_s), text))

    def wait(self, pattern, timeout=120):
        """The next line that matches, and what stands before it is forgotten."""
        end = time.monotonic() + timeout
        while True:
            while self.lines:
                self.heard_s, line = self.lines.pop(0)
                found = re.search(pattern, line)
                if found:
                    return found
                if line.startswith('failed') and not pattern.startswith(('failed', '.*failed', '^failed')):
                    raise Failure('%s: %s' % (self.name, line))
            if time.monotonic() > end:
                raise Failure('%s: no “%s” in %d s' % (self.name, pattern, timeout))
            self.read_lines(end - time.monotonic())

    def tell_state(self):
        """Where a test has failed, so that nothing here may."""
        try:
            if self.peer is not None:
                self.read_lines(0)
            print('--- %s: %s' % (self.name, self.interfaces()))
            with open(self.supplicant_log, encoding='utf-8', errors='replace') as log:
                print('--- of its wpa_supplicant:\n' + ''.join(log.readlines()[-LOG_LINES:]), flush=True)
        except (Failure, OSError, ValueError) as error:
            print('--- %s: %s' % (self.name, error), flush=True)

    def drop_lines(self):
        """What it has said until now."""
        self.read_lines(0)
        self.lines.clear()

    def get_took_s(self):
        """From what it was told last to what was waited for last."""
        return self.heard_s - self.told_s

    def quiet(self, pattern, seconds):
        """Nothing that matches has come, or comes in this time."""
        end = time.monotonic() + seconds
        self.read_lines(0)
        while time.monotonic() < end:
            self.read_lines(end - time.monotonic())
        for _, line in self.lines:
            if re.search(pattern, line):
                raise Failure('%s: %s' % (self.name, line))

    def wait_opened(self, timeout=120):
        """What is known of the link that has been opened."""
        text = self.wait('^opened (.*)', timeout)[1]
        return dict(re.findall(r"'([a-z-]+)': <(?:int64 |uint32 )?'?([^'>]*)'?>", text))

    def stats(self, what='stats'):
        self.tell(what)
        return dict(re.findall(r"'([a-z-]+)': <(?:int64 |uint32 )?'?([^'>]*)'?>", self.wait('^%s (.*)' % what)[1]))

    def ping(self, address, interface):
        self.inside('busybox', 'ping', '-c', '2', '-i', '0.2', '-W', '2', '-I', interface, address)

    def set_group(self, group):
        """Which radios it hears."""
        path = '/sys/kernel/debug/ieee80211/%s/hwsim/group' % self.phy
        with open(path, 'w', encoding='utf-8') as file:
            file.write('%d' % group)

    def interfaces(self):
        return self.inside('ip', '-br', 'addr')

    def groups(self):
        """Interfaces of groups that are there; asked often, so without a program."""
        self.enter()
        try:
            names = [name for _, name in socket.if_nameindex()]
        finally:
            ctypes.CDLL(None).setns(HOME, CLONE_NEWNET)
        return [name for name in names if name.startswith('p2p-')]

    def wait_no_group(self, timeout=20):
        try:
            wait_until(lambda: not self.groups(), self.name + ': no group is left', timeout)
        except Failure:
            say(self.inside('iw', 'dev'))
            raise

    def stop_peer(self):
        self.tell('quit')
        if self.peer.wait(20) != 0:
            raise Failure('%s: wifi-peer ends with %s' % (self.name, self.peer.returncode))

    def stop(self):
        for process in (self.peer, self.supplicant):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(20)
        os.kill(self.bus_process, signal.SIGTERM)


shutil.rmtree(FOLDER, ignore_errors=True)


class Medium:
    """What is between the radios of all devices, while it is there; for groups that stand."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ['WFD_MEDIUM']], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.expect('ready')

    def expect(self, line):
        if self.process.stdout.readline() != line + '\n':
            raise Failure('the medium does not say “%s”' % line)

    def tell(self, command):
        say('medium <-', command)
        self.process.stdin.write(command + '\n')
        self.process.stdin.flush()
        self.expect('done ' + command)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)


# --- two of them ---


def find_both(*devices):
    for device in devices:
        device.tell('find')
        device.wait('^done find')
        # In step with each other they would find each other late.
        time.sleep(random.uniform(0.5, 1))


def wait_both(first, second):
    """Until both have the link open, and reach each other over it; for how long @first
    had to wait for that."""
    one, other = first.wait_opened(), second.wait_opened()
    took_s = max(first.heard_s, second.heard_s) - first.told_s
    say('both open after %.2f s' % took_s)
    if {one['role'], other['role']} != {'owner', 'client'}:
        raise Failure('one is %s, the other %s' % (one['role'], other['role']))
    if one['frequency-mhz'] != other['frequency-mhz']:
        raise Failure('on %s and %s MHz' % (one['frequency-mhz'], other['frequency-mhz']))
    if one['local-address'] != other['peer-address'] or one['peer-address'] != other['local-address']:
        raise Failure('addresses: %s and %s' % (one, other))
    first.ping(one['peer-address'], one['interface'])
    second.ping(other['peer-address'], other['interface'])
    return one, other, took_s


# Shown or entered where one is known before.
PIN = '12345670'
ANSWERS = {'pbc': 'pbc', 'display': 'keypad', 'keypad': 'display'}


def ask(first, second, pairing, pin=PIN):
    """@first asks to be paired; the request that @second hears, and the PIN that it needs."""
    first.tell(('connect %s %s %s' % (second.name, pairing, pin if pairing == 'keypad' else '')).strip())
    if pairing == 'display':
        pin = first.wait(r'^pin (\d+)')[1]
    peer = second.wait(r'^request (\S+) %s' % ANSWERS[pairing])[1]
    return peer, '' if pairing == 'pbc' else pin


def pair(first, second, pairing):
    """@first asks, and @second answers its request."""
    peer, pin = ask(first, second, pairing)
    second.tell(('connect %s %s %s' % (peer, ANSWERS[pairing], pin)).strip())
    return wait_both(first, second)


def reopen(first, second):
    # A group before that nobody has waited for is none of this one.
    second.drop_lines()
    first.tell('reopen ' + second.name)
    return wait_both(first, second)


def close(first, second):
    first.tell('disconnect')
    first.wait('^done disconnect')
    second.wait('^lost')
    first.wait_no_group()
    second.wait_no_group()
