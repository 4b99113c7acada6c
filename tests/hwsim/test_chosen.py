# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person chooses by properties holds for real wpa_supplicants: a pairing that is not to be remembered is made anew the
next time, and its wpa_supplicant does not have it; and of two adapters the one that is named, or that can, has the group."""
from lab import Failure, run, say
from radios import block
from stage import SOURCE, end, for_each_owner, forget_pairings, listen, set_stage, show, wait_picture

SECOND_RADIO = 2


def count_pairings(device):
    return device.ask_supplicant('LIST_NETWORKS').count('P2P-PERSISTENT')


def check_forgets(source, sink, settings, forgets):
    say('== %s is not to remember it' % forgets.name)
    for device in (source, sink):
        end(device)
        device.stop_peer()
    n_before = count_pairings(forgets)
    source.start_pipeline(SOURCE % ('pairing=pbc go-intent=%d %s' % (source.go_intent, settings[source])))
    listen(sink, settings[sink])
    for _ in range(2):
        sink.tell('look')
        source.tell('play')
        source.wait('^progress pair start')
        wait_picture(sink)
        end(source)
        for device in (source, sink):
            device.wait_no_group()
        if count_pairings(forgets) > n_before:
            raise Failure('%s has remembered it' % forgets.name)


def forget(source, sink):
    for forgets in (source, sink):
        check_forgets(source, sink, {one: 'persistent=false' if one is forgets else '' for one in (source, sink)}, forgets)


def add_adapter(device):
    """Another one, of the same wpa_supplicant."""
    run('iw', 'phy', 'phy%d' % SECOND_RADIO, 'set', 'netns', 'name', device.name)
    file = device.file + '-2'
    with open(file, 'w', encoding='utf-8') as config:
        config.write('update_config=1\nctrl_interface=%s/control\n%s' % (device.folder, device.listening))
    device.ask_supplicant('INTERFACE_ADD wlan%d\t%s\tnl80211' % (SECOND_RADIO, file), path=device.control)


def check_plays(source, sink, adapter, settings):
    say('== by %s: %s' % (adapter, settings or 'none named'))
    source.start_pipeline(SOURCE % ('pairing=pbc ' + settings))
    show(source, sink)
    groups = source.groups()
    if len(groups) != 1 or not groups[0].startswith('p2p-%s-' % adapter):
        raise Failure('it is in %s' % groups)
    end(source)
    source.stop_peer()
    for device in (source, sink):
        device.wait_no_group()


def check_fails(source, adapter, why):
    say('== not by %s' % (adapter or 'any'))
    source.start_pipeline(SOURCE % ('pairing=pbc ' + ('interface=' + adapter if adapter else '')))
    source.tell('play')
    source.wait('^failed .*' + why)
    source.stop_peer()


def choose(source, sink):
    """wpa_supplicant does Wi-Fi Direct by one adapter alone, the first that it is given without p2p_disabled, and when that
    is unplugged by the next that it is given."""
    first, second = source.interface, 'wlan%d' % SECOND_RADIO
    source.config = 'p2p_disabled=1\n'
    forget_pairings(source)
    add_adapter(source)
    listen(sink)
    for settings in ('interface=' + second, ''):
        check_plays(source, sink, second, settings)
    check_fails(source, first, '%s has no Wi-Fi Direct, though the driver has it: p2p_disabled=1' % first)

    say('== both can')
    source.config = ''
    forget_pairings(source)
    source.ask_supplicant('INTERFACE_ADD %s\t%s\tnl80211' % (second, source.file + '-2'), path=source.control)
    for settings in ('interface=' + first, ''):
        check_plays(source, sink, first, settings)
    check_fails(source, second, 'by one adapter alone, which is %s, not %s; set interface=%s' % (first, second, first))

    say('== the first is off')
    block(source, True)
    check_fails(source, second, 'by one adapter alone, which is %s, not %s' % (first, second))
    check_fails(source, None, 'switched off: .*%s .off' % first)
    block(source, False)
    check_plays(source, sink, first, '')

    say('== the first is taken away')
    source.ask_supplicant('INTERFACE_REMOVE ' + first, path=source.control)
    check_fails(source, second, 'none of its adapters')
    say('== and given back')
    source.ask_supplicant('INTERFACE_ADD %s\t%s\tnl80211' % (first, source.file), path=source.control)
    for settings in ('interface=' + first, ''):
        check_plays(source, sink, first, settings)
    check_fails(source, second, 'by one adapter alone, which is %s, not %s; set interface=%s' % (first, second, first))


def main():
    source, sink = set_stage()
    for_each_owner(source, sink, forget)
    choose(source, sink)


main()
