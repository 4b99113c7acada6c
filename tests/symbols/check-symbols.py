#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what a built library exports with the list of what it should.

  check-symbols.py [--update] NM LIBRARY LIST
"""
import subprocess
import sys

HEADER = '''# SPDX-License-Identifier: LGPL-2.1-or-later
# What the library exports, sorted; tests/symbols compares it with the library. A name
# that leaves this list breaks programs that are installed already.
'''


def exported(nm, library):
    """Functions and data that programs can link with, as a sorted list."""
    table = subprocess.run([nm, '-D', '--defined-only', '--format=posix', library], check=True,
                           stdout=subprocess.PIPE).stdout.decode()
    return sorted(line.split()[0] for line in table.splitlines())


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != '--update']
    if len(arguments) != 3:
        print(__doc__)
        return 2
    nm, library, path = arguments
    symbols = exported(nm, library)
    if '--update' in sys.argv:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(HEADER + ''.join(symbol + '\n' for symbol in symbols))
        return 0

    with open(path, encoding='utf-8') as file:
        listed = [line.rstrip('\n') for line in file if not line.startswith('#')]
    added = sorted(set(symbols) - set(listed))
    removed = sorted(set(listed) - set(symbols))
    for symbol in added:
        print('exported and not in the list: ' + symbol)
    for symbol in removed:
        print('in the list and not exported: ' + symbol)
    if listed != sorted(listed):
        print('the list is not sorted')
    if added or removed or listed != sorted(listed):
        print('If this is what you want (a new function of a public header; nothing may go away '
              'within an API version), run\n  %s --update %s' % (sys.argv[0], ' '.join(arguments)))
        return 1
    print('%d symbols' % len(symbols))
    return 0


if __name__ == '__main__':
    sys.exit(main())
