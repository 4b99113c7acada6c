# SPDX-License-Identifier: LGPL-2.1-or-later
"""The adapter of either side, whoever owns the group, is unplugged while it searches and at each step to the first
picture: that is told within five seconds, the pipeline is at NULL at once; and with the adapter plugged in again it
plays."""
from radios import plug, unplug
from stage import break_at_each_step

break_at_each_step(unplug, plug, told_s=5)
