#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs Debian's gnome-network-displays without a desktop, as a Wi-Fi Display source on loopback.

Its hidden test sink (NETWORK_DISPLAYS_DUMMY=1) makes it listen on TCP 7236 as soon as somebody
chooses that sink in its window, so it gets an X server, a bus and a sound server of its own, and
xdotool presses the button. As a program: gnd.py [options] -- COMMAND runs the command beside it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys

import machine

PORT = 7236
SCREEN = (1920, 1080)
# Where the row of the test sink is in the window of version 0.90.5, in pixels.
ROW = ('300', '139')

PROGRAMS = ('gnome-network-displays', 'Xvfb', 'dbus-daemon', 'pulseaudio', 'xdotool',
            'gst-launch-1.0')
ELEMENTS = ('ximagesrc', 'intervideosrc', 'mpegtsmux', 'h264parse', 'x264enc', 'avenc_aac',
            'ximagesink', 'pulsesrc')

# Not to eavesdrop on the bus, but to be let through by it: without eavesdrop="true" on
# send_destination the program waits for ever before it shows its window.
BUS_CONFIG = '''<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
'''

CONTENTS = {
    'scroll': ['pattern=smpte', 'horizontal-speed=4'],
    'ball': ['pattern=ball', 'motion=sweep'],
    'still': ['pattern=smpte100'],
}


class Gnd:
    """with Gnd () as source: it listens on 127.0.0.1:7236 for one sink; arm() for the next."""

    def __init__(self, content='ball', encoder='x264enc', sound=True):
        self.content, self.encoder, self.sound = content, encoder, sound
        self.folder = machine.new_folder('gnd-')
        self.processes = machine.Processes(self.folder, self._environment())
        self.app = None
        self.window = None

    @staticmethod
    def check():
        """Raise Missing if it cannot run here."""
        machine.need(*PROGRAMS)
        machine.need_elements(*ELEMENTS)
        if machine.is_listening(PORT):
            raise machine.Missing('something already listens on port %d' % PORT)

    def _environment(self):
        env = {key: os.environ[key] for key in ('PATH', 'TERM') if key in os.environ}
        env.update(
            HOME=self.folder, XDG_RUNTIME_DIR=self.folder, LANG='C.UTF-8',
            GSETTINGS_BACKEND='memory', NO_AT_BRIDGE='1', GDK_BACKEND='x11',
            # No NetworkManager and no firewalld: a bus that is not there.
            DBUS_SYSTEM_BUS_ADDRESS='unix:path=%s/none' % self.folder,
            DBUS_SESSION_BUS_ADDRESS='unix:path=%s/bus.sock' % self.folder,
            PULSE_SERVER='unix:%s/pulse.sock' % self.folder)
        return env

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        self.processes.env['DISPLAY'] = self.processes.start_screen(*SCREEN)
        self._start_bus()
        if self.sound:
            self._start_sound()
        self._start_app()
        self.arm()
        self._start_content()

    def _start_bus(self):
        config = os.path.join(self.folder, 'bus.conf')
        with open(config, 'w', encoding='ascii') as file:
            file.write(BUS_CONFIG % os.path.join(self.folder, 'bus.sock'))
        self.processes.start('bus', ['dbus-daemon', '--config-file=' + config, '--nofork'])
        self._wait_for_file('bus.sock')

    def _start_sound(self):
        module = 'module-native-protocol-unix socket=%s/pulse.sock auth-anonymous=1' % self.folder
        self.processes.start('pulse', ['pulseaudio', '-n', '--daemonize=no',
                                       '--exit-idle-time=-1', '--use-pid-file=no', '-L', module])
        self._wait_for_file('pulse.sock')

    def _wait_for_file(self, name):
        path = os.path.join(self.folder, name)
        machine.wait_until(lambda: os.path.exists(path), 10, path)

    def _start_app(self):
        self.app = self.processes.start(
            'gnd', ['gnome-network-displays'],
            env={'NETWORK_DISPLAYS_DUMMY': '1', 'G_MESSAGES_DEBUG': 'all',
                 'NETWORK_DISPLAYS_H264_ENC': self.encoder})
        self.window = machine.wait_until(self._find_window, 30, 'the window').split()[0]
        # A click before it has given up on the desktop portal is refused.
        self.wait_log('Falling back to X11', 30)
        if self.sound:
            self.wait_log('ready to grab audio', 30)

    def _find_window(self):
        return self.processes.output_of('xdotool', 'search', '--onlyvisible', '--name',
                                        '^Network Displays$')

    def wait_log(self, text, timeout_s=10):
        machine.wait_until(lambda: text in self.processes.log('gnd'), timeout_s,
                           '"%s" in the log' % text)

    def arm(self):
        """Choose the test sink; it listens then, until one sink has come and gone."""
        def click():
            # The moving picture may cover the window.
            self.processes.output_of('xdotool', 'windowraise', self.window, 'mousemove',
                                     '--window', self.window, *ROW, 'click', '1')
            try:
                machine.wait_until(lambda: machine.is_listening(PORT), 1, 'the port')
                return True
            except TimeoutError:
                return False
        machine.wait_until(click, 30, 'a listening port after the click')
        self.processes.output_of('xdotool', 'mousemove', '1', '900', 'windowlower', self.window)

    def _start_content(self):
        size = 'video/x-raw,format=BGRx,width=%d,height=%d,framerate=30/1' % SCREEN
        self.processes.start('content', [
            'gst-launch-1.0', '-q', 'videotestsrc', 'is-live=true', *CONTENTS[self.content],
            '!', size, '!', 'ximagesink'])
        if self.sound:
            self.processes.start('tone', [
                'gst-launch-1.0', '-q', 'audiotestsrc', 'is-live=true', 'freq=440', 'volume=0.3',
                '!', 'audio/x-raw,rate=48000,channels=2', '!', 'pulsesink',
                'device=gnome_network_displays'])

    def kill(self):
        """The source dies in the middle of whatever it does."""
        self.app.kill()
        self.app.wait()

    def is_running(self):
        return self.app is not None and self.app.poll() is None

    def log(self):
        return self.processes.log('gnd')

    def stop(self):
        self.processes.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--content', choices=sorted(CONTENTS), default='ball')
    parser.add_argument('--encoder', choices=('x264enc', 'openh264enc'), default='x264enc')
    parser.add_argument('--no-sound', action='store_true')
    parser.add_argument('--log', help='keep the log of the program in this file')
    parser.add_argument('command', nargs='*', help='what to run beside it; else wait for a signal')
    return parser.parse_args()


def main():
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        Gnd.check()
    except machine.Missing as missing:
        print('gnd: %s' % missing)
        return 77
    with Gnd(arguments.content, arguments.encoder, not arguments.no_sound) as source:
        print('READY pid=%d port=%d' % (source.app.pid, PORT), flush=True)
        try:
            if arguments.command:
                return subprocess.run(arguments.command, check=False).returncode
            return source.app.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            if arguments.log:
                shutil.copy(source.processes.log_path('gnd'), arguments.log)


if __name__ == '__main__':
    sys.exit(main())
