# SPDX-License-Identifier: LGPL-2.1-or-later
"""While elements on one side show a PIN and the person of the other is asked for it, either program is killed or
ends, which is at NULL at once, with no group left: the other one goes on, and when the first is there again the two
are paired; only who was asked for the PIN of a display that has begun anew has to begin anew as well. A wrong PIN
is told to both at once, with what to do, and the two are paired after it, whoever owns the group."""
import time

from lab import Failure, check_time, say
from stage import SINK, SOURCE, TELL_PICTURES, end, forget_pairings, set_stage, wait_picture

PAIRINGS = {True: 'pin-display', False: 'pin-keypad'}
WRONG_PIN = '00000000'
TOLD_S, GROUP_S = 5.5, 1
TEXT = 'The pairing failed: the PIN is wrong; type the one that is shown now, which may be another one each time'
# Of GstResourceError: not authorized.
WRONG = {'Source': '^failed gst-resource-error-quark 15: ' + TEXT, 'Sink': '^progress pair error ' + TEXT}


class Pair:
    """@shows, of the two, the PIN; @owner owns the group."""

    def __init__(self, source, sink, shows, owner):
        self.source, self.sink = source, sink
        self.shows, self.owner = shows, owner
        self.asked = sink if shows is source else source
        self.pin = self.address = None
        say('== %s shows the PIN, %s owns the group' % (shows.name, owner.name))
        self.begin(sink)
        self.begin(source)

    def settings(self, device):
        return 'pairing=%s go-intent=%d' % (PAIRINGS[device is self.shows], 15 if device is self.owner else 0)

    def begin(self, device):
        template = SOURCE if device is self.source else SINK + TELL_PICTURES
        device.start_pipeline(template % self.settings(device))
        device.tell('ask')
        device.tell('play')
        if device is self.sink:
            # Until it has looked around.
            time.sleep(3)

    def wait_pin(self):
        """Until it is shown, and a person asked for it."""
        if self.shows is self.source:
            self.pin = self.source.wait(r'^pin (\d+)$')[1]
            self.accept('keypad')
        else:
            self.pin = self.accept(r'display (\d+)$')
        self.address = self.asked.wait(r'^asked (\S+)')[1]

    def accept(self, pairing):
        found = self.sink.wait(r'^request (\S+) ' + pairing)
        self.sink.tell('accept ' + found[1])
        return found[found.re.groups]

    def enter(self, pin):
        self.asked.tell('enter %s %s' % (self.address, pin))

    def wait_paired(self):
        self.sink.tell('look')
        self.enter(self.pin)
        wait_picture(self.sink)

    def leave(self):
        for device in (self.source, self.sink):
            device.stop_peer()
            device.wait_no_group(GROUP_S)
        forget_pairings(self.source, self.sink)


def ended(device):
    end(device)
    device.wait_no_group(GROUP_S)
    device.stop_peer()


def killed(device):
    device.peer.kill()
    device.peer.wait()


def begin_again(pair, goes):
    """What is to be entered then, and where."""
    source = pair.source
    if goes is pair.sink and pair.shows is pair.sink:
        # Nobody has told the source that its display shows another PIN.
        end(source)
        pair.begin(goes)
        source.tell('play')
        pair.wait_pin()
        return
    pair.begin(goes)
    if goes is pair.sink:
        pair.accept('keypad')
    elif pair.shows is source:
        pair.pin = source.wait(r'^pin (\d+)$')[1]
    if goes is pair.asked:
        pair.address = goes.wait(r'^asked (\S+)')[1]


def check_goes(pair, goes, happens):
    say('== %s, %s' % (goes.name, happens.__name__))
    pair.wait_pin()
    happens(goes)
    begin_again(pair, goes)
    pair.wait_paired()
    pair.leave()


def check_wrong(pair):
    say('== it is wrong')
    pair.wait_pin()
    if pair.pin == WRONG_PIN:
        raise Failure('it is the PIN')
    pair.enter(WRONG_PIN)
    for device in (pair.source, pair.sink):
        device.wait(WRONG[device.name])
        check_time('%s: told' % device.name, device.heard_s - pair.asked.told_s, TOLD_S)
    end(pair.source)
    for device in (pair.source, pair.sink):
        device.wait_no_group()
    pair.source.tell('play')
    pair.wait_pin()
    pair.wait_paired()
    pair.leave()


def main():
    source, sink = set_stage()
    for shows in (source, sink):
        for owner in (source, sink):
            check_wrong(Pair(source, sink, shows, owner))
        for goes in (source, sink):
            for happens in (ended, killed):
                check_goes(Pair(source, sink, shows, goes), goes, happens)


main()
