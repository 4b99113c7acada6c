# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others look like: a wpa_supplicant with the WFD information of a phone or of a display, and nothing
of ours behind it. wfdsrc is found by such a source and lets it in, wfdsink finds such a display and asks it,
whoever owns the group; and over the link that comes of it the picture goes."""
from lab import Device, say
from other import SINK_THERE, SOURCE_THERE, Other
from stage import SINK, SOURCE, TELL_PICTURES, end, find_plugins, wait_picture


def show(other, sink, pipeline, interface):
    other.device.start_pipeline(pipeline)
    other.device.tell('play')
    sink.tell('look')
    wait_picture(sink)
    end(other.device)
    other.device.stop_peer()
    # Unless it has gone with the session.
    if interface in other.device.groups():
        other.device.ask_supplicant('P2P_GROUP_REMOVE ' + interface)


def cast_from_phone(source, sink, intent):
    phone = Other(source)
    phone.begin()
    sink.start_pipeline(SINK % 'go-intent=%d' % (15 - intent) + TELL_PICTURES)
    sink.tell('play')
    phone.connect(phone.find('Sink'), intent)
    interface, ours, _ = phone.take_address()
    show(phone, sink, SOURCE_THERE % ours, interface)
    sink.wait('^progress discover start')
    return sink


def cast_to_display(source, sink, intent):
    display = Other(sink)
    display.begin()
    display.device.ask_supplicant('P2P_LISTEN')
    source.start_pipeline(SOURCE % 'pairing=pbc go-intent=%d' % (15 - intent))
    source.tell('play')
    display.connect(display.wait(r'P2P-(?:PROV-DISC-PBC-REQ|GO-NEG-REQUEST) (\S+)')[1], intent)
    interface, _, theirs = display.take_address()
    show(display, sink, SINK_THERE % theirs, interface)
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
