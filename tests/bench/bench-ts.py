#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""User instructions of the media room for each RTP packet, counted by callgrind.

    bench-ts.py BENCH_TS [--json FILE] [--seconds N]
"""
import argparse
import json
import re
import shutil
import subprocess
import sys

# Not more than this is what the room is for: a hundredth of stock elements.
LIMITS = {'send': 1500, 'receive': 2500}
MEASURED = {'send': ('measured_begin', 'measured_fill'), 'receive': ('measured_receive',)}
RATES_MBIT = (5, 20, 50)


def count(program, functions, mbit, seconds):
    """(instructions within the functions, packets, units) of one run."""
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
    command += ['--toggle-collect=' + function for function in functions]
    run = subprocess.run(command + [program, str(mbit), str(seconds)], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    packets, units = (int(number) for number in re.findall(r'\d+', run.stdout))
    return int(re.search(r'Collected : (\d+)', run.stderr).group(1)), packets, units


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
    parser.add_argument('program', help='bench-ts, as built')
    parser.add_argument('--json', metavar='FILE', type=argparse.FileType('w', encoding='utf-8'),
                        help='writes the figures there as well')
    parser.add_argument('--seconds', type=int, default=4, help='of stream')
    args = parser.parse_args()

    if not shutil.which('valgrind'):
        print('valgrind is not installed')
        return 77
    figures = {}
    for mbit in RATES_MBIT:
        for way, functions in MEASURED.items():
            instructions, packets, units = count(args.program, functions, mbit, args.seconds)
            name = 'ts_%s_instructions_per_packet_%d_mbit' % (way, mbit)
            figures[name] = round(instructions / packets)
            print('%-48s %6d   (%d packets, %d units)' % (name, figures[name], packets, units))
    if args.json:
        with args.json as file:
            json.dump(figures, file, indent=2)
    return int(any(figures['ts_%s_instructions_per_packet_20_mbit' % way] > limit
                   for way, limit in LIMITS.items()))


if __name__ == '__main__':
    sys.exit(main())
