# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two displays at a time on one adapter, by one program that owns the group: each shows pictures, whatever becomes of
the other. One at a time by two programs: the second says what is in the way while the first plays on, and has the
picture when the first has ended."""
import copy
import time

from lab import EVERYBODY, NOBODY, Device, Failure, need_own_time, say
from stage import PICTURE, SINK, SOURCE, TELL_PICTURES, end, forget_pairings, set_stage, show, wait_picture

GROUP_S, BESIDE_S = 5, 20
CAST = 'wfdsink link=p2p peer=%s go-intent=15 max-bitrate=1000'
BOTH = 'videotestsrc is-live=true ! %s ! tee name=t t. ! queue ! %s t. ! queue ! %s'
NAMED = BOTH % (PICTURE, CAST % 'Sink', CAST % 'Second')
ANY = BOTH % (PICTURE, CAST % '*', CAST % '*')


def listen_as(sink, intent=-1):
    sink.start_pipeline((SINK % ('go-intent=%d' % intent)).replace('device-name=Sink', 'device-name=' + sink.name) + TELL_PICTURES)
    sink.tell('play')


def check_plays_on(*devices):
    for one in devices:
        one.tell('look')
        wait_picture(one)
        one.quiet('^progress .* (error|start)|^failed', 0)


def check_one_group(*devices):
    for one in devices:
        if len(one.groups()) != 1:
            raise Failure('%s has the groups %s' % (one.name, one.groups()))


def show_on_both(source, sinks):
    for one in sinks:
        one.tell('look')
    source.tell('play')
    for one in sinks:
        wait_picture(one)
        one.drop_lines()
    check_one_group(source, *sinks)
    check_plays_on(*sinks)


def by_one_program(source, sink, second_sink):
    """In whose group the first comes back when it was away, and which the second outlives it in."""
    source.start_pipeline(NAMED)
    listen_as(sink)
    listen_as(second_sink)
    time.sleep(3)
    show_on_both(source, (sink, second_sink))

    sink.set_group(NOBODY)
    source.wait('^progress connect error')
    check_plays_on(second_sink)
    sink.set_group(EVERYBODY)
    sink.tell('look')
    wait_picture(sink)
    check_one_group(source, sink, second_sink)

    end(sink)
    sink.stop_peer()
    check_plays_on(second_sink)
    end(source)
    for one in (source, sink, second_sink):
        one.wait_no_group(GROUP_S)

    # Paired before. Where neither is named, who is refused the one takes the other.
    second_sink.stop_peer()
    source.stop_peer()
    for pipeline in (NAMED, ANY):
        listen_as(sink)
        listen_as(second_sink)
        time.sleep(3)
        source.start_pipeline(pipeline)
        show_on_both(source, (sink, second_sink))
        for one in (source, sink, second_sink):
            end(one)
            one.stop_peer()
        source.wait_no_group(GROUP_S)


def by_two_programs(source, second_source, sink, second_sink, intents):
    say('== two programs, intents %s' % (intents,))
    source.go_intent, sink.go_intent = intents
    source.start_pipeline(SOURCE % ('pairing=pbc go-intent=%d' % intents[0]))
    second_source.start_pipeline((SOURCE % 'pairing=pbc').replace('peer=Sink', 'peer=Second'))
    listen_as(sink, intents[1])
    listen_as(second_sink)
    time.sleep(3)

    show(source, sink)
    for one in (source, sink):
        one.drop_lines()
    second_source.tell('play')
    second_source.wait('^failed .*(let one program show on both)')
    time.sleep(BESIDE_S)
    check_plays_on(sink)
    source.quiet('^progress .* (error|start)|^failed', 0)
    # Its display would wait for it for up to two minutes.
    for one in (second_source, second_sink):
        end(one)
    second_sink.stop_peer()
    check_plays_on(sink)
    end(source)
    for one in (source, sink, second_sink):
        one.wait_no_group(GROUP_S)
    second_source.drop_lines()
    listen_as(second_sink)
    time.sleep(3)
    show(second_source, second_sink)
    for one in (source, second_source, second_sink):
        end(one)
        one.stop_peer()
    sink.stop_peer()
    for one in (source, second_sink):
        one.wait_no_group(GROUP_S)


def main():
    need_own_time()
    source, sink = set_stage()
    second_sink = Device('Second', 2)
    second_sink.stop_peer()
    by_one_program(source, sink, second_sink)
    # Another program on the same device.
    second_source = copy.copy(source)
    second_source.name = 'Source2'
    for intents in ((15, 0), (0, 15)):
        by_two_programs(source, second_source, sink, second_sink, intents)
        forget_pairings(source, sink, second_sink)


main()
