#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Members of a group as processes, each in a network namespace and with keys of its own.

  test_group_processes.py PROGRAM [MEMBERS COUNT SIZE [kill|part|again]]

With numbers, so many members send COUNT messages of SIZE octets to each other. With `kill` and `part`
one of them does not read at first, so that all others are in the middle of what they send when it is
killed, or when the network of half of them is taken away for a second: nobody has everything by then.
Those that are left lose nothing. With `again` they close the group, open
it and do the same again, with no more memory than at first. Without numbers, this:

One creates it; others come by an invitation, and by its password. All see each other's records, and
send to each other. One is killed, and comes back. Nobody lets in a stranger, who has the wrong
password; a member whose certificate has ended; one who was put out, and whom that one invites; nor a
handshake that was heard on the way. Skips where there are no namespaces.
"""
import os
import select
import shutil
import socket
import sys
import tempfile
import threading
import time

from members import PATIENCE_S, exchange, link_all, Member
from namespaces import EXACT, SKIPPED, Machine, enter, ip

PORT = '3587'
MINUTE_S = 60
HOUR_S = 3600
PASSWORD = 'sesame'
RELAY = 'fd77::99'
KEPT_BYTES = 32 * 1024

NOT_AUTHENTICATED = '0x8063010a'
INVALID_TIME_PERIOD = '0x80630705'
ACCESS_DENIED = '0x80070005'
GROUP_IN_USE = '0x80632092'


class Node(Member):
    """With a machine of its own."""
    count = 0

    def __init__(self, command, folder, name):
        super().__init__(name, folder)
        Node.count += 1
        self.number, self.command, self.home = Node.count, command, os.path.join(folder, name)
        self.start()

    def start(self):
        self.use(Machine(self.number, [self.command], {'XDG_DATA_HOME': self.home, 'GLIBC_TUNABLES': EXACT}))

    def address(self):
        return self.program.address()

    def connect(self, to=None):
        self.do('connect', *([] if to is None else [to.address(), PORT]))
        self.wait('online')


def new_node(command, folder, name):
    node = Node(command, folder, name)
    node.make_identity()
    return node


class Relay:
    """On the way to a member; it knows what the one who has connected has sent."""

    def __init__(self, member):
        ip('addr', 'replace', RELAY + '/128', 'dev', 'lo', 'nodad')
        self.listener = socket.create_server((RELAY, 0), family=socket.AF_INET6)
        self.port = self.listener.getsockname()[1]
        self.target = (member.address(), int(PORT))
        self.heard = b''
        threading.Thread(target=self.pass_on, daemon=True).start()

    def pass_on(self):
        ends = [self.listener.accept()[0], socket.create_connection(self.target)]
        while True:
            for ready in select.select(ends, [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                if ready is ends[0]:
                    self.heard += data
                ends[ready is ends[0]].sendall(data)

    def replay(self):
        """Until the other one has closed; the number of octets it has answered."""
        with socket.create_connection(self.target) as end:
            end.settimeout(PATIENCE_S)
            try:
                end.sendall(self.heard)
                return sum(iter(lambda: len(end.recv(65536)), 0))
            except ConnectionError:
                return 0


def found(program, folder):
    """Alice's clock is behind as she makes the group and invites Eve, whose is and stays so."""
    alice, eve = new_node(program, folder, 'alice'), new_node(program, folder, 'eve')
    for member in (alice, eve):
        member.do('clock', -3 * HOUR_S)
    group = alice.do('create', PASSWORD, tells='group')
    alice.invite(eve, seconds=HOUR_S)
    eve.do('join', eve.invitation)
    alice.leave()
    alice.start()
    alice.do('open', alice.identity, group)
    alice.connect()
    return group, alice, eve


def come_in(program, folder, alice):
    bob, carol, dave = (new_node(program, folder, name) for name in ('bob', 'carol', 'dave'))
    alice.invite(bob)
    alice.invite(dave, 'admin')
    alice.do('invite-by-password', carol.invitation)
    dave.do('clock', -2 * HOUR_S)
    dave.fail(INVALID_TIME_PERIOD, 'join', dave.invitation)
    dave.do('clock', 2 * HOUR_S)
    bob.do('join', bob.invitation)
    carol.do('join', carol.invitation, PASSWORD)
    dave.do('join', dave.invitation)
    for member in (bob, carol, dave):
        member.connect(alice)
        alice.wait('joined', member.identity)
    return bob, carol, dave


def refuse(group, program, folder, alice, bob, eve):
    """Who has the wrong password, and whose certificate has ended."""
    mallory = new_node(program, folder, 'mallory')
    alice.do('invite-by-password', mallory.invitation)
    mallory.do('join', mallory.invitation, 'barley')
    mallory.do('connect', alice.address(), PORT)
    mallory.wait('unconnected', NOT_AUTHENTICATED)
    mallory.wait('wrong-password')
    eve.do('connect', alice.address(), PORT)
    eve.wait('unconnected', NOT_AUTHENTICATED)
    for stranger in (mallory, eve):
        stranger.do('call-at', bob.identity, bob.address(), PORT)
        stranger.wait('refused', NOT_AUTHENTICATED)
        stranger.leave()
    print('neither a stranger nor a late member was let in')


def open_twice(group, program, folder, alice):
    """Of one user's groups only one process at a time has each."""
    second = Node(program, folder, alice.name)
    second.fail(GROUP_IN_USE, 'open', alice.identity, group)
    second.fail(ACCESS_DENIED, 'delete', alice.identity, group)
    second.leave()


