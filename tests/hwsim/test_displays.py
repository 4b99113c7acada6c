# SPDX-License-Identifier: LGPL-2.1-or-later
"""One adapter shows on one display at a time: a second wfdsink, of another program and for another display, does not
disturb the first while that plays; and it has the picture when the first has ended."""
import copy
import time

from lab import Device, need_own_time
from stage import SINK, SOURCE, TELL_PICTURES, end, set_stage, show, wait_picture

GROUP_S, BESIDE_S = 5, 20


def listen_as(sink):
    sink.start_pipeline((SINK % '').replace('device-name=Sink', 'device-name=' + sink.name) + TELL_PICTURES)
    sink.tell('play')


def check_plays_on(source, sink):
    sink.tell('look')
    wait_picture(sink)
    for one in (source, sink):
        one.quiet('^progress .* (error|start)|^failed', 0)


def main():
    need_own_time()
    source, sink = set_stage()
    second_sink = Device('Second', 2)
    second_sink.stop_peer()
    # Another program on the same device.
    second_source = copy.copy(source)
    second_source.name = 'Source2'
    source.start_pipeline(SOURCE % 'pairing=pbc')
    second_source.start_pipeline((SOURCE % 'pairing=pbc').replace('peer=Sink', 'peer=Second'))
    listen_as(sink)
    listen_as(second_sink)
    time.sleep(3)

    show(source, sink)
    for one in (source, sink):
        one.drop_lines()
    second_source.tell('play')
    time.sleep(BESIDE_S)
    check_plays_on(source, sink)
    # Its display would wait for it for up to two minutes.
    for one in (second_source, second_sink):
        end(one)
    second_sink.stop_peer()
    check_plays_on(source, sink)
    end(source)
    for one in (source, sink, second_sink):
        one.wait_no_group(GROUP_S)
    listen_as(second_sink)
    time.sleep(3)
    show(second_source, second_sink)
    end(second_source)
    for one in (source, second_sink):
        one.wait_no_group(GROUP_S)


main()
