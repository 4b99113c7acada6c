#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/rate-eval on two small links: the files it promises, and what stands in them."""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

COLUMNS = ('trace,controller,util_pct,bad_pct,late_pct,broken_pct,skipped_pct,unavoidable_pct,'
           'geo_mbps,p50_ms,p95_ms,p99_ms,freeze_pct')


def run(program, *arguments):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)


def main():
    rate_eval, build = sys.argv[1:]
    rate_sim = os.path.join(build, 'tests/rate/rate-sim')
    with tempfile.TemporaryDirectory() as folder:
        traces, out, again = (os.path.join(folder, name) for name in ('traces', 'out', 'again'))
        os.mkdir(traces)
        # 20 Mbit/s, and the half of that in gusts.
        for name, lines in (('even', '2500 65000 0 0\n'), ('gusts', '2500 65000 0 0\n' * 20 + '0 65000 0 0\n' * 20)):
            with open(os.path.join(traces, name + '.trace'), 'w', encoding='ascii') as file:
                file.write('# wfd-link-trace 1\n' + lines)

        done = run(rate_eval, '--build', build, '--traces', traces, '--controllers', 'balanced,fixed',
                   '--seconds', '8', '--fps', '30', '--out', out, '--', '--fifo')
        assert done.returncode == 0, done.stdout.decode()
        with open(os.path.join(out, 'summary.csv'), encoding='ascii') as file:
            summary = file.read()
        assert summary.splitlines()[0] == COLUMNS
        assert [line.split(',')[:2] for line in summary.splitlines()[1:]] == [
            ['even', 'balanced'], ['even', 'fixed'], ['gusts', 'balanced'], ['gusts', 'fixed']]

        # The same as the simulation says by itself, in another order.
        assert run(rate_sim, '--traces', traces, '--controllers', 'balanced,fixed', '--seconds', '8',
                   '--fps', '30', '--fifo', '--out', again).returncode == 0
        with open(os.path.join(again, 'summary.csv'), encoding='ascii') as file:
            assert sorted(file.read().splitlines()) == sorted(summary.splitlines())

        for run_name in ('even.balanced', 'even.fixed', 'gusts.balanced', 'gusts.fixed'):
            picture = xml.etree.ElementTree.parse(os.path.join(out, run_name + '.svg')).getroot()
            assert len(picture.findall('{http://www.w3.org/2000/svg}path')) > 10
            with open(os.path.join(out, 'index.html'), encoding='utf-8') as file:
                assert run_name + '.svg' in file.read()
        with open(os.path.join(out, 'table.md'), encoding='utf-8') as file:
            assert file.read() == done.stdout.decode()

        for wrong in (['--controllers', 'best'], ['--fps', '0'], ['--traces', folder],
                      ['--encoder', 'none']):
            assert run(rate_eval, '--build', build, '--out', out, *wrong).returncode != 0, wrong
    return 0


if __name__ == '__main__':
    sys.exit(main())
