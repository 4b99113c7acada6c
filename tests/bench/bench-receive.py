#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the receiver of role=sink costs and how fast it is, from the socket to its pads: user
instructions for each RTP packet, counted by callgrind in the threads of the receiver and its
pads; time from the last datagram of a picture to its pad; the longest stall after a lost one.

    bench-receive.py BENCH_RECEIVE [--json FILE] [--seconds N]
"""
import argparse
import json
import re
import shutil
import subprocess
import sys

# User instructions for each RTP packet.
LIMIT = 2500
MBIT = 20
# What the threads run: wfd-receiver.c, wfd-output.c.
THREADS = ('receive', 'loop')
FRAME_MS = 1000 / 30


def run(program, seconds, lose=0, wrapper=()):
    """Figures that the receiver printed, and what its wrapper wrote."""
    with subprocess.Popen([*wrapper, program, 'receive'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as receiver:
        port = receiver.stdout.readline().strip()
        subprocess.run([program, 'send', port, str(MBIT), str(seconds), str(lose)], check=True)
        out, err = receiver.communicate(timeout=60)
    words = out.split()
    return {name: float(value) for name, value in zip(words[::2], words[1::2])}, err


def count_instructions(program, seconds):
    wrapper = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
    wrapper += ['--toggle-collect=' + function for function in THREADS]
    figures, err = run(program, seconds, wrapper=wrapper)
    return int(re.search(r'Collected : (\d+)', err).group(1)) / figures['packets']


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('program', help='bench-receive, as built')
    parser.add_argument('--json', metavar='FILE', help='writes the figures there as well')
    parser.add_argument('--seconds', type=int, default=4, help='of stream')
    args = parser.parse_args()

    plain, _ = run(args.program, 3 * args.seconds)
    lossy, _ = run(args.program, 3 * args.seconds, lose=30)
    figures = {
        'receive_complete_to_pad_median_us': plain['median-us'],
        'receive_complete_to_pad_p99_us': plain['p99-us'],
        'receive_longest_pause_ms': plain['longest-ms'],
        'receive_longest_pause_with_loss_ms': lossy['longest-ms'],
        'receive_stall_after_loss_ms': round(lossy['longest-ms'] - FRAME_MS, 1),
    }
    if shutil.which('valgrind'):
        figures['receive_instructions_per_packet'] = round(
            count_instructions(args.program, args.seconds))
    for name, figure in figures.items():
        print('%-40s %8.1f' % (name, figure))
    if args.json:
        with open(args.json, 'w', encoding='utf-8') as file:
            json.dump(figures, file, indent=2)
    return int(figures.get('receive_instructions_per_packet', 0) > LIMIT)


if __name__ == '__main__':
    sys.exit(main())
