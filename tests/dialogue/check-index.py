#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares INDEX.md with the dialogues beside it, and with the tests elsewhere
that it names. Prints what is missing, and ends with 1 if something is."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main():
    rows = [line for line in (HERE / 'INDEX.md').read_text().splitlines()
            if line.startswith('| ')]
    cells = [line.rstrip('|').rsplit(' | ', 1)[1] for line in rows]
    there = {path.stem for path in HERE.glob('*.talk')}
    named, problems = set(), []
    for cell in cells:
        if not cell.strip():
            problems.append('a row without a dialogue or a reason')
        other = ''
        for name in re.findall(r'`([^`]+)`', cell):
            if name.startswith('tests/'):
                other = ROOT / name
                if not other.exists():
                    problems.append(f'{name} is named and does not exist')
            elif name in there:
                named.add(name)
            elif other and other.exists() and name in other.read_text():
                pass
            elif re.fullmatch(r'[a-z0-9]+(-[a-z0-9]+)+', name) and name != 'rtsp-port':
                problems.append(f'{name}.talk is named and does not exist')
            elif re.fullmatch(r'[a-z0-9]+(_[a-z0-9]+){3,}', name):
                problems.append(f'{name} is named and not in {other}')
    problems += [f'{name}.talk is not in INDEX.md' for name in sorted(there - named)]
    print('\n'.join(problems) or f'{len(there)} dialogues, all in INDEX.md')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
