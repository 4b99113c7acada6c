# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements that leave it to persons who may be paired: by a PIN that one shows and the other's person enters, either
way, and by accepting; the picture comes, and the next time nobody is asked. Who refuses is obeyed."""
import time

from lab import Failure, check_time, say
from stage import SINK, SOURCE, TELL_PICTURES, end, forget_pairings, set_stage, wait_picture

# wpa_supplicant tells of a refusal when it is asked the next time, and then always.
REFUSED_S = 5.5


def begin(source, sink, source_pairing, sink_pairing):
    source.start_pipeline(SOURCE % ('pairing=' + source_pairing))
    sink.start_pipeline(SINK % ('pairing=' + sink_pairing) + TELL_PICTURES)
    for device in (source, sink):
        device.tell('ask')
    sink.tell('play')
    time.sleep(3)
    source.tell('play')


def source_shows(source, sink):
    begin(source, sink, 'pin-display', 'pin-keypad')
    pin = source.wait(r'^pin (\d+)$')[1]
    address = sink.wait(r'^request (\S+) keypad')[1]
    sink.tell('accept ' + address)
    sink.wait('^asked ' + address)
    sink.tell('enter %s %s' % (address, pin))


def sink_shows(source, sink):
    begin(source, sink, 'pin-keypad', 'pin-display')
    address, pin = sink.wait(r'^request (\S+) display (\d+)$').groups()
    sink.tell('accept ' + address)
    source.tell('enter %s %s' % (source.wait(r'^asked (\S+)')[1], pin))


def sink_accepts(source, sink):
    begin(source, sink, 'pbc', 'pbc')
    sink.tell('accept ' + sink.wait(r'^request (\S+) pbc')[1])


def check(source, sink, persons):
    say('== ' + persons.__name__)
    persons(source, sink)
    sink.tell('look')
    wait_picture(sink)
    end(source)
    source.wait_no_group()
    time.sleep(3)
    sink.drop_lines()
    sink.tell('look')
    source.tell('play')
    if not sink.wait('^(request|asked|picture).*')[0].startswith('picture'):
        raise Failure('a person is asked again')
    leave(source, sink)


def leave(source, sink):
    for device in (source, sink):
        device.stop_peer()
        device.wait_no_group()
    forget_pairings(source, sink)


def sink_refuses(source, sink):
    say('== sink_refuses')
    begin(source, sink, 'pbc', 'pbc')
    sink.tell('refuse ' + sink.wait(r'^request (\S+) pbc')[1])
    text = source.wait('^failed (.* refused.*)')[1]
    check_time(text, source.heard_s - sink.told_s, REFUSED_S)
    leave(source, sink)


def main():
    source, sink = set_stage()
    for persons in (source_shows, sink_shows, sink_accepts):
        check(source, sink, persons)
    sink_refuses(source, sink)


main()
