# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others look like: a wpa_supplicant with the WFD information of a phone or of a display, and nothing
of ours behind it. wfdsrc is found by such a source and lets it in, wfdsink finds such a display and asks it,
whoever owns the group; and over the link that comes of it the picture goes."""
from lab import Device, say
from other import SINK_THERE, SOURCE_THERE, Other
from stage import end, find_plugins


def cast_from_phone(source, sink, intent):
    phone = Other(source)
    phone.begin()
    phone.ask(sink, intent)
    interface, ours, _ = phone.take_address()
    phone.show(SOURCE_THERE % ours, sink)
    phone.leave(interface)
    sink.wait('^progress discover start')
    return sink


def cast_to_display(source, sink, intent):
    display = Other(sink)
    display.begin()
    display.answer(source, intent)
    interface, _, theirs = display.take_address()
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
