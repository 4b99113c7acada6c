#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one case against the elements: run-case.py NAME. Without a name it lists them.

Exit status 77 means that this machine lacks a part; the reason is printed. WFD_INTEROP_KEEP names
a folder to which logs, transcripts and captured streams are copied.
"""

import sys

import cases_gnd  # noqa: F401 (the cases register themselves)
import cases_wfdsink  # noqa: F401
import cases_wfdsrc  # noqa: F401
import harness


def main():
    if len(sys.argv) != 2:
        print('\n'.join(harness.CASES))
        return 0
    if sys.argv[1] not in harness.CASES:
        print('there is no case %s' % sys.argv[1])
        return 2
    return harness.run(sys.argv[1])


if __name__ == '__main__':
    sys.exit(main())
