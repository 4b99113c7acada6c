# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long a person waits, from PLAYING to the first picture, with the elements, whoever owns the
group: the first time, also where each listens on a channel of its choice, and when the pairing is known;
from PLAYING of the display, when the group was closed as nothing played; and how soon the pipeline is at NULL, and
the group gone."""
import random
import time

from lab import HAS_OWN_TIME, check_median, say
from stage import SOURCE, end, forget_pairings, listen, play, set_stage

# In seconds, what has to be met each time, and in half of the times; by the intent of the source.
FIRST_S, REOPENED_S = 5.0, 1.0
HALF_FIRST_S, HALF_REOPENED_S = 1.3, {15: 0.5, 0: 0.7}
N_REOPENED, N_ANYWHERE = 5, 4
# Elsewhere it takes too long.
N_REOPENED_ANYWHERE = 3 if HAS_OWN_TIME else 1
# By the display, after idle-timeout.
N_CALLED, IDLE_MS = 5, 2000
HALF_CALLED_S = {15: 0.6, 0: 0.8}
# After NULL, which the display may not have heard of.
AT_ONCE_S = 0, 0.1, 0.3, 0.7, 1.5


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


def play_from_display(source, sink):
    """The source has closed the group, as the display has let go, and listens at any moment of that."""
    play(source, sink, REOPENED_S)
    took_s = []
    for number in range(N_CALLED):
        say('== by the display, %d' % number)
        sink.tell('pause')
        for device in (source, sink):
            device.wait_no_group()
        time.sleep(random.uniform(0.5, 70))
        for device in (source, sink):
            device.drop_lines()
        took_s.append(play(source, sink, REOPENED_S, sink))
    stop(source, sink)
    return took_s


def measure(source, sink, source_intent, n_reopened):
    """How long the first time takes, and the others."""
    sink_intent = 15 - source_intent
    forget_pairings(source, sink)
    source.start_pipeline(SOURCE % 'pairing=pbc idle-timeout=%d go-intent=%d' % (IDLE_MS, source_intent))
    sink.go_intent = sink_intent
    listen(sink)
    time.sleep(random.uniform(0, 1))
    say('== the first time')
    first_s = play(source, sink, FIRST_S)
    stop(source, sink)
    others_s = []
    for number in range(n_reopened):
        say('== known, %d' % number)
        time.sleep(random.uniform(2.5, 4))
        others_s.append(play(source, sink, REOPENED_S))
        stop(source, sink)
    if n_reopened == N_REOPENED:
        play(source, sink, REOPENED_S)
        play_at_once(source, sink)
        called_s = play_from_display(source, sink)
        check_median('by the display, intent of the source %d' % source_intent, called_s, HALF_CALLED_S[source_intent])
    source.stop_peer()
    sink.stop_peer()
    return first_s, others_s


def main():
    source, sink = set_stage()
    others_s = {}
    for intent in (15, 0):
        say('== intent of the source %d' % intent)
        others_s[intent] = measure(source, sink, intent, N_REOPENED)[1]
    for device in (source, sink):
        device.listening = ''
    firsts_s = []
    for number in range(N_ANYWHERE):
        intent = 15 * (number % 2)
        say('== each where it likes, intent of the source %d' % intent)
        first_s, more_s = measure(source, sink, intent, N_REOPENED_ANYWHERE)
        firsts_s.append(first_s)
        others_s[intent] += more_s
    check_median('the first time, each where it likes', firsts_s, HALF_FIRST_S)
    for intent, most_s in HALF_REOPENED_S.items():
        check_median('known, intent of the source %d' % intent, others_s[intent], most_s)


main()
