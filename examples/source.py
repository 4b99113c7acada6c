#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A source without a pipeline: waits for one sink, says what was agreed, until the sink leaves.

    python3 source.py [PORT]

The session carries no media: a real source sends RTP to
session.dup_peer_rtp_address() while the state is PLAYING.
"""
import argparse
import sys

import gi

gi.require_version('Wfd', '1.0')
# pylint: disable-next=wrong-import-position
from gi.repository import GLib, Wfd  # noqa: E402


class Source:
    def __init__(self, port):
        self.loop = GLib.MainLoop()
        self.error = None
        self.session = Wfd.Session.new(Wfd.Role.SOURCE)
        self.session.set_property('rtp-port', 15550)
        self.session.set_wish(1280, 720, 30)
        self.session.connect('format-agreed', self.on_format_agreed)
        self.session.connect('notify::state', self.on_state)
        self.session.connect('closed', self.on_closed)
        self.listener = Wfd.Listener.new('127.0.0.1', port)
        self.listener.connect('connection', self.on_connection)

    def on_connection(self, _listener, connection):
        self.listener.close()  # one sink is enough
        self.session.start(connection)

    def on_format_agreed(self, _session, picture_and_sound):
        print('agreed on', picture_and_sound.to_string(), flush=True)

    def on_state(self, session, _pspec):
        if session.get_state() == Wfd.SessionState.PLAYING:
            print('the sink waits for RTP at', session.dup_peer_rtp_address().to_string(), flush=True)

    def on_closed(self, _session, error):
        self.error = error
        self.loop.quit()

    def run(self):
        print('waiting at port', self.listener.get_port(), flush=True)
        try:
            self.loop.run()
        except KeyboardInterrupt:
            pass
        return self.error.message if self.error else 0


def port_number(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError('%s is no port: a number up to 65535, 0 for any that is free' % text)
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('port', nargs='?', type=port_number, default=7236)
    try:
        return Source(parser.parse_args().port).run()
    except GLib.Error as error:  # the port is taken
        return error.message


if __name__ == '__main__':
    sys.exit(main())
