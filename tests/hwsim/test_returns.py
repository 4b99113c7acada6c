# SPDX-License-Identifier: LGPL-2.1-or-later
"""A display that is killed while it plays, its program alone or with its wpa_supplicant, and begins again, at once
or some time later: from the moment when it can be invited both have addresses in a second or two at most, and the
picture follows, whoever of the two owned the group, also when wpa_supplicant has forgotten it meanwhile. Where it
listens on another channel than before, that takes until it is searched for again."""
import re
import time

from lab import check_time, need_own_time, say
from stage import SINK, SOURCE, TELL_PICTURES, listen, set_stage, show, wait_picture

OPENED_S, PICTURE_S = 1.3, 0.3
# It is invited for 5 s, and then searched for: also when it is forgotten, on one other channel now and then.
SEARCHED_S = 2.3
# It is found by the second of those searches, say.
ELSEWHERE_S = 13
# How long it is away, and for how long at most afterwards: its program...
PROGRAM = (0.1, OPENED_S), (2.5, OPENED_S), (7, SEARCHED_S), (30, SEARCHED_S)
# ... and with its wpa_supplicant. A group is given up two seconds after its owner has gone with the session.
BOTH = (2, OPENED_S), (5, SEARCHED_S), (40, SEARCHED_S), (75, SEARCHED_S)
ELSEWHERE = (3, ELSEWHERE_S), (9, ELSEWHERE_S)


def listen_elsewhere(device):
    """Its wpa_supplicant reads this when it starts."""
    with open(device.file, encoding='utf-8') as file:
        text = file.read()
    channel = re.search(r'(?<=p2p_listen_channel=)\d+', text)[0]
    with open(device.file, 'w', encoding='utf-8') as file:
        file.write(text.replace('p2p_listen_channel=' + channel, 'p2p_listen_channel=%d' % {'6': 11, '11': 1, '1': 6}[channel]))


def check(source, sink, settings, kind, away_s, most_s):
    say('== %s: %s away for %.1f s' % (settings, kind, away_s))
    source.drop_lines()
    sink.peer.kill()
    sink.peer.wait()
    if kind != 'program':
        sink.kill_supplicant()
    source.wait('^progress connect error')
    time.sleep(away_s)
    if kind == 'elsewhere':
        listen_elsewhere(sink)
    if kind != 'program':
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
        for kind, ways in (('program', PROGRAM), ('both', BOTH), ('elsewhere', ELSEWHERE)):
            for way in ways:
                check(source, sink, settings, kind, *way)
        source.stop_peer()
        sink.stop_peer()
        source.wait_no_group()
        sink.wait_no_group()


main()
