# SPDX-License-Identifier: LGPL-2.1-or-later
"""Members of a group, each a group-process somewhere."""
import select
import sys
import time

PATIENCE_S = 60


class Member:
    """Obeys by @program, until it gets another one."""

    def __init__(self, name, folder):
        self.name, self.identity = name, None
        self.info = '%s/%s.identity' % (folder, name)
        self.invitation = '%s/%s.invitation' % (folder, name)

    def use(self, program):
        self.program, self.taken, self.between = program, 0, []

    def make_identity(self):
        self.identity = self.do('identity', self.name, self.info, tells='is')

    def wait(self, *words):
        """The next line that begins so, of those after the last one that was waited for; what is
        behind these words in it."""
        wanted, until = ' '.join(words), time.monotonic() + PATIENCE_S
        while True:
            for at in range(self.taken, len(self.program.lines)):
                line = self.program.lines[at]
                if line.startswith(('wrong:', 'no ')) and not (line + ' ').startswith(wanted + ' '):
                    sys.exit('%s: %s' % (self.name, line))
                if (line + ' ').startswith(wanted + ' '):
                    self.between = self.program.lines[self.taken:at]
                    self.taken = at + 1
                    return line[len(wanted) + 1:]
            ready, _, _ = select.select([self.program.process.stdout], [], [], max(until - time.monotonic(), 0))
            if not ready or not self.program.read():
                sys.exit('%s: no “%s”, but %s' % (self.name, wanted, self.program.lines[self.taken:]))

    def tell(self, *words):
        self.program.process.stdin.write((' '.join(map(str, words)) + '\n').encode())

    def do(self, *words, tells=None):
        """Which is done; what it tells first."""
        self.tell(*words)
        told = self.wait(tells) if tells else None
        self.wait('ok', words[0])
        return told

    def fail(self, code, *words):
        self.tell(*words)
        self.wait('no', words[0], code)

    def heard(self):
        """All lines that have not been waited for."""
        while select.select([self.program.process.stdout], [], [], 0)[0] and self.program.read():
            continue
        return self.program.lines[self.taken:]

    def invite(self, other, role='member', seconds=0):
        self.do('invite', other.info, role, seconds, other.invitation)

    def leave(self):
        self.program.process.stdin.close()
        if self.program.process.wait(PATIENCE_S) != 0:
            sys.exit('%s ended with %d: %s' % (self.name, self.program.process.returncode, self.heard()))


def link_all(members):
    for member in members:
        member.do('call', len(members) - 1)
    for member in members:
        member.wait('linked-all')


def exchange(members, count, size):
    for member in members:
        member.tell('exchange', count, size)
    for member in members:
        member.wait('exchanged')
