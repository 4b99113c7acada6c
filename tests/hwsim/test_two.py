# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two sinks in the group of one source: the second comes in while the first is there, and
stays when the first goes."""
from lab import Device, Failure, check_time, find_both, pair, say

FIRST_S, SECOND_S = 5, 1.5


def check_second(source, sink, second):
    """Beside the first, who stays where he is."""
    find_both(second)
    source.tell('connect %s pbc' % second.name)
    owner = second.wait(r'^request (\S+) pbc')[1]
    second.tell('connect %s pbc' % owner)
    source.wait('^done connect')
    link = second.wait_opened()
    check_time('two sinks in one group', max(source.heard_s, second.heard_s) - source.told_s, SECOND_S)
    for one, address in ((second, link['peer-address']), (sink, sink.stats()['peer-address'])):
        one.ping(address, one.stats()['interface'])
    if sink.stats()['local-address'] == link['local-address']:
        raise Failure('both have the address ' + link['local-address'])
    return link['local-address']


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    second = Device('Second', 2, '--sink', '--go-intent', '0')
    find_both(source, sink)
    check_time('paired', pair(source, sink, 'pbc')[2], FIRST_S)
    address = check_second(source, sink, second)

    sink.tell('disconnect')
    sink.wait('^done disconnect')
    source.wait('^lost')
    link = source.wait_opened()
    if link['peer-address'] != address:
        raise Failure('the second is %s, and not %s' % (address, link['peer-address']))
    say('the link is that of the second now')
    second.ping(link['local-address'], second.stats()['interface'])
    second.tell('disconnect')
    second.wait('^done disconnect')
    source.wait('^lost')


main()
