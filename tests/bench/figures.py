# SPDX-License-Identifier: LGPL-2.1-or-later
"""Named figures, ours beside those of stock elements and of a peer, and how they are shown."""

import dataclasses
import itertools
import json
import statistics

UNKNOWN = '–'
FORMATS = {'ms': '%.1f', '%': '%.2f', 'MB': '%.1f', 'kB/h': '%+.0f', '1/s': '%.1f', 'Mbit/s': '%.1f',
           '': '%.5g'}


@dataclasses.dataclass
class Figure:
    """What was measured, over how many runs; less is better in all of them but rates."""
    name: str
    unit: str
    ours: list = dataclasses.field(default_factory=list)
    stock: list = dataclasses.field(default_factory=list)
    peer: list = dataclasses.field(default_factory=list)
    reach: float = None
    worst: bool = False          # the worst run counts, not the one in the middle

    def value(self, values):
        values = [value for value in values if value is not None]
        if not values:
            return None
        return max(values) if self.worst else statistics.median(values)

    def ratio(self, others):
        """Theirs as a multiple of ours."""
        ours, theirs = self.value(self.ours), self.value(others)
        return theirs / ours if ours and theirs is not None else None

    def is_reached(self):
        ours = self.value(self.ours)
        return None if self.reach is None or ours is None else ours <= self.reach

    def cell(self, values):
        value = self.value(values)
        if value is None:
            return UNKNOWN
        text = (FORMATS[self.unit] % value + ' ' + self.unit).strip()
        spread = [v for v in values if v is not None]
        if len(spread) > 1:
            text += ' (%s…%s)' % (FORMATS[self.unit] % min(spread), FORMATS[self.unit] % max(spread))
        return text

    def ratio_cell(self, others):
        ratio = self.ratio(others)
        return UNKNOWN if ratio is None else '%.0f' % ratio if ratio >= 10 else '%.2g' % ratio

    def row(self):
        reached = self.is_reached()
        reach = '' if self.reach is None else '≤ %g %s' % (self.reach, self.unit)
        if reached is not None:
            reach += ' ok' if reached else ' MISSED'
        return [self.name, self.cell(self.ours), self.cell(self.stock), self.ratio_cell(self.stock),
                self.cell(self.peer), self.ratio_cell(self.peer), reach.strip()]

    def entry(self):
        return {'name': self.name, 'unit': self.unit, 'ours': self.value(self.ours),
                'stock': self.value(self.stock), 'stock_ratio': self.ratio(self.stock),
                'peer': self.value(self.peer), 'ratio': self.ratio(self.peer),
                'reach': self.reach, 'reached': self.is_reached(), 'ours_runs': self.ours,
                'stock_runs': self.stock, 'peer_runs': self.peer}


class Table:
    def __init__(self, peer_name):
        self.peer_name = peer_name
        self.figures = []

    def add(self, name, unit, **options):
        figure = Figure(name, unit, **options)
        self.figures.append(figure)
        return figure

    def text(self):
        """As a table of Markdown, with its columns in line."""
        rows = [['figure', 'ours', 'stock elements', 'ratio', self.peer_name, 'ratio', 'reach']]
        rows += [figure.row() for figure in self.figures
                 if figure.ours or figure.stock or figure.peer]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        rows.insert(1, ['-' * width for width in widths])
        return '\n'.join('| %s |' % ' | '.join(
            cell.ljust(width) for cell, width in zip(row, widths)) for row in rows)

    def json(self, **facts):
        figures = [figure.entry() for figure in self.figures]
        return json.dumps({**facts, 'figures': figures}, indent=1)


def slope(points):
    """The median of what y gains per x between any two of (x, y): a step is none, a leak is."""
    return statistics.median((second_y - first_y) / (second_x - first_x) for (
        first_x, first_y), (second_x, second_y) in itertools.combinations(points, 2))
