# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wpa_supplicant of either side, whoever owns the group, is killed while its elements search and at each step
to the first picture: that is told within a second, the pipeline is at NULL at once, nothing is left of a group; and
with wpa_supplicant started again it plays."""
from lab import Device, need_own_time
from stage import break_at_each_step

need_own_time()
break_at_each_step(Device.kill_supplicant, Device.start_supplicant, told_s=1)
