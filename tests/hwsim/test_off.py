# SPDX-License-Identifier: LGPL-2.1-or-later
"""A radio that is switched off is told of at once, with what to do, and can be used again when
it is on; the other side sees a loss."""
import struct

from lab import Device, find_both, pair, say

RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE = 1, 2


def block(radio, is_blocked):
    with open('/dev/rfkill', 'wb', buffering=0) as file:
        file.write(struct.pack('IBBBB', radio, RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE, is_blocked, 0))


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    block(1, True)
    sink.wait('^unavailable .*rfkill', 10)
    source.wait('^lost', 10)
    sink.tell('find')
    sink.wait('^failed .*switched off.*wlan1', 10)

    say('on again')
    block(1, False)
    sink.inside('ip', 'link', 'set', 'wlan1', 'up')
    find_both(sink)


main()
