#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Casts a test picture, or the screen of X11, to a display over Wi-Fi Direct, until Ctrl-C.

    python3 cast.py [--screen] [--pin PIN] NAME or ADDRESS

Says what it does, step by step, and what to do if that does not work. The first time somebody at the
display accepts, or enters the PIN.
"""
import argparse
import sys

import gi

gi.require_version('Gst', '1.0')
# pylint: disable-next=wrong-import-position
from gi.repository import GLib, Gst  # noqa: E402

PICTURE = 'videotestsrc is-live=true ! video/x-raw,width=1280,height=720,framerate=30/1'
SCREEN = 'ximagesrc use-damage=false ! video/x-raw,framerate=30/1 ! videoconvert ! videoscale ! queue'


class Cast:
    def __init__(self, args):
        self.loop = GLib.MainLoop()
        self.error = None
        self.pipeline = Gst.parse_launch((SCREEN if args.screen else PICTURE) + ' ! wfdsink name=wfd link=p2p')
        wfd = self.pipeline.get_by_name('wfd')
        wfd.set_property('peer', args.peer)
        if args.pin is not None:
            # Shown by the display, to be entered here.
            Gst.util_set_object_arg(wfd, 'pairing', 'pin-keypad')
            wfd.set_property('pin', args.pin)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::progress', self.on_progress)
        bus.connect('message::warning', lambda _bus, message: self.say(message.parse_warning()[0].message))
        bus.connect('message::error', self.on_error)
        bus.connect('message::eos', lambda _bus, _message: self.loop.quit())

    @staticmethod
    def say(text):
        print(text, flush=True)

    def on_progress(self, _bus, message):
        kind, step, text = message.parse_progress()
        if kind != Gst.ProgressType.ERROR:  # an error or a warning says that, too
            self.say('%s: %s' % (step, text))

    def on_error(self, _bus, message):
        # Its text is for people; the details are what a program would look at.
        details = message.parse_error_details()
        step = details.get_string('step') if details is not None else None
        self.error = '%s: %s' % (step or 'error', message.parse_error()[0].message)
        self.loop.quit()

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        try:
            self.loop.run()
        except KeyboardInterrupt:
            pass
        self.pipeline.set_state(Gst.State.NULL)
        return self.error or 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('--screen', action='store_true', help='the screen of X11, not a test picture; either has no sound')
    parser.add_argument('--pin', help='the one that the display shows')
    parser.add_argument('peer', metavar='NAME or ADDRESS', help='of the display; examples/displays.py lists them')
    args = parser.parse_args()
    Gst.init(None)
    if Gst.ElementFactory.find('wfdsink') is None:
        return 'no element "wfdsink"; where it is not installed, run this in: meson devenv -C build -w .'
    try:
        return Cast(args).run()
    except GLib.Error as error:  # an element is missing
        return error.message


if __name__ == '__main__':
    sys.exit(main())
