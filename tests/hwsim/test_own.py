# SPDX-License-Identifier: LGPL-2.1-or-later
"""A group that a device owns before anybody is in it: others are let in by button and by
PIN, and come back by themselves."""
from lab import Device, Failure, check_time, find_both, say, wait_both

FIRST_S, REOPENED_S = 5, 1


def let_in(owner, client, pairing, answer):
    """@client asks to come in, and @owner answers its request."""
    client.tell('connect %s %s' % (owner.name, pairing))
    pin = client.wait(r'^pin (\d+)')[1] if pairing == 'display' else ''
    peer = owner.wait(r'^request (\S+) %s' % answer)[1]
    owner.tell(('connect %s %s %s' % (peer, answer, pin)).strip())
    check_time('let in', wait_both(client, owner)[2], FIRST_S)


def check_alone(sink, source):
    """One after the other in the group of the sink, which stands all the time."""
    sink.tell('start-group')
    sink.wait('^done start-group')
    find_both(source)
    source.wait('^(found|changed) .* %s .*owner' % sink.name)
    let_in(sink, source, 'pbc', 'pbc')
    source.tell('disconnect')
    source.wait('^done disconnect')
    sink.wait('^lost')

    say('back into the group that stands')
    source.tell('reopen ' + sink.name)
    check_time('back', wait_both(source, sink)[2], REOPENED_S)
    source.tell('disconnect')
    source.wait('^done disconnect')
    sink.wait('^lost')


def check_address(owner, expected):
    """That it gives to whoever comes into a group of its own."""
    address = owner.ask_supplicant('GET ip_addr_go').strip()
    if address != expected:
        raise Failure('the address in a group of its own: %s' % address)


def main():
    sink = Device('Sink', 0, '--sink')
    check_alone(sink, Device('Source', 1))

    say('another, by PIN')
    guest = Device('Guest', 2)
    find_both(guest)
    guest.wait('^(found|changed) .* Sink .*owner')
    let_in(sink, guest, 'display', 'keypad')
    sink.tell('disconnect')
    sink.wait('^done disconnect')
    guest.wait('^lost')

    check_address(sink, '192.168.173.1')
    sink.stop_peer()
    check_address(sink, '0.0.0.0')


main()
