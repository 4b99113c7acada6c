#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs cases against the elements.

  run-case.py                             lists them, by family
  run-case.py NAME                        runs one; exit status 77: this machine lacks a part
  run-case.py --family NAME [--jobs N]    runs a family, so many at a time, and speaks TAP

WFD_INTEROP_KEEP names a folder to which logs, transcripts and captured streams are copied.
"""

import argparse
import concurrent.futures
import fcntl
import subprocess
import sys

import cases_formats  # noqa: F401 (the cases register themselves)
import cases_gnd  # noqa: F401
import cases_hostile  # noqa: F401
import cases_miracast  # noqa: F401
import cases_proof  # noqa: F401
import cases_rate  # noqa: F401
import cases_receive  # noqa: F401
import cases_sound  # noqa: F401
import cases_wfdsink  # noqa: F401
import cases_wfdsrc  # noqa: F401
import harness
import machine

# Longer than any case allows itself.
LIMIT_S = 300
# What these compare is exact: they may fail by a machine that is busy, but not by chance.
EXACT = ('formats', 'sound', 'proof', 'receive')
TOO_BUSY = 1


def run_apart(name):
    """Run a case in a process of its own; return (exit code, output)."""
    try:
        done = subprocess.run([sys.executable, __file__, name], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors='replace', timeout=LIMIT_S, check=False,
                              preexec_fn=machine.die_with_parent)
    except subprocess.TimeoutExpired as error:
        return 1, 'stopped after %d s; %s' % (LIMIT_S, error.stdout)
    return done.returncode, done.stdout


def run_in_turn(name):
    """Run a case while no family runs another: they would want the same ports."""
    with open(__file__, encoding='utf-8') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return run_apart(name)


def run_family(family, jobs):
    """Run all cases of a family; what they say is told when they have failed."""
    names = harness.FAMILIES[family]
    run = run_apart if machine.can_have_private_networks() else run_in_turn
    print('1..%d' % len(names))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run, name): name for name in names}
        results = [(futures[future], *future.result())
                   for future in concurrent.futures.as_completed(futures)]
    for number, (name, code, output) in enumerate(results, 1):
        # Several programs with pictures in real time want more of a small machine than it has now
        # and then. What fails without the others of its family as well, fails.
        if code not in (0, harness.SKIP) and (family not in EXACT
                                              or machine.slowness() > TOO_BUSY):
            print('# %s failed, once more:\n%s' % (name, comment(output)), flush=True)
            code, output = run(name)
        report(number, name, code, output)


def comment(output):
    return '\n'.join('# ' + line for line in output.splitlines())


def report(number, name, code, output):
    if code == harness.SKIP:
        reason = output.rpartition('SKIP: ')[2].strip()
        print('ok %d - %s # SKIP %s' % (number, name, reason), flush=True)
        return
    print('%s %d - %s' % ('not ok' if code else 'ok', number, name), flush=True)
    if code:
        print(comment(output), flush=True)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('name', nargs='?')
    parser.add_argument('--family')
    parser.add_argument('--jobs', type=int, default=1)
    arguments = parser.parse_args()
    if arguments.family in harness.FAMILIES:
        run_family(arguments.family, arguments.jobs)
    elif arguments.name in harness.CASES:
        return harness.run(arguments.name)
    elif arguments.family or arguments.name:
        print('there is no %s' % (arguments.family or arguments.name))
        return 2
    else:
        for family, names in harness.FAMILIES.items():
            print('%s:\n  %s' % (family, '\n  '.join(names)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
