# SPDX-License-Identifier: LGPL-2.1-or-later
"""A radio is switched off and on by rfkill (linux/rfkill.h). An adapter is unplugged and plugged in again: the
simulated radio of a device is removed, and one with the same address made (drivers/net/wireless/mac80211_hwsim.h)."""
import ctypes
import os
import socket
import struct

from lab import CLONE_NEWNET, Failure, run

NETLINK_GENERIC, GENL_ID_CTRL = 16, 16
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 3, 1, 2
HWSIM_NEW_RADIO, HWSIM_DEL_RADIO = 4, 5
HWSIM_RADIO_ID, HWSIM_SUPPORT_P2P_DEVICE, HWSIM_PERM_ADDR = 10, 14, 22
RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE = 1, 2


def block(device, is_blocked):
    """Its wpa_supplicant must have found the switch: only that of the first radio."""
    with open('/dev/rfkill', 'wb', buffering=0) as file:
        file.write(struct.pack('IBBBB', int(device.phy[3:]), RFKILL_TYPE_WLAN, RFKILL_OP_CHANGE, is_blocked, 0))
    if not is_blocked:
        # As whoever looks after the network does.
        device.inside('ip', 'link', 'set', device.interface, 'up')


def attribute(number, octets=b''):
    return struct.pack('HH', 4 + len(octets), number) + octets + bytes(-len(octets) % 4)


def ask(connection, family, command, attributes, flags=NLM_F_REQUEST):
    body = struct.pack('BBH', command, 1, 0) + attributes
    connection.send(struct.pack('IHHII', 16 + len(body), family, flags, 1, 0) + body)
    answer = connection.recv(65536)
    return struct.unpack_from('H', answer, 4)[0], answer[16:]


def get_family(connection):
    kind, answer = ask(connection, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                       attribute(CTRL_ATTR_FAMILY_NAME, b'MAC80211_HWSIM\0'))
    at = 4
    while kind == GENL_ID_CTRL and at < len(answer):
        length, number = struct.unpack_from('HH', answer, at)
        if number == CTRL_ATTR_FAMILY_ID:
            return struct.unpack_from('H', answer, at + 4)[0]
        at += (length + 3) & ~3
    raise Failure('the kernel has no simulated radios')


def obey(command, attributes):
    """In the namespace of the caller; what the kernel says of it."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as connection:
        kind, answer = ask(connection, get_family(connection), command, attributes, NLM_F_REQUEST | NLM_F_ACK)
    result = struct.unpack_from('i', answer)[0] if kind == NLMSG_ERROR else None
    if result is None or result < 0:
        raise Failure('the radio: %s' % (result and os.strerror(-result)))
    return result


def obey_inside(device, command, attributes):
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    device.enter()
    try:
        return obey(command, attributes)
    finally:
        ctypes.CDLL(None).setns(home, CLONE_NEWNET)
        os.close(home)


def unplug(device):
    """All interfaces of the radio go."""
    obey_inside(device, HWSIM_DEL_RADIO, attribute(HWSIM_RADIO_ID, struct.pack('I', int(device.phy[3:]))))


def plug(device, attributes=attribute(HWSIM_SUPPORT_P2P_DEVICE)):
    """The same adapter again, which somebody gives to wpa_supplicant, as NetworkManager would."""
    device.ask_supplicant('INTERFACE_REMOVE ' + device.interface, path=device.control)
    # What is known of the device is its P2P address; of a radio whose address is given it is that.
    address = bytes((0x42, 0, 0, 0, int(device.interface[4:]), 0))
    number = obey(HWSIM_NEW_RADIO, attributes + attribute(HWSIM_PERM_ADDR, address))
    device.phy = 'phy%d' % number
    name, = os.listdir('/sys/class/ieee80211/%s/device/net' % device.phy)
    run('iw', 'phy', device.phy, 'set', 'netns', 'name', device.name)
    device.inside('ip', 'link', 'set', name, 'name', device.interface)
    device.ask_supplicant('INTERFACE_ADD %s\t%s\tnl80211' % (device.interface, device.file), path=device.control)
