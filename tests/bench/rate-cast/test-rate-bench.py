#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/rate-eval with the elements, on two small links in real time; 77 where there are no
network namespaces. What depends on how fast the machine is, is not asked."""
import csv
import os
import subprocess
import sys
import tempfile


def main():
    rate_eval, build, *controllers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        traces, out = (os.path.join(folder, name) for name in ('traces', 'out'))
        os.mkdir(traces)
        # 60 Mbit/s, and 1 Mbit/s that no controller can get a picture of 4 Mbit/s through in time.
        for name, line in (('wide', '7500 130000 0 0\n'), ('narrow', '125 65000 0 0\n')):
            with open(os.path.join(traces, name + '.trace'), 'w', encoding='ascii') as file:
                file.write('# wfd-link-trace 1\n' + line)
        done = subprocess.run(
            [rate_eval, '--build', build, '--traces', traces, '--controllers', ','.join(controllers),
             '--seconds', '6', '--jobs', '2', '--out', out],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode == 77:
            print(done.stdout.decode().strip())
            return 77
        assert done.returncode == 0, done.stdout.decode()
        with open(os.path.join(out, 'summary.csv'), encoding='ascii') as file:
            rows = {(row['trace'], row['controller']): row for row in csv.DictReader(file)}
        assert list(rows) == [(trace, controller) for trace in ('narrow', 'wide') for controller in controllers]
        assert float(rows['narrow', 'fixed']['bad_pct']) > 90, rows
        for controller in controllers:
            assert float(rows['wide', controller]['geo_mbps']) > 0.5, rows
            run = os.path.join(out, 'runs', 'wide.' + controller)
            with open(os.path.join(out, 'notes.csv'), encoding='ascii') as file:
                notes = next(row for row in csv.DictReader(file)
                             if (row['trace'], row['controller']) == ('wide', controller))
            # What the emulator delivered is what wfdsrc gave, but for what was under way at the end.
            assert abs(int(notes['arrived']) - int(notes['given'])) < 30, (run, notes)
            assert int(notes['damaged']) == 0, notes
    return 0


if __name__ == '__main__':
    sys.exit(main())
