# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the country allows it, a group is formed in the 5 GHz band, unasked, and again when it is opened again, whoever
owns it; and on the channel that was asked for, also one that is opened again."""
import time

from lab import Device, Failure, check_time, close, find_both, pair, reopen, run, say, wait_both

FIRST_S, REOPENED_S = 5, 1


def check_frequency(link, least_mhz, most_mhz):
    if not least_mhz <= int(link['frequency-mhz'].split()[-1]) <= most_mhz:
        raise Failure('the group is on %s MHz' % link['frequency-mhz'])


def pair_in_time(first, second):
    link, _, took_s = pair(first, second, 'pbc')
    check_time('paired', took_s, FIRST_S)
    return link


def reopen_in_time(first, second):
    link, _, took_s = reopen(first, second)
    check_time('opened again', took_s, REOPENED_S)
    return link


def check_unasked(source, sink, owner):
    """The first time, and from the pairing, with which nobody is asked, by either side."""
    say('== %s owns the group' % owner.name)
    for device in (source, sink):
        device.restart_peer('--go-intent', '15' if device is owner else '0')
    find_both(source, sink)
    link = pair_in_time(source, sink)
    check_frequency(link, 5000, 5900)
    for first, second in (source, sink), (sink, source):
        close(source, sink)
        link = reopen_in_time(first, second)
        check_frequency(link, 5000, 5900)
        if (link['role'] == 'owner') != (first is owner):
            raise Failure('the link of %s: %s' % (first.name, link))
    close(source, sink)


def main():
    run('iw', 'reg', 'set', 'US')
    end = time.monotonic() + 20
    while 'country US' not in run('iw', 'reg', 'get'):
        if time.monotonic() > end:
            raise Failure('the country does not change')
        time.sleep(0.1)
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    for owner in (sink, source):
        check_unasked(source, sink, owner)

    source.stop_peer()
    source.start_peer('--frequency', '2437')
    find_both(source)
    link = pair_in_time(source, sink)
    check_frequency(link, 2437, 2437)
    close(source, sink)

    for frequency in ('2462', '5180'):
        source.stop_peer()
        source.start_peer('--frequency', frequency)
        find_both(source)
        link = reopen_in_time(source, sink)
        check_frequency(link, int(frequency), int(frequency))
        close(source, sink)

    # A group that is begun without a negotiation.
    guest = Device('Guest', 2)
    sink.tell('start-group')
    sink.wait('^done start-group')
    find_both(guest)
    guest.wait('^(found|changed) .* Sink .*owner')
    guest.tell('connect Sink pbc')
    sink.tell('connect %s pbc' % sink.wait(r'^request (\S+) pbc')[1])
    _, link, took_s = wait_both(guest, sink)
    check_time('paired', took_s, FIRST_S)
    check_frequency(link, 5000, 5900)


main()
