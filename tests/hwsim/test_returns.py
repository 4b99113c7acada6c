# SPDX-License-Identifier: LGPL-2.1-or-later
"""A display that is killed while it plays, its program alone or with its wpa_supplicant, and begins again, at once
or some time later: from the moment when it can be invited both have addresses in little more than a second at
most, and the picture follows, whoever of the two owned the group, also when wpa_supplicant has forgotten it
meanwhile."""
import time

from lab import check_time, need_own_time, say
from stage import SINK, SOURCE, TELL_PICTURES, listen, set_stage, show, wait_picture

OPENED_S, PICTURE_S = 1.3, 0.3
# To be found by a search, which also listens, and looks at one other channel now and then.
FORGOTTEN_S = 1.8
# How long it is away, and for how long at most afterwards: its program...
PROGRAM = (0.1, OPENED_S), (2.5, OPENED_S), (7, OPENED_S), (30, FORGOTTEN_S)
# ... and with its wpa_supplicant. A group is given up two seconds after its owner has gone with the session.
BOTH = (2, OPENED_S), (5, OPENED_S), (40, FORGOTTEN_S), (75, FORGOTTEN_S)


def check(source, sink, settings, away_s, most_s, is_both):
    say('== %s: away for %.1f s%s' % (settings, away_s, ', with its wpa_supplicant' if is_both else ''))
    source.drop_lines()
    sink.peer.kill()
    sink.peer.wait()
    if is_both:
        sink.kill_supplicant()
    source.wait('^progress connect error')
    time.sleep(away_s)
    if is_both:
        sink.start_supplicant()
    sink.start_pipeline(SINK % settings + TELL_PICTURES)
    source.drop_lines()
    sink.tell('look')
    sink.tell('play')
    begun_s = sink.told_s
    for device in (source, sink):
        device.wait('^progress address complete')
    opened_s = max(source.heard_s, sink.heard_s)
    wait_picture(sink)
    check_time('both have addresses', opened_s - begun_s, most_s)
    check_time('and the picture is there', sink.heard_s - opened_s, PICTURE_S)
    time.sleep(1)


def main():
    need_own_time()
    source, sink = set_stage()
    for intents in ((15, 0), (0, 15)):
        source.start_pipeline(SOURCE % 'device-name=Source pairing=pbc go-intent=%d' % intents[0])
        settings = 'go-intent=%d ' % intents[1]
        listen(sink, settings)
        show(source, sink)
        for is_both, ways in ((False, PROGRAM), (True, BOTH)):
            for way in ways:
                check(source, sink, settings, *way, is_both)
        source.stop_peer()
        sink.stop_peer()
        source.wait_no_group()
        sink.wait_no_group()


main()
