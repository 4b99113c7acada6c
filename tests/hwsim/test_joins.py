# SPDX-License-Identifier: LGPL-2.1-or-later
"""A display that owns a group before anybody is in it, on one channel or another: wfdsink finds it, is let in, and
the picture comes; and once more, into the group that stands, when the pairing is known."""
from lab import Device, Failure, check_time, run, say, wait_until
from other import OWN, SINK_THERE, Other
from stage import SOURCE, end, find_plugins, get_stats, wait_picture

# In seconds, from PLAYING to addresses.
MOST_S = 5.0
# The first two are social channels, the third is none.
CHANNELS_MHZ = 2412, 2437, 2452, 5180, 5745


def allow_5_ghz():
    run('iw', 'reg', 'set', 'US')
    wait_until(lambda: 'country US' in run('iw', 'reg', 'get'), 'the country')


def own_group(sink, frequency_mhz):
    """Whoever asks is let in, in the two minutes that follow."""
    display = Other(sink)
    display.begin()
    sink.ask_supplicant('P2P_GROUP_ADD persistent freq=%d' % frequency_mhz)
    wait_until(sink.groups, 'the group of the display')
    group = sink.groups()[0]
    sink.inside('ip', 'addr', 'add', OWN + '/24', 'dev', group)
    sink.ask_supplicant('WPS_PBC', group)
    return display


def check_stats(stats, frequency_mhz):
    """What the element tells of the link."""
    if (int(stats['link-frequency-mhz']) != frequency_mhz or stats['link-role'] != 'client'
            or not stats['link-interface'].startswith('p2p-') or stats['link-peer-address'] != OWN
            or not -100 < int(stats['link-signal-dbm']) < 0 or int(stats['link-tx-kbps']) < 1000):
        raise Failure('the statistics: %s' % stats)


def join(source, display, frequency_mhz):
    sink = display.device
    source.tell('play')
    source.wait('^progress address complete')
    check_time('PLAYING to addresses on %d MHz' % frequency_mhz, source.get_took_s(), MOST_S)
    theirs = display.wait(r'AP-STA-CONNECTED .* ip_addr=(\S+)')[1]
    sink.start_pipeline(SINK_THERE % theirs)
    sink.tell('play')
    sink.tell('look')
    wait_picture(sink)
    check_stats(get_stats(source), frequency_mhz)
    end(source)
    sink.stop_peer()
    if not sink.groups():
        raise Failure('the group of the display has gone')


def main():
    find_plugins()
    allow_5_ghz()
    source, sink = Device('Source', 0), Device('Sink', 1)
    for device in (source, sink):
        device.stop_peer()
    for frequency_mhz in CHANNELS_MHZ:
        display = own_group(sink, frequency_mhz)
        source.start_pipeline(SOURCE % 'pairing=pbc')
        for time in ('first', 'second'):
            say('== the %s time, %d MHz' % (time, frequency_mhz))
            join(source, display, frequency_mhz)
        source.stop_peer()
        sink.kill_supplicant()
        sink.wait_no_group()
        source.kill_supplicant()
        source.forget_pairings()
        source.start_supplicant()


main()
