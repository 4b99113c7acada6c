#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The elements on a link that falls to a tenth and comes back, and on a good one; 77 where there are
no network namespaces. Judged by when captures were made and what was decided on them. A cast during which
the machine was busy elsewhere tells nothing: it is made again, and 77 is returned if that was always so."""
import csv
import os
import subprocess
import sys
import tempfile

GOOD_BYTES, BAD_BYTES = 3750, 375
FALL_MS, RETURN_MS, END_MS = 4000, 6000, 9000
# Of what the link carries: what has to be used again, and about how far the rate goes while it follows.
USED_PART = 0.9
HELD_PART = 1.25
BACK_MS = 500
# What the emulator and the threads on the way may be late.
SLACK_MS = 15
# Percent of which the machine may be the reason in one cast and not in the other: two pictures.
BAD_NOISE = 0.5
TRIES = 3
SKIP = 77


def write_trace(path, parts):
    with open(path, 'w', encoding='ascii') as file:
        file.write('# wfd-link-trace 1\n')
        for length_ms, size in parts:
            file.write('%d 130000 0 0\n' % size * length_ms)


def read_frames(path):
    with open(path, encoding='ascii') as file:
        return [{key: int(value) for key, value in row.items()} for row in csv.DictReader(file)]


def first_ms(frames, since_ms, wanted):
    """How long after that a capture is as wanted."""
    return next((frame['captured_ms'] - since_ms for frame in frames
                 if frame['captured_ms'] >= since_ms and wanted(frame)), float('inf'))


def last_ms(frames, since_ms, wanted):
    """How long after that the last capture is so, of those that matter."""
    return max((frame['captured_ms'] - since_ms for frame in frames
                if since_ms <= frame['captured_ms'] < since_ms + BACK_MS and wanted(frame)), default=0)


def judge_fall(frames, fps):
    """What is slower than it may be."""
    interval_ms, bad_kbps, good_kbps = 1000 / fps, HELD_PART * 8 * BAD_BYTES, 8 * GOOD_BYTES
    top_kbps = max(frame['rate_kbps'] for frame in frames
                   if FALL_MS - 1000 <= frame['captured_ms'] < FALL_MS)
    target_kbps = USED_PART * min(top_kbps, good_kbps)
    # What is left out has no rate; the first that is not has the one that is right.
    took = {
        'skip': (2 * interval_ms, first_ms(
            frames, FALL_MS, lambda frame: frame['skipped'] or frame['rate_kbps'] <= bad_kbps)),
        'rate': (4 * interval_ms, last_ms(
            frames, FALL_MS, lambda frame: not frame['skipped'] and frame['rate_kbps'] > bad_kbps)),
        'back': (BACK_MS, first_ms(frames, RETURN_MS, lambda frame: frame['rate_kbps'] >= target_kbps)),
    }
    print('%d a second, %d kbit/s before: %s' % (fps, top_kbps, {name: ms for name, (_, ms) in took.items()}))
    return {name: ms for name, (most_ms, ms) in took.items() if ms > most_ms + SLACK_MS}


def was_disturbed(out, fps):
    """Whether emulator or captures stood still, so that what came too late says nothing of ours."""
    with open(os.path.join(out, 'notes.csv'), encoding='ascii') as file:
        late_ms = [int(row['late_ms']) for row in csv.DictReader(file)]
    for trace in ('fall', 'near'):
        times = [frame['captured_ms'] for frame in read_frames(os.path.join(out, trace + '.balanced.frames'))]
        late_ms += [after - before - 1000 / fps for before, after in zip(times, times[1:])]
    print('late by %d ms at most' % max(late_ms))
    return max(late_ms) > SLACK_MS


def run(rate_eval, build, folder, fps, n):
    out = os.path.join(folder, 'out-%d-%d' % (fps, n))
    done = subprocess.run(
        [rate_eval, '--build', build, '--traces', os.path.join(folder, 'traces'), '--controllers', 'balanced,fixed',
         '--fps', str(fps), '--seconds', str(END_MS // 1000), '--jobs', '1', '--out', out],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode == SKIP:
        print(done.stdout.decode().strip())
        sys.exit(SKIP)
    assert done.returncode == 0, done.stdout.decode()
    return out


def judge(out, fps):
    with open(os.path.join(out, 'summary.csv'), encoding='ascii') as file:
        bad = {row['controller']: float(row['bad_pct']) for row in csv.DictReader(file) if row['trace'] == 'near'}
    wrong = judge_fall(read_frames(os.path.join(out, 'fall.balanced.frames')), fps)
    print('near: %.2f %% are bad, of the fixed rate %.2f %%' % (bad['balanced'], bad['fixed']))
    if bad['balanced'] > min(1, bad['fixed'] + BAD_NOISE):
        wrong['near'] = bad
    return wrong


def check(rate_eval, build, folder, fps):
    for n in range(TRIES):
        out = run(rate_eval, build, folder, fps, n)
        wrong, disturbed = judge(out, fps), was_disturbed(out, fps)
        if not wrong:
            return
        assert disturbed, wrong
    print('this machine is busy elsewhere')
    sys.exit(SKIP)


def main():
    rate_eval, build = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        traces = os.path.join(folder, 'traces')
        os.mkdir(traces)
        write_trace(os.path.join(traces, 'fall.trace'), (
            (FALL_MS, GOOD_BYTES), (RETURN_MS - FALL_MS, BAD_BYTES), (END_MS - RETURN_MS, GOOD_BYTES)))
        write_trace(os.path.join(traces, 'near.trace'), ((1000, 2 * GOOD_BYTES),))
        for fps in (60, 30, 24):
            check(rate_eval, build, folder, fps)
    return 0


if __name__ == '__main__':
    sys.exit(main())
