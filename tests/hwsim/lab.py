# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices with simulated radios, inside the guest: each is a network namespace with
one radio, its own message bus, its own wpa_supplicant and a wifi-peer that speaks
to it. Nothing is asked of a device but what its wifi-peer is told."""
import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import time

FOLDER = '/run/lab'
CLONE_NEWNET = 0x40000000
PEER = os.environ['WFD_WIFI_PEER']
SCRIPT = os.environ['WFD_DHCP_SCRIPT']
START = time.monotonic()

BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow send_type="method_call"/><allow send_type="signal"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_type="method_return"/>
<allow receive_type="error"/></policy></busconfig>
'''


def say(*words):
    print('[%7.2f]' % (time.monotonic() - START), *words, flush=True)


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options).stdout


class Failure(Exception):
    pass


class Device:
    """With radio number @radio; @config: more lines of wpa_supplicant's file."""

    def __init__(self, name, radio, *arguments, config='', programs=None):
        self.name = name
        self.phy = 'phy%d' % radio
        self.interface = 'wlan%d' % radio
        self.arguments = ['--name', name, '--script', SCRIPT, *arguments]
        if programs is not None:
            self.arguments += ['--programs', programs]
        self.folder = os.path.join(FOLDER, name)
        os.makedirs(self.folder)
        run('ip', 'netns', 'add', name)
        run('iw', 'phy', self.phy, 'set', 'netns', 'name', name)
        self.namespace = os.open('/run/netns/' + name, os.O_RDONLY)
        self.inside('ip', 'link', 'set', 'lo', 'up')
        self.file = os.path.join(self.folder, 'wpas.conf')
        with open(self.file, 'w', encoding='utf-8') as file:
            # Otherwise it listens on a channel of its choice, another one at each start.
            file.write('update_config=1\nconfig_methods=virtual_push_button virtual_display keypad\n'
                       'p2p_listen_reg_class=81\np2p_listen_channel=6\n' + config)
        self.start_bus()
        self.supplicant = self.peer = None
        self.lines = []
        self.start_supplicant()
        self.start_peer()

    def enter(self):
        ctypes.CDLL(None).setns(self.namespace, CLONE_NEWNET)

    def inside(self, *words):
        return run(*words, preexec_fn=self.enter)

    def spawn(self, *words, **options):
        environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.bus, G_DEBUG='fatal-criticals')
        return subprocess.Popen([str(word) for word in words], preexec_fn=self.enter,
                                env=environment, **options)

    def start_bus(self):
        path = os.path.join(self.folder, 'bus')
        self.bus = 'unix:path=' + path
        with open(path + '.conf', 'w', encoding='utf-8') as file:
            file.write(BUS % path)
        self.bus_process = int(run('dbus-daemon', '--config-file=' + path + '.conf', '--nopidfile',
                                   '--fork', '--print-pid'))

    def start_supplicant(self):
        log = open('/run/vm/wpas-%s.log' % self.name, 'a', encoding='utf-8')
        self.supplicant = self.spawn('wpa_supplicant', '-u', '-t', '-D', 'nl80211', '-i',
                                     self.interface, '-c', self.file, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while 'true' not in run('dbus-send', '--bus=' + self.bus, '--print-reply',
                                '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner',
                                'string:fi.w1.wpa_supplicant1'):
            if time.monotonic() > end or self.supplicant.poll() is not None:
                raise Failure('%s: wpa_supplicant does not start' % self.name)
            time.sleep(0.05)

    def kill_supplicant(self):
        self.supplicant.kill()
        self.supplicant.wait()

    def start_peer(self, *more):
        self.log = open('/run/vm/peer-%s.log' % self.name, 'a', encoding='utf-8')
        self.peer = self.spawn(PEER, *self.arguments, *more, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=self.log)
        self.rest = b''

    def tell(self, command):
        say('%s <- %s' % (self.name, command))
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
            say('%s -> %s' % (self.name, line.decode()))
            self.lines.append(line.decode())

    def wait(self, pattern, timeout=120):
        """The next line that matches, and what stands before it is forgotten."""
        end = time.monotonic() + timeout
        while True:
            while self.lines:
                line = self.lines.pop(0)
                found = re.search(pattern, line)
                if found:
                    return found
                if line.startswith('failed') and not pattern.startswith(('failed', '.*failed')):
                    raise Failure('%s: %s' % (self.name, line))
            if time.monotonic() > end:
                raise Failure('%s: no “%s” in %d s' % (self.name, pattern, timeout))
            self.read_lines(end - time.monotonic())

    def quiet(self, pattern, seconds):
        """Nothing that matches comes in this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read_lines(end - time.monotonic())
            for line in self.lines:
                if re.search(pattern, line):
                    raise Failure('%s: %s' % (self.name, line))

    def wait_opened(self, timeout=120):
        """What is known of the link that has been opened."""
        text = self.wait('^opened (.*)', timeout)[1]
        return dict(re.findall(r"'([a-z-]+)': <'?([^'>]*)'?>", text))

    def stats(self):
        self.tell('stats')
        return dict(re.findall(r"'([a-z-]+)': <(?:int64 |uint32 )?'?([^'>]*)'?>", self.wait('^stats (.*)')[1]))

    def ping(self, address, interface):
        self.inside('busybox', 'ping', '-c', '2', '-W', '2', '-I', interface, address)

    def set_group(self, group):
        """Which radios it hears: those that have a bit of @group in common with it."""
        path = '/sys/kernel/debug/ieee80211/%s/hwsim/group' % self.phy
        with open(path, 'w', encoding='utf-8') as file:
            file.write('%d' % group)

    def interfaces(self):
        return self.inside('ip', '-br', 'addr')

    def groups(self):
        """Interfaces of groups that are there."""
        return re.findall(r'^(p2p-%s-\d+)' % self.interface, self.interfaces(), re.M)

    def wait_no_group(self):
        end = time.monotonic() + 20
        while self.groups():
            if time.monotonic() > end:
                raise Failure('%s: a group is left: %s' % (self.name, self.groups()))
            time.sleep(0.1)

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


# --- two of them ---


def find_both(*devices):
    for device in devices:
        device.tell('find')
        device.wait('^done find')


def wait_both(first, second):
    """Until both have the link open, and reach each other over it."""
    start = time.monotonic()
    one, other = first.wait_opened(), second.wait_opened()
    say('both open after %.2f s' % (time.monotonic() - start))
    if {one['role'], other['role']} != {'owner', 'client'}:
        raise Failure('one is %s, the other %s' % (one['role'], other['role']))
    if one['local-address'] != other['peer-address'] or one['peer-address'] != other['local-address']:
        raise Failure('addresses: %s and %s' % (one, other))
    first.ping(one['peer-address'], one['interface'])
    second.ping(other['peer-address'], other['interface'])
    return one, other


def pair(first, second, pairing, answer):
    """@first asks, and @second answers its request."""
    first.tell('connect %s %s' % (second.name, pairing))
    pin = first.wait(r'^pin (\d+)')[1] if pairing == 'display' else ''
    peer = second.wait(r'^request (\S+) %s' % answer)[1]
    second.tell(('connect %s %s %s' % (peer, answer, pin)).strip())
    return wait_both(first, second)


def reopen(first, second):
    first.tell('reopen ' + second.name)
    return wait_both(first, second)


def close(first, second):
    first.tell('disconnect')
    first.wait('^done disconnect')
    second.wait('^lost')
