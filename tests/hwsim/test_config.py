# SPDX-License-Identifier: LGPL-2.1-or-later
"""When our programs have ended, wpa_supplicant is set to what it was before. Its file, in which it has written
when it paired what it was set to then, says so again when it is told to write it, and has the pairing; also where the
driver has no interface for Wi-Fi Direct alone."""
from lab import Device, Failure, close, find_both, pair, reopen
from radios import plug, unplug

OURS = 'device_name', 'device_type', 'ip_addr_go', 'ip_addr_mask', 'ip_addr_start', 'ip_addr_end', 'persistent_reconnect'
WAS = {'device_name': 'Mine', 'device_type': '1-0050F204-1', 'ip_addr_go': '192.168.99.1', 'ip_addr_mask': '255.255.255.0',
       'ip_addr_start': '192.168.99.10', 'ip_addr_end': '192.168.99.20'}


def read_file(device):
    """What it says of all that we set, and whether there is a pairing."""
    with open(device.file, encoding='utf-8') as file:
        text, *pairings = file.read().split('\nnetwork=')
    said = dict(line.split('=', 1) for line in text.split('\n') if '=' in line)
    return {key: said[key] for key in OURS if said.get(key)}, len(pairings)


def check_file(device, was):
    said, n_pairings = read_file(device)
    if said != was or n_pairings != 1:
        raise Failure('%s: the file says %s, and has %d pairings' % (device.name, said, n_pairings))


def main():
    source = Device('Source', 0, '--go-intent', '15', config=''.join('%s=%s\n' % line for line in WAS.items()))
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    unplug(sink)
    plug(sink, b'')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    for device in (source, sink):
        if read_file(device)[0]['device_name'] != device.name:
            raise Failure('%s: not what was set when it paired' % device.name)
    close(source, sink)
    for device, was, interface in ((source, WAS, 'p2p-dev-wlan0'), (sink, {}, 'wlan1')):
        device.stop_peer()
        device.ask_supplicant('SAVE_CONFIG', interface)
        check_file(device, was)
        device.kill_supplicant()
        device.start_supplicant()
        device.start_peer()
    find_both(source, sink)
    reopen(source, sink)


main()
