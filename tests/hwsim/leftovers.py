# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a device has at a moment, so that what is left over of something is what it has more afterwards."""
import os
import re

from lab import Failure, say


def list_descriptors(process):
    folder = '/proc/%d/fd/' % process.pid
    return sorted(os.readlink(folder + number).split(':')[0] for number in os.listdir(folder))


def get_memory_kb(device):
    """What is allocated; how many pages that takes depends on which threads were there at once."""
    device.tell('memory')
    return int(device.wait(r'^memory (\d+)')[1]) // 1024


def measure(device):
    """Of its program, of its system and of its wpa_supplicant; how much memory the one has, and how many
    descriptors the other."""
    found = {
        'threads': len(os.listdir('/proc/%d/task' % device.peer.pid)),
        'descriptors': list_descriptors(device.peer),
        'interfaces': re.findall(r'^(\S+)', device.interfaces(), re.M),
        'addresses': device.inside('ip', '-o', 'addr'),
        'routes': device.inside('ip', 'route'),
        'claims': sorted(os.listdir(device.folder + '/gst-wfd')),
        'interfaces of wpa_supplicant': device.ask_supplicant('INTERFACES', path=device.control),
        'networks of wpa_supplicant': device.ask_supplicant('LIST_NETWORKS'),
    }
    return found, get_memory_kb(device), len(list_descriptors(device.supplicant))


# It has one more now and then, while it waits for something.
MOST_DESCRIPTORS = 3


def check_nothing_left(device, before, most_kb):
    (was, was_kb, was_n), (now, now_kb, n) = before, measure(device)
    say('%s: %d kB, and before %d kB; its wpa_supplicant %d descriptors, and before %d'
        % (device.name, now_kb, was_kb, n, was_n))
    for key, value in now.items():
        if value != was[key]:
            raise Failure('%s: %s were %s and are %s' % (device.name, key, was[key], value))
    if now_kb - was_kb > most_kb or n - was_n > MOST_DESCRIPTORS:
        raise Failure('%s: %d kB and %d descriptors of wpa_supplicant more' % (device.name, now_kb - was_kb, n - was_n))
