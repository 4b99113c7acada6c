# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every family of cases is a test of meson, and the runner tells good from bad."""

import contextlib
import fcntl
import importlib
import io
import os
import re
import subprocess
import sys
import unittest
from unittest import mock

import cases_formats  # noqa: F401
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

HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = os.path.join(HERE, 'run-case.py')


def run_case(*arguments):
    return subprocess.run([sys.executable, RUNNER, *arguments],
                          stdout=subprocess.PIPE, text=True, check=False)


class Cases(unittest.TestCase):
    def test_meson_runs_every_family(self):
        with open(os.path.join(HERE, 'meson.build'), encoding='ascii') as file:
            listed = re.findall(r"^  '(\w[\w-]*)': \d+,", file.read(), re.M)
        self.assertEqual(sorted(listed), sorted(harness.FAMILIES))

    def test_list(self):
        output = run_case().stdout
        for name in harness.CASES:
            self.assertIn('\n  %s\n' % name, output + '\n')

    def test_unknown_names(self):
        self.assertEqual(run_case('dance').returncode, 2)
        self.assertEqual(run_case('--family', 'dance').returncode, 2)

    def could_begin_beside_it(self, has_networks):
        """Run a family of one case; return whether another could begin meanwhile."""
        runner, could = importlib.import_module('run-case'), []

        def run_apart(_):
            with open(RUNNER, encoding='utf-8') as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    could.append(True)
                except BlockingIOError:
                    could.append(False)
            return 0, ''
        with mock.patch.object(machine, 'can_have_private_networks', lambda: has_networks), \
                mock.patch.object(runner, 'run_apart', run_apart), \
                mock.patch.dict(harness.FAMILIES, {'test': ['test-any']}), \
                contextlib.redirect_stdout(io.StringIO()):
            runner.run_family('test', 1)
        return could

    def test_one_at_a_time_without_networks(self):
        self.assertEqual(self.could_begin_beside_it(has_networks=False), [False])
        self.assertEqual(self.could_begin_beside_it(has_networks=True), [True])

    def test_a_failing_case_fails(self):
        async def bad(machine):
            harness.check(False, 'it is %s', 'bad')
        harness.case('test-bad')(bad)
        self.addCleanup(lambda: (harness.CASES.pop('test-bad'), harness.FAMILIES.pop('test')))
        child = os.fork()
        if child == 0:
            sys.stdout = open(os.devnull, 'w', encoding='ascii')
            os._exit(harness.run('test-bad'))
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 1)


if __name__ == '__main__':
    unittest.main()
