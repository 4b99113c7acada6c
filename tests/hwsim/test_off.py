# SPDX-License-Identifier: LGPL-2.1-or-later
"""A radio that is switched off is told of at once, with what to do, and can be used again when
it is on, whoever owns the group; the other one sees a loss. Of a wpa_supplicant without Wi-Fi Direct
it is told how that may come."""
from lab import Device, close, find_both, pair, reopen, say
from radios import block

TOLD_S = 1


def check(device, other, sink, intents):
    say('== %s is switched off with intent %s, %s has %s; %s is the sink'
        % (device.name, intents[0], other.name, intents[1], sink.name))
    for one, intent in zip((device, other), intents):
        one.restart_peer('--go-intent', intent, *(['--sink'] if one is sink else []))
    find_both(device, other)
    pair(device, other, 'pbc')
    block(device, True)
    device.wait('^unavailable .*rfkill', TOLD_S)
    other.wait('^lost', 10)
    for one in (device, other):
        one.wait_no_group()
    device.tell('find')
    device.wait('^failed .*switched off.*' + device.interface, 10)

    say('on again')
    block(device, False)
    find_both(device, other)
    reopen(device, other)
    close(device, other)


def main():
    # Only the first radio has a switch.
    device, other = Device('Switched', 0), Device('Other', 1)
    for sink in (other, device):
        for intents in (('15', '0'), ('0', '15')):
            check(device, other, sink, intents)

    disabled = Device('Disabled', 2, config='p2p_disabled=1\n')
    for arguments in ((), ('--sink',)):
        disabled.restart_peer(*arguments)
        disabled.tell('find')
        disabled.wait('^failed .*though the driver has it: p2p_disabled=1', 10)


main()
