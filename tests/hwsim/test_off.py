# SPDX-License-Identifier: LGPL-2.1-or-later
"""A radio that is switched off is told of at once, with what to do, and can be used again when
it is on, whoever owns the group; the other one sees a loss."""
import struct

from lab import Device, close, find_both, pair, reopen, say

RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE = 1, 2


# Its wpa_supplicant finds no switch but the first.
RADIO = 0


def block(is_blocked):
    with open('/dev/rfkill', 'wb', buffering=0) as file:
        file.write(struct.pack('IBBBB', RADIO, RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE, is_blocked, 0))


def check(device, other, intents):
    say('== switched off with intent %s, the other has %s' % intents)
    device.restart_peer('--go-intent', intents[0])
    other.restart_peer('--go-intent', intents[1])
    find_both(device, other)
    pair(device, other, 'pbc')
    block(True)
    device.wait('^unavailable .*rfkill', 10)
    other.wait('^lost', 10)
    for one in (device, other):
        one.wait_no_group()
    device.tell('find')
    device.wait('^failed .*switched off.*' + device.interface, 10)

    say('on again')
    block(False)
    # As whoever looks after the network does.
    device.inside('ip', 'link', 'set', device.interface, 'up')
    find_both(device, other)
    reopen(device, other)
    close(device, other)


def main():
    device = Device('Source', RADIO)
    other = Device('Sink', 1, '--sink')
    for intents in (('15', '0'), ('0', '15')):
        check(device, other, intents)


main()