def kill_one(group, members, bob):
    others = [member for member in members if member is not bob]
    with bob.program.kill():
        for member in others:
            member.wait('lost', bob.identity)
    bob.start()
    bob.do('open', bob.identity, group)
    bob.connect(others[0])
    bob.wait('connected')
    link_all(members)
    exchange(members, 20, 20000)
    print('one was killed and is back')


def put_out(group, members, program, folder, dave):
    """An administrator, who keeps a copy of what he had."""
    alice, mole = members[0], os.path.join(folder, 'mole')
    others = [member for member in members if member is not dave]
    shutil.copytree(dave.home, mole)
    for member in others:
        member.do('clock', MINUTE_S)
    alice.do('put-out', dave.identity)
    for member in others:
        member.wait('joined', dave.identity)
        member.wait('lost', dave.identity)
        member.do('clock', MINUTE_S)
    dave.do('close')
    dave.do('open', dave.identity, group)
    dave.do('connect')
    dave.wait('online')
    refuse_all(dave, others)
    print('who was put out is out')

    mole, frank = Node(program, folder, 'mole'), new_node(program, folder, 'frank')
    for node in (mole, frank):
        node.do('clock', 2 * MINUTE_S)
    mole.do('open', dave.identity, group)
    mole.invite(frank, 'admin')
    frank.do('join', frank.invitation)
    frank.do('connect', alice.address(), PORT)
    frank.wait('unconnected', NOT_AUTHENTICATED)
    refuse_all(frank, others)
    for node in (mole, frank):
        node.leave()
    print('nor is anybody let in whom he invites')


def refuse_all(stranger, members):
    for member in members:
        stranger.do('call-at', member.identity, member.address(), PORT)
        stranger.wait('refused', NOT_AUTHENTICATED)


def replay(alice, bob):
    relay = Relay(bob)
    alice.do('call-at', bob.identity, RELAY, relay.port)
    alice.wait('linked', bob.identity)
    bob.wait('linked', alice.identity)
    answered = relay.replay()
    bob.tell('address')
    bob.wait('at')
    if not relay.heard or any(line.startswith('linked') for line in bob.between):
        sys.exit('a handshake was taken twice')
    print('%d octets of a handshake and what followed were of no use, and got %d' % (len(relay.heard), answered))


def run(program, folder):
    group, alice, eve = found(program, folder)
    bob, carol, dave = come_in(program, folder, alice)
    members = [alice, bob, carol, dave]
    link_all(members)
    exchange(members, 20, 20000)
    carol.do('record', 'hello')
    for member in members:
        member.wait('record', 'hello')
    print('4 members, each connected with each')
    refuse(group, program, folder, alice, bob, eve)
    open_twice(group, program, folder, alice)
    kill_one(group, members, bob)
    put_out(group, members, program, folder, dave)
    replay(alice, carol)
    for member in members:
        member.leave()


def gather(program, folder, count):
    members = [new_node(program, folder, 'member%d' % number) for number in range(count)]
    group = members[0].do('create', tells='group')
    members[0].connect()
    for member in members[1:]:
        members[0].invite(member)
        member.do('join', member.invitation)
        member.connect(members[0])
        member.wait('connected')
    link_all(members)
    return group, members


def send_in_part(members, what, count, size):
    deaf, others = members[-1], members[:-1]
    deaf.program.pause()
    for member in members:
        member.tell('exchange', count, size)
    for member in others:
        member.wait('slow')
    if what == 'kill':
        with members.pop().program.kill():
            for member in members:
                member.wait('lost', deaf.identity)
    else:
        part_for_a_second(members, deaf)
    for member in members:
        member.wait('exchanged')


def come_again(members, group, count, size):
    """The first time tables are made that stay."""
    used = []
    for _ in range(3):
        for member in members:
            member.do('close')
        used.append([int(member.do('memory', tells='used')) for member in members])
        for member in members:
            member.do('open', member.identity, group)
            member.connect(None if member is members[0] else members[0])
        link_all(members)
        exchange(members, count, size)
    print('allocated after each time: %s' % used)
    if any(later > first + KEPT_BYTES for first, later in zip(used[0], used[-1])):
        sys.exit('memory is left')


def part_for_a_second(members, deaf):
    for member in members[::2]:
        member.program.detach()
    deaf.program.resume()
    time.sleep(1)
    if any(line.startswith('exchanged') for member in members for line in member.heard()):
        sys.exit('somebody has everything before the others are back')
    for member in members[::2]:
        member.program.attach()


def run_many(program, folder, count, messages, size, what=''):
    group, members = gather(program, folder, int(count))
    print('%s members, each connected with each' % count)
    begun = time.monotonic()
    if what in ('kill', 'part'):
        send_in_part(members, what, messages, size)
    else:
        exchange(members, messages, size)
    print('%d octets over each connection and way, in %.1f s' %
          (int(messages) * int(size), time.monotonic() - begun))
    for member in members:
        if any(line.startswith('lost') for line in member.heard()):
            sys.exit('%s lost a connection' % member.name)
    if what == 'again':
        come_again(members, group, messages, size)
    for member in members:
        member.leave()


def main():
    if not enter():
        return SKIPPED
    program, *numbers = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix='wfd-group-') as folder:
        if numbers:
            run_many(os.path.abspath(program), folder, *numbers)
        else:
            run(os.path.abspath(program), folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
