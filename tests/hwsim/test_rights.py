# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that may not talk to wpa_supplicant, or may not set an address (without CAP_NET_ADMIN), says so at once, with what
to do, before a person is asked for anything; either side."""
from lab import check_time, say
from stage import SINK, SOURCE, TELL_PICTURES, listen, set_stage, show

AT_ONCE_S = 1
# The bus of the lab lets nobody talk to no wpa_supplicant.
AS_NOBODY = ('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', '--inh-caps=+net_admin',
             '--ambient-caps=+net_admin')
WITHOUT_ADDRESSES = ('setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin')


def main():
    source, sink = set_stage()
    for device, pipeline in ((source, SOURCE % 'pairing=pbc'), (sink, SINK % '' + TELL_PICTURES)):
        for launcher, why in ((AS_NOBODY, 'join the group netdev'), (WITHOUT_ADDRESSES, 'CAP_NET_ADMIN')):
            say('== %s: %s' % (device.name, ' '.join(launcher)))
            device.start_pipeline(pipeline, launcher)
            device.tell('play')
            device.wait('^begins play')
            begun_s = device.heard_s
            text = device.wait('^failed .*%s.*' % why)[0]
            check_time(text, device.heard_s - begun_s, AT_ONCE_S)
            device.stop_peer()
    # It is the rights alone.
    listen(sink)
    source.start_pipeline(SOURCE % 'pairing=pbc')
    show(source, sink)


main()
