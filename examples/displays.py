#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lists the displays in reach, until Ctrl-C or until the one that was named is there.

    python3 displays.py [NAME or ID]

link.connect_async() would pair with one of them, link.reopen_async() open the link to one that was
paired before.
"""
import argparse
import sys

import gi

gi.require_version('Wfd', '1.0')
# pylint: disable-next=wrong-import-position
from gi.repository import GLib, Wfd  # noqa: E402


class Displays:
    def __init__(self, wanted):
        self.loop = GLib.MainLoop()
        self.wanted = wanted
        self.error = None
        self.link = Wfd.P2pLink.new(Wfd.Role.SOURCE)
        # What a device says of Wi-Fi Display may come after the device itself.
        self.link.connect('peer-found', self.on_peer)
        self.link.connect('peer-changed', self.on_peer)
        self.link.connect('peer-lost', self.on_peer_lost)
        self.link.connect('unavailable', lambda _link, error: self.end(error))

    def on_peer(self, _link, peer):
        if not peer.is_sink():
            return
        print(peer.get_id(), peer.get_name() + ('' if peer.is_available() else ' (busy)'), flush=True)
        if self.wanted is not None and peer.matches(self.wanted):
            self.end(None)

    @staticmethod
    def on_peer_lost(_link, peer):
        print(peer.get_id(), 'is gone', flush=True)

    def on_searching(self, link, result):
        try:
            link.finish(result)
        except GLib.Error as error:
            self.end(error)

    def end(self, error):
        self.error = error
        self.loop.quit()

    def run(self):
        print('Looking for displays…', file=sys.stderr, flush=True)
        self.link.find_async(None, self.on_searching)
        try:
            self.loop.run()
        except KeyboardInterrupt:
            pass
        # close() tells it of each device.
        self.link.disconnect_by_func(self.on_peer_lost)
        self.link.close()
        return self.error.message if self.error else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('wanted', nargs='?', metavar='NAME or ID', help='ends when this one is there; the whole name, as it is listed, no pattern')
    return Displays(parser.parse_args().wanted).run()


if __name__ == '__main__':
    sys.exit(main())
