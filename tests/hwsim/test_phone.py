# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others look like: a wpa_supplicant with the WFD information of a phone or of a display, and nothing
of ours behind it. wfdsrc is found by such a source and lets it in, wfdsink finds such a display and asks it,
whoever owns the group; and over the link that comes of it the picture goes."""
import re

from lab import Device, say, wait_until
from stage import PICTURE, SINK, SOURCE, TELL_PICTURES, end, find_plugins, wait_picture

# Subelement WFD Device Information (WFD 2.1 table 28), with its length: type and availability, RTSP
# port, megabits in a second.
INFORMATION = {'Source': '000600101c44012c', 'Sink': '000600111c44012c'}
KINDS = {'Source': '10-0050F204-5', 'Sink': '7-0050F204-1'}
# What it gives to who comes into its group.
OWN = '192.168.77.1'
CONFIG = 'ip_addr_go=%s\nip_addr_mask=255.255.255.0\nip_addr_start=192.168.77.10\nip_addr_end=192.168.77.20\n' % OWN


class Other:
    """A device that nobody here has programmed."""

    def __init__(self, device):
        self.device = device
        self.seen = 0

    def begin(self):
        device = self.device
        device.kill_supplicant()
        device.config = CONFIG
        device.forget_pairings()
        self.seen = len(self.log())
        device.start_supplicant()
        for command in ('SET device_name ' + device.name, 'SET device_type ' + KINDS[device.name],
                        'SET wifi_display 1', 'WFD_SUBELEM_SET 0 ' + INFORMATION[device.name]):
            device.ask_supplicant(command)

    def log(self):
        with open('/run/vm/wpas-%s.log' % self.device.name, encoding='utf-8') as file:
            return file.read()

    def wait(self, pattern):
        """What its wpa_supplicant says next of this kind."""
        found = []

        def is_said():
            found[:] = [re.compile(pattern).search(self.log(), self.seen)]
            return found[0]

        wait_until(is_said, '%s: %s' % (self.device.name, pattern), 30)
        self.seen = found[0].end()
        return found[0]

    def find(self, name):
        self.device.ask_supplicant('P2P_FIND')
        kind = INFORMATION[name][4:]
        return self.wait(r"P2P-DEVICE-FOUND (\S+) .*name='%s'.* wfd_dev_info=0x%s" % (name, kind))[1]

    def connect(self, address, intent):
        self.device.ask_supplicant('P2P_CONNECT %s pbc go_intent=%d' % (address, intent))

    def take_address(self):
        """Its own, and that of the other."""
        interface, role, rest = self.wait(r'P2P-GROUP-STARTED (\S+) (GO|client) (.*)').groups()
        if role == 'GO':
            ours, theirs = OWN, self.wait(r'AP-STA-CONNECTED .* ip_addr=(\S+)')[1]
        else:
            ours, theirs = [re.search(r'\b%s=(\S+)' % key, rest)[1] for key in ('ip_addr', 'go_ip_addr')]
        self.device.inside('ip', 'addr', 'add', ours + '/24', 'dev', interface)
        return interface, ours, theirs


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
    sink.wait('^progress connect error')
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


# Over the link that the other has made.
SOURCE_THERE = 'videotestsrc is-live=true ! ' + PICTURE + ' ! wfdsink address=%s'
SINK_THERE = ('wfdsrc uri=wfd://%s video-formats=640x360p30 name=w w.video ! decodebin ! videoconvert ! video/x-raw,format=GRAY8 ! '
              + TELL_PICTURES)


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
