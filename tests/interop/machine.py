# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a test takes from the machine: programs, a network of its own, processes that end with it."""

import ctypes
import ctypes.util
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
TERM_PATIENCE_S = 3

_libc = ctypes.CDLL(None, use_errno=True)


class Missing(Exception):
    """This machine lacks a part; the text says which."""


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Missing('%s is not installed' % program)


def need_elements(*elements):
    """GStreamer elements."""
    need('gst-inspect-1.0')
    for element in elements:
        if subprocess.run(['gst-inspect-1.0', '--exists', element], check=False).returncode:
            raise Missing('GStreamer has no %s' % element)


def enter_private_network():
    """Move this process into a network with nothing but a loopback; False if it may not.

    Ports of other programs are then not in the way (gnome-network-displays can only listen on
    7236), and ours are not in theirs.
    """
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNET if uid == 0 else CLONE_NEWNET | CLONE_NEWUSER
    if _libc.unshare(flags):
        return False
    if uid:
        _write('/proc/self/setgroups', 'deny')
        _write('/proc/self/uid_map', '%d %d 1' % (uid, uid))
        _write('/proc/self/gid_map', '%d %d 1' % (gid, gid))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack('16sh14x', b'lo', 0))
        flags = struct.unpack('16sh14x', request)[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', flags | IFF_UP))
    return True


def can_have_private_networks():
    """Whether enter_private_network() works here, tried in a child."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if enter_private_network() else 1
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _write(path, text):
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)


def die_with_parent():
    """For preexec_fn: the kernel ends the child when we are gone, however that came."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def is_listening(port):
    """Whether a TCP socket listens on the port, without disturbing it by a connection."""
    with open('/proc/net/tcp', encoding='ascii') as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return any(row[3] == '0A' and int(row[1].split(':')[1], 16) == port for row in rows)


def slowness():
    """By how much this machine is slower than a quiet one: limits of time are stretched by it."""
    return max(1.0, os.getloadavg()[0] / os.cpu_count())


def wait_until(is_true, timeout_s, what):
    deadline = time.monotonic() + timeout_s
    while True:
        value = is_true()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError('%s did not come within %g s' % (what, timeout_s))
        time.sleep(0.02)


class Processes:
    """Programs with logs in one folder, stopped in the reverse order of their start."""

    def __init__(self, folder, env):
        self.folder = folder
        self.env = env
        self.running = []

    def start(self, name, command, env=None, **options):
        with open(self.log_path(name), 'wb') as log:
            process = subprocess.Popen(
                command, env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, preexec_fn=die_with_parent, **options)
        self.running.append(process)
        return process

    def start_screen(self, width, height):
        """An X server without a screen; return the value for DISPLAY."""
        read_end, write_end = os.pipe()
        self.start('xvfb', ['Xvfb', '-displayfd', str(write_end), '-screen', '0',
                            '%dx%dx24' % (width, height), '-nolisten', 'tcp', '-noreset'],
                   pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError('Xvfb did not start: %s' % self.log('xvfb'))
        return ':' + number

    def log_path(self, name):
        return os.path.join(self.folder, name + '.log')

    def log(self, name):
        with open(self.log_path(name), encoding='utf-8', errors='replace') as file:
            return file.read()

    def output_of(self, *command):
        """What a short program says, '' if it fails."""
        done = subprocess.run(command, env=self.env, stdout=subprocess.PIPE, timeout=20,
                              stderr=subprocess.DEVNULL, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ''

    def stop(self):
        for process in reversed(self.running):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(TERM_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def new_folder(prefix):
    """A folder that only we can read, with a path short enough for a socket in it."""
    return tempfile.mkdtemp(prefix=prefix)
