# SPDX-License-Identifier: LGPL-2.1-or-later
"""What link.c does, through the introspection data."""
import gi

gi.require_version('Wfd', '1.0')
# pylint: disable-next=wrong-import-position
from gi.repository import GLib, Wfd  # noqa: E402

KEYS = ('peers', 'role', 'persistent', 'frequency-mhz', 'peer')


def wait_for(answers):
    """The first of what a callback puts there."""
    while not answers:
        GLib.MainContext.default().iteration(True)
    return answers.pop()


def do(link, begin, *arguments):
    """Until what was begun is over."""
    results = []
    begin(*arguments, None, lambda _link, result: results.append(result))
    assert link.finish(wait_for(results))


def print_address(address):
    return address.to_string() if address is not None else 'none'


def print_link(link):
    info, stats = link.get_info(), link.dup_stats()
    if info is not None:
        print('%s of %s, %u MHz, from %s to %s' % (
            info.interface, info.peer.get_name(), info.frequency_mhz,
            print_address(info.local_address), print_address(info.peer_address)))
    else:
        print('closed')
    for key in KEYS:
        value = stats.lookup_value(key, None)
        print(key, value.print_(False) if value is not None else '-')


def main():
    link, found = Wfd.P2pLink.new(Wfd.Role.SOURCE), []
    link.connect('peer-found', lambda _link, peer: found.append(peer.get_id()))
    do(link, link.find_async)
    peer = wait_for(found)

    do(link, link.connect_async, peer, Wfd.LinkPairing.new(Wfd.Pairing.PBC, None, True))
    print_link(link)
    do(link, link.disconnect_async)
    print_link(link)
    do(link, link.reopen_async, peer, None)
    print_link(link)
    link.close()
    print_link(link)


main()
