# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a person waits, from PLAYING to the first picture, with the elements, whoever owns the
group: the first time, also where each listens on a channel of its choice, and when the pairing is known;
and how soon the pipeline is at NULL, and the group gone."""
import random
import time

from lab import check_time, say
from stage import SOURCE, end, forget_pairings, listen, set_stage, wait_picture

# In seconds, what has to be met.
FIRST_S, REOPENED_S, PICTURE_S = 5.0, 1.0, 0.3
N_REOPENED, N_ANYWHERE = 5, 4
# After NULL, which the display may not have heard of.
AT_ONCE_S = 0, 0.1, 0.3, 0.7, 1.5


def play(source, sink, most_s):
    sink.tell('look')
    source.tell('play')
    has_addresses_s = 0
    for device in (source, sink):
        device.wait('^progress address complete')
        has_addresses_s = max(has_addresses_s, device.heard_s)
    wait_picture(sink)
    check_time('PLAYING to addresses', has_addresses_s - source.told_s, most_s)
    check_time('addresses to the first picture', sink.heard_s - has_addresses_s, PICTURE_S)


def stop(source, sink):
    end(source)
    for device in (source, sink):
        device.wait_no_group(5)


def play_at_once(source, sink):
    for pause_s in AT_ONCE_S:
        say('== known, %.1f s after NULL' % pause_s)
        end(source)
        time.sleep(pause_s)
        play(source, sink, REOPENED_S)
    stop(source, sink)


def measure(source, sink, source_intent, sink_intent, n_reopened):
    forget_pairings(source, sink)
    source.start_pipeline(SOURCE % 'pairing=pbc go-intent=%d' % source_intent)
    sink.go_intent = sink_intent
    listen(sink)
    time.sleep(random.uniform(0, 1))
    say('== the first time')
    play(source, sink, FIRST_S)
    stop(source, sink)
    for number in range(n_reopened):
        say('== known, %d' % number)
        time.sleep(random.uniform(2.5, 4))
        play(source, sink, REOPENED_S)
        stop(source, sink)
    if n_reopened > 0:
        play(source, sink, REOPENED_S)
        play_at_once(source, sink)
    source.stop_peer()
    sink.stop_peer()


def main():
    source, sink = set_stage()
    for source_intent, sink_intent in ((15, 0), (0, 15)):
        say('== intent of the source %d, of the sink %d' % (source_intent, sink_intent))
        measure(source, sink, source_intent, sink_intent, N_REOPENED)
    for device in (source, sink):
        device.listening = ''
    for number in range(N_ANYWHERE):
        say('== each where it likes, %d' % number)
        measure(source, sink, 15 * (number % 2), 15 * ((number + 1) % 2), 0)


main()
