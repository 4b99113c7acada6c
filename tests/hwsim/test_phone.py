# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others look like: a wpa_supplicant with the WFD information of a phone or of a display, and nothing
of ours behind it. wfdsrc is found by such a source and lets it in, wfdsink finds such a display and asks it,
whoever owns the group; and over the link that comes of it the picture goes."""
import time

from lab import Device, check_time, say
from other import SINK_THERE, SOURCE_THERE, Other
from stage import end, find_plugins

# From when a phone asks, whose search is its own, and from PLAYING of wfdsink, which has to find the display.
FIRST_S = 5


def check_paired(device, begun_s):
    device.wait('^progress address complete')
    check_time('paired', device.heard_s - begun_s, FIRST_S)


def cast_from_phone(source, sink, intent):
    phone = Other(source)
    phone.begin()
    phone.ask(sink, intent)
    begun_s = time.monotonic()
    interface, ours, _ = phone.take_address()
    check_paired(sink, begun_s)
    phone.show(SOURCE_THERE % ours, sink)
    phone.leave(interface)
    sink.wait('^progress discover start')
    return sink


def cast_to_display(source, sink, intent):
    display = Other(sink)
    display.begin()
    display.answer(source, intent)
    interface, _, theirs = display.take_address()
    check_paired(source, source.told_s)
    display.show(SINK_THERE % theirs, sink)
    display.leave(interface)
    return source


def main():
    find_plugins()
    source, sink = devices = Device('Source', 0), Device('Sink', 1)
    for device in devices:
        device.stop_peer()
    for cast in (cast_from_phone, cast_to_display):
        for intent in (15, 0):
            say('== %s, its intent is %d' % (cast.__name__, intent))
            ours = cast(source, sink, intent)
            end(ours)
            ours.stop_peer()
            for device in devices:
                device.wait_no_group()
                device.kill_supplicant()
                device.config = ''
                device.forget_pairings()
                device.start_supplicant()


main()
