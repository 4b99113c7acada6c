# SPDX-License-Identifier: LGPL-2.1-or-later
"""A picture of a cast for a person: what the link carries and what the encoder is told above,
how late each capture comes below, over the same time. gnuplot draws."""
import shutil
import subprocess

DEADLINE_MS = 100
WINDOW_MS = 100
# Of what is shown; what takes longer is at the upper edge.
MOST_DELAY_MS = 250

SCRIPT = '''
set terminal pngcairo size 1400,700 noenhanced font "sans,9"
set output {path}
set multiplot layout 2,1 title {title} noenhanced
set grid ytics lc rgb "#dddddd"
set xrange [0:{seconds}]
set lmargin 8
set key top right horizontal
set ylabel "Mbit/s"
set yrange [0:{most}]
plot $carried using 1:2 with lines lc rgb "#999999" title "the link carries", \\
     $told using 1:2 with lines lc rgb "#0066cc" title "the encoder is told"
set ylabel "ms from capture to the sink"
set yrange [0:{most_delay}]
set xlabel "s"
plot {deadline} with lines dt 2 lc rgb "#cc0000" notitle, \\
     $shown using 1:2 with points pt 7 ps 0.25 lc rgb "#0066cc" title "shown", \\
     $bad using 1:2 with points pt 7 ps 0.35 lc rgb "#cc0000" title "skipped, late or broken"
unset multiplot
'''


def is_possible():
    return shutil.which('gnuplot') is not None


def quote(text):
    """For gnuplot, which runs what stands in backquotes, but not between these."""
    return "'%s'" % text.replace("'", "''")


def is_bad(frame):
    return frame['skipped'] or not frame['shown'] \
        or frame['complete_ms'] - frame['captured_ms'] > DEADLINE_MS


def block(name, points):
    # gnuplot refuses what has no point at all.
    lines = ['%.3f %.3f' % point for point in points] or ['-1 -1']
    return '$%s << END\n%s\nEND\n' % (name, '\n'.join(lines))


def draw(path, title, capacity, frames, seconds):
    """@capacity: bytes of each millisecond of the trace, @frames: rows of a .frames file."""
    carried = [(ms / 1000, sum(capacity[(ms + i) % len(capacity)] for i in range(WINDOW_MS)) * 8e-3 / WINDOW_MS)
               for ms in range(0, seconds * 1000, WINDOW_MS)]
    told = [(frame['captured_ms'] / 1000, frame['rate_kbps'] / 1000) for frame in frames]
    # A link that carries ten times what is ever sent would flatten the rest.
    most = max(5, min(max(value for _, value in carried), 1.5 * max((value for _, value in told), default=0)))
    shown = [(frame['captured_ms'] / 1000, min(frame['complete_ms'] - frame['captured_ms'], MOST_DELAY_MS))
             for frame in frames if frame['shown']]
    bad = [(frame['captured_ms'] / 1000, MOST_DELAY_MS - 3) for frame in frames if is_bad(frame)]
    data = block('carried', carried) + block('told', told) + block('shown', shown) + block('bad', bad)
    script = SCRIPT.format(path=quote(path), title=quote(title), seconds=seconds, most=most,
                           most_delay=MOST_DELAY_MS, deadline=DEADLINE_MS)
    subprocess.run(['gnuplot'], input=(data + script).encode(errors='surrogateescape'), check=True)
