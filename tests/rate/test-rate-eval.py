#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/rate-eval on two small links, simulated: the files it promises, and what stands in them.
And what it makes of the notes of a cast."""
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

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
                   '--simulate', '--seconds', '8', '--fps', '30', '--out', out, '--', '--fifo')
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

        with open(os.path.join(out, 'index.html'), encoding='utf-8') as file:
            index = file.read()
        for run_name in ('even.balanced', 'even.fixed', 'gusts.balanced', 'gusts.fixed'):
            assert run_name + '.png' in index
            if shutil.which('gnuplot') is not None:
                with open(os.path.join(out, run_name + '.png'), 'rb') as file:
                    assert file.read(8) == b'\x89PNG\r\n\x1a\n'
        with open(os.path.join(out, 'table.md'), encoding='utf-8') as file:
            assert file.read() == done.stdout.decode()

        for wrong in (['--controllers', 'best'], ['--fps', '0'], ['--traces', folder],
                      ['--traces', os.path.join(folder, 'none')], ['--encoder', 'none'],
                      ['--seeds', '1001']):
            assert run(rate_eval, '--build', build, '--simulate', '--out', out, *wrong).returncode != 0, wrong
        for option, known in (('--controllers', 'balanced'), ('--scenarios', 'near-ac80')):
            done = run(rate_sim, option, known + ',best', '--seconds', '5')
            assert done.returncode == 2, done.stdout
            assert b'"best"' in done.stdout and known.encode() in done.stdout, done.stdout
        check_names(rate_eval, rate_sim, build, folder)
        check_odd_name(rate_eval, rate_sim, build, folder)
        check_failed_cast(rate_eval, build, traces, folder)
        check_bad_traces(rate_eval, build, folder)
        check_merge(os.path.dirname(rate_eval), folder)
    return 0


def check_names(rate_eval, rate_sim, build, folder):
    """A trace is one by its first line, whatever it is called; two of one name are not told apart."""
    others = os.path.join(folder, 'others')
    os.makedirs(os.path.join(others, 'folder.trace'))
    for name, text in (('office.txt', '# wfd-link-trace 1\n2500 65000 0 0\n'), ('cafe', '# wfd-link-trace 1\n2500 65000 0 0\n'),
                       ('README', 'traces\n'), ('noise.bin', '\xff\xfe\n')):
        with open(os.path.join(others, name), 'w', encoding='latin-1') as file:
            file.write(text)
    eval_out, sim_out = os.path.join(folder, 'others-eval'), os.path.join(folder, 'others-sim')
    eval_line = (rate_eval, '--build', build, '--traces', others, '--controllers', 'fixed', '--simulate',
                 '--seconds', '5', '--out', eval_out)
    sim_line = (rate_sim, '--traces', others, '--controllers', 'fixed', '--seconds', '5', '--out', sim_out)
    for line, out in ((eval_line, eval_out), (sim_line, sim_out)):
        done = run(*line)
        assert done.returncode == 0, done.stdout.decode()
        with open(os.path.join(out, 'summary.csv'), encoding='ascii') as file:
            assert [row.split(',')[0] for row in file.read().splitlines()[1:]] == ['cafe', 'office']
    shutil.copy(os.path.join(others, 'cafe'), os.path.join(others, 'cafe.trace'))
    for line in (eval_line, sim_line):
        done = run(*line)
        assert done.returncode == 1 and b'cafe' in done.stdout, done.stdout.decode()


def check_odd_name(rate_eval, rate_sim, build, folder):
    """What a file may be called is a name in the tables, whatever the locale."""
    name, traces, out = 'caf\xe9, 5 GHz "near" #2', os.path.join(folder, 'odd'), os.path.join(folder, 'odd-out')
    os.mkdir(traces)
    with open(os.path.join(traces, name + '.trace'), 'w', encoding='ascii') as file:
        file.write('# wfd-link-trace 1\n2500 65000 0 0\n')
    for line in ((rate_eval, '--build', build, '--simulate'), (rate_sim,)):
        done = run(*line, '--traces', traces, '--controllers', 'fixed', '--seconds', '5', '--out', out)
        assert done.returncode == 0, done.stdout.decode()
        with open(os.path.join(out, 'summary.csv'), encoding='utf-8') as file:
            rows = list(csv.DictReader(file))
        assert [(row['trace'], row['controller'], row['bad_pct']) for row in rows] == [(name, 'fixed', '0.000')], rows
    with open(os.path.join(out, 'table.md'), encoding='utf-8') as file:
        assert '| fixed |' in file.read()
    with open(os.path.join(out, 'index.html'), encoding='utf-8') as file:
        assert 'src="%s.fixed.png"' % urllib.parse.quote(name) in file.read()


def check_failed_cast(rate_eval, build, traces, folder):
    """One that fails is named, and the others are written all the same."""
    broken, out = os.path.join(folder, 'broken'), os.path.join(folder, 'some')
    os.makedirs(os.path.join(broken, 'tests/rate'))
    program = os.path.join(broken, 'tests/rate/rate-sim')
    with open(program, 'w', encoding='utf-8') as file:
        file.write('#!/bin/sh\ncase "$*" in *even.trace*fixed*) exit 3 ;; esac\nexec "%s" "$@"\n' %
                   os.path.join(os.path.abspath(build), 'tests/rate/rate-sim'))
    os.chmod(program, 0o755)
    done = run(rate_eval, '--build', broken, '--traces', traces, '--controllers', 'balanced,fixed', '--simulate',
               '--seconds', '8', '--out', out)
    said = done.stdout.decode()
    assert done.returncode == 1 and 'Traceback' not in said, said
    with open(os.path.join(out, 'summary.csv'), encoding='ascii') as file:
        assert [line.split(',')[:2] for line in file.read().splitlines()[1:]] == [
            ['even', 'balanced'], ['gusts', 'balanced'], ['gusts', 'fixed']]
    with open(os.path.join(out, 'table.md'), encoding='utf-8') as file:
        table = file.read()
    assert 'failed: even.fixed: ' in table and table in said, said
    assert '| balanced |' in table and '| fixed |' in table, table


def check_bad_traces(rate_eval, build, folder):
    """Refused before anything runs, with file and line."""
    header = '# wfd-link-trace 1\n'
    for text, said in (('', 'first line'), ('2500 65000 0 0\n', 'first line'), (header, 'never carries'),
                       (header + '0 65000 0 0\n', 'never carries'), (header + '2500 65000 0\n', 'line 2'),
                       (header + '2500 65000 0 0\n2500 65000 0 -1\n', 'line 3'),
                       (header + '2500 65000 1001 0\n', 'line 2'), (header + 'NaN 65000 0 0\n', 'line 2'),
                       (header + '2500 65000 0 \xe9\n', 'ascii'),
                       (header.replace('\n', '\r') + '2500 65000 0 0\r', 'first line')):
        traces = os.path.join(folder, 'bad')
        os.makedirs(traces, exist_ok=True)
        with open(os.path.join(traces, 'bad.trace'), 'wb') as file:
            file.write(text.encode('latin-1'))
        for way in ([], ['--simulate']):
            done = run(rate_eval, '--build', build, *way, '--traces', traces, '--out', os.path.join(folder, 'out'))
            assert done.returncode == 1 and 'bad.trace' in done.stdout.decode(), (text, done.stdout)
            assert said in done.stdout.decode() and 'Traceback' not in done.stdout.decode(), (said, done.stdout)


def check_merge(tools, folder):
    """Five captures: the first before the trace begins; one shown, one skipped, one that lost
    a packet, and one that refers to it."""
    sys.path.insert(0, os.path.join(tools, '../tests/bench/rate-cast'))
    import rate_bench
    texts = {
        'report': 'begin_us 1000000\nlate_ms 2\nn_late 0\n',
        'source': 'capture,0,990000,0\nunit,0,0,995000,2000,1,9500\ncapture,1,1006000,9500\nunit,1,1,1011000,3000,0,9500\n'
                  'capture,2,1022000,9500\ncapture,3,1039000,7600\nunit,2,3,1044000,2500,0,4750\n'
                  'signal,rtt\ncapture,4,1056000,4750\nunit,3,4,1061000,1000,0,950\nsignal,queue\n',
        'packets': 'sequence,rtp_timestamp,unit,bytes,in_us,out_us,fate\n'
                   '65534,0,-1,600,0,1000,delivered\n65535,0,0,1356,100,1500,delivered\n'
                   '0,0,-1,1356,200,1600,delivered\n1,0,1,1356,300,14000,delivered\n2,0,-1,1356,301,-1,delivered\n'
                   '4,0,-1,1356,401,-1,lost\n3,0,2,1356,400,50000,delivered\n5,0,3,1100,500,70000,delivered\n',
        'sink': '1001700,0,0,990000,2000,1\n1014500,1,1,1006000,3000,0\n1050000,2,3,1039000,1300,0\n'
                '1070000,3,4,1056000,1000,0\n',
    }
    for name, text in texts.items():
        with open(os.path.join(folder, name), 'w', encoding='ascii') as file:
            file.write(text)
    lines, notes = rate_bench.merge(folder)
    assert lines == [(6, 10000, 2712, 2, 2, 15, 0, 0, 1), (22, 8000, 0, 0, 0, -1, 1, 0, 0),
                     (39, 5000, 2712, 2, 1, -1, 0, 0, 0), (56, 1000, 1100, 1, 1, 70, 0, 0, 0)], lines
    assert notes == {'late_ms': 2, 'n_late': 0, 'units': 4, 'arrived': 3, 'given': 3, 'damaged': 1,
                     'signals': 'queue rtt'}, notes


if __name__ == '__main__':
    sys.exit(main())
