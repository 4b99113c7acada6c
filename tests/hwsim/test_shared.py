# SPDX-License-Identifier: LGPL-2.1-or-later
"""A display that waits is opened again at once by its source also when another program on the same adapter, which
waited as well, has just ended."""
import subprocess
import time

from lab import PEER, SCRIPT, Device, Failure, check_time, close, find_both, need_own_time, pair, reopen

MOST_S = 1.0
# After the end of the other.
DELAYS_S = 0.1, 0.3, 0.6, 1, 1.5, 2, 2.5, 3, 3.5


def begin_other(device):
    other = device.spawn(PEER, '--name', device.name, '--sink', '--script', SCRIPT, stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
    tell(other, 'find')
    for line in other.stdout:
        if 'done find' in line:
            return other
    raise Failure('the other program has ended')


def tell(other, command):
    other.stdin.write(command + '\n')
    other.stdin.flush()


def main():
    need_own_time()
    source, sink = Device('Source', 0, '--go-intent', '15'), Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    source.tell('stop-find')
    for number, delay_s in enumerate(DELAYS_S):
        close(source, sink)
        time.sleep(1)
        other = begin_other(sink)
        # It listens at one moment or another.
        time.sleep(2 + 0.5 * number)
        tell(other, 'quit')
        other.communicate(timeout=20)
        time.sleep(delay_s)
        check_time('opened %.1f s after the end of the other' % delay_s, reopen(source, sink)[2], MOST_S)


main()
