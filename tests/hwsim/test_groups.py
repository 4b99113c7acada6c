# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two devices are paired; on the addresses that the link gives itself, and no others, one creates
a group of peers, the other joins it by an invitation, and both exchange data over a direct
connection."""
import os
import re
import sys

from lab import Device, close, find_both, pair, say, wait_until

sys.path.append(os.environ['WFD_PEER_TESTS'])
# pylint: disable=wrong-import-position
from members import Member, exchange, link_all  # noqa: E402
from namespaces import Program  # noqa: E402

PROGRAM = os.environ['WFD_GROUP_PROCESS']
COUNT, SIZE = 50, 20000


class Node(Member):
    def __init__(self, device):
        super().__init__(device.name.lower(), '/run/vm')
        self.device = device
        self.interface = device.groups()[0]
        wait_until(self.address, device.name + ': an address of the link')
        self.use(Program([PROGRAM], {'PEER_INTERFACE': self.interface, 'DBUS_SYSTEM_BUS_ADDRESS': device.bus,
                                     'XDG_DATA_HOME': os.path.join(device.folder, 'groups')},
                         preexec_fn=device.enter))
        self.make_identity()

    def address(self):
        """None until the kernel has seen that nobody else has it."""
        text = self.device.inside('ip', '-6', 'addr', 'show', 'dev', self.interface, 'scope', 'link', '-tentative')
        found = re.search(r'inet6 (fe80:\S+)/', text)
        return found and found[1]


def share(source, sink):
    first, second = Node(source), Node(sink)
    first.do('create')
    first.do('connect')
    first.wait('online')
    at = first.do('address', tells='at').split()
    first.invite(second)
    second.do('join', second.invitation)
    second.do('connect', *at)
    second.wait('online')
    first.wait('joined', second.identity)
    link_all([first, second])
    exchange([first, second], COUNT, SIZE)
    say('%d octets each way in a group, between %s and %s' % (COUNT * SIZE, at[0], second.address()))
    second.leave()
    first.wait('lost', second.identity)
    first.leave()


def main():
    source, sink = Device('Source', 0), Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    share(source, sink)
    close(source, sink)
    for device in (source, sink):
        device.stop_peer()


main()
