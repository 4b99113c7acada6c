# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others look like: a wpa_supplicant with the WFD information of a phone or of a display, and nothing
of ours behind it."""
import re

from lab import Failure, wait_until
from stage import PICTURE, SINK, SOURCE, TELL_PICTURES, end, wait_picture

# Over the link that the other has made.
SOURCE_THERE = 'videotestsrc is-live=true ! ' + PICTURE + ' ! wfdsink address=%s'
SINK_THERE = ('wfdsrc uri=wfd://%s video-formats=640x360p30 name=w w.video ! decodebin ! videoconvert ! video/x-raw,format=GRAY8 ! '
              + TELL_PICTURES)

# Subelement WFD Device Information (WFD 2.1 table 28), with its length: type and availability, RTSP
# port, megabits in a second.
INFORMATION = {'Source': '000600101c44012c', 'Sink': '000600111c44012c'}
BUTTON = 0x80  # of the configuration methods (Wi-Fi Simple Configuration 2.0 table 33)
KINDS = {'Source': '10-0050F204-5', 'Sink': '7-0050F204-1'}
# What it gives to who comes into its group.
OWN = '192.168.77.1'
CONFIG = 'ip_addr_go=%s\nip_addr_mask=255.255.255.0\nip_addr_start=192.168.77.10\nip_addr_end=192.168.77.20\n' % OWN


class Other:
    """A device that nobody here has programmed."""

    def __init__(self, device, config=CONFIG):
        self.device = device
        self.config = config
        self.seen = 0

    def begin(self):
        device = self.device
        device.kill_supplicant()
        device.config = self.config
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
        found = self.wait(r"P2P-DEVICE-FOUND (\S+) .*name='%s' config_methods=0x([0-9a-f]+) .* wfd_dev_info=0x%s"
                          % (name, kind))
        # As phones look at it before they ask.
        if int(found[2], 16) & BUTTON == 0:
            raise Failure('it is not paired by button: ' + found[0])
        return found[1]

    def connect(self, address, intent):
        self.device.ask_supplicant('P2P_CONNECT %s pbc go_intent=%d' % (address, intent))

    def ask(self, sink, intent):
        """As a phone does, a wfdsrc."""
        sink.start_pipeline(SINK % 'go-intent=%d' % (15 - intent) + TELL_PICTURES)
        sink.tell('play')
        self.connect(self.find('Sink'), intent)

    def answer(self, source, intent):
        """As a display does, a wfdsink that asks it."""
        self.device.ask_supplicant('P2P_LISTEN')
        source.start_pipeline(SOURCE % 'pairing=pbc go-intent=%d' % (15 - intent))
        source.tell('play')
        self.connect(self.wait(r'P2P-(?:PROV-DISC-PBC-REQ|GO-NEG-REQUEST) (\S+)')[1], intent)

    def take_address(self):
        """Its own, and that of the other."""
        interface, role, rest = self.wait(r'P2P-GROUP-STARTED (\S+) (GO|client) (.*)').groups()
        if role == 'GO':
            ours, theirs = OWN, self.wait(r'AP-STA-CONNECTED .* ip_addr=(\S+)')[1]
        else:
            ours, theirs = [re.search(r'\b%s=(\S+)' % key, rest)[1] for key in ('ip_addr', 'go_ip_addr')]
        self.device.inside('ip', 'addr', 'add', ours + '/24', 'dev', interface)
        return interface, ours, theirs

    def show(self, pipeline, sink):
        """The picture comes, by this pipeline of its own."""
        self.device.start_pipeline(pipeline)
        self.device.tell('play')
        sink.tell('look')
        wait_picture(sink)

    def leave(self, interface):
        end(self.device)
        self.device.stop_peer()
        # Unless it has gone with the session.
        if interface in self.device.groups():
            self.device.ask_supplicant('P2P_GROUP_REMOVE ' + interface)
