# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the driver tells of packets one by one and of the station is what happens in the air: nothing
is lost near by; of what nobody hears each packet is told; and far away attempts are many, the
signal is weak and the rate low; an interface that has gone acknowledges nothing. Of what waits for a station mac80211 tells, and by an address alone
the same is found."""
import platform
import time

from lab import Device, Failure, Medium, find_both, pair, say

HAS_QUEUES = [int(part) for part in platform.release().split('.')[:2]] >= [6, 2]
N_PACKETS = 800
NEAR_DBM, FAR_DBM = -40, -84
# Before Linux 6.2 only some drivers have queues in mac80211, and mac80211_hwsim has none.
QUEUE_KEYS = ('queue-bytes', 'queue-packets', 'queue-flows', 'queue-drops',
              'queue-overlimit') if HAS_QUEUES else ()


def send(source, sink, address):
    """What was sent, told of and lost, and what of it has come."""
    before = count(sink)
    first = source.stats()
    source.tell('send %s %d' % (address, N_PACKETS))
    found = source.wait(r'^sent (\d+) done (\d+) lost (\d+) queue (\d+)')
    sent, done, lost, _ = [int(found[i]) for i in range(1, 5)]
    came = count(sink) - before
    last = source.stats()
    say('sent %d, told of %d, lost %d, %d came' % (sent, done, lost, came))
    if sent != N_PACKETS or done != sent:
        raise Failure('the driver told of %d of %d packets' % (done, sent))
    if came != sent - lost:
        raise Failure('%d came, and the driver says %d' % (came, sent - lost))
    return lost, {key: int(last[key]) - int(first[key]) for key in ('tx-retries', 'tx-failed')}, int(last['tx-kbps'])


def count(sink):
    sink.tell('received')
    return int(sink.wait(r'^received (\d+)')[1])


def check_queues(source, sink, address, own):
    """Each knows the other as the station on the way to its address, with its queues."""
    for device, other in ((source, address), (sink, own)):
        device.tell('look ' + other)
    send(source, sink, address)
    time.sleep(1)
    for device in (source, sink):
        stats, station = device.stats(), device.stats('station')
        for key in ('interface', 'tx-kbps', 'tx-packets', *QUEUE_KEYS):
            if key not in stats or stats[key] != station.get(key):
                raise Failure('%s is %s by the address, and %s' % (key, station.get(key), stats.get(key)))
    if QUEUE_KEYS and int(source.stats()['queue-flows']) == 0:
        raise Failure('no flow was seen')


def check_signal(source, address, dbm):
    """It is that of what was heard last. Who answers has to find a slower rate first."""
    source.inside('busybox', 'ping', '-c', '40', '-i', '0.1', '-W', '1', address)
    time.sleep(1)
    stats = source.stats()
    if abs(int(stats['signal-dbm']) - dbm) > 3:
        raise Failure('the signal is %s dBm and not %d' % (stats['signal-dbm'], dbm))


# So that the sink stays though it misses most beacons too.
BEACON_LOSS = '/sys/module/mac80211/parameters/beacon_loss_count'


def main():
    with open(BEACON_LOSS, 'w', encoding='ascii') as file:
        file.write('10000')
    # From the beginning, or the two agree on aggregates.
    medium = Medium()
    source = Device('Source', 0, '--go-intent', '15', '--lost', '20000')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0', '--lost', '20000')
    find_both(source, sink)
    link, _, _ = pair(source, sink, 'pbc')
    address = link['peer-address']
    sink.tell('receive ' + address)

    say('== near')
    lost, near, near_kbps = send(source, sink, address)
    if lost or near['tx-failed'] or near['tx-retries'] > N_PACKETS // 20:
        raise Failure('near by: %s' % near)
    check_signal(source, address, NEAR_DBM)

    say('== queues')
    check_queues(source, sink, address, link['local-address'])

    say('== most is not heard')
    medium.tell('loss 0 1 90')
    lost, bad, _ = send(source, sink, address)
    if not N_PACKETS // 20 < lost < N_PACKETS or bad['tx-failed'] < lost or bad['tx-retries'] < N_PACKETS:
        raise Failure('not heard: %d of %d, %s' % (lost, N_PACKETS, bad))

    say('== far away')
    medium.tell('loss 0 1 0')
    medium.tell('signal 0 1 %d' % FAR_DBM)
    lost, far, far_kbps = send(source, sink, address)
    say('%d kbit/s near by, %d far away' % (near_kbps, far_kbps))
    check_signal(source, address, FAR_DBM)
    if far['tx-retries'] < N_PACKETS // 4 or far_kbps > near_kbps // 2:
        raise Failure('far away: %s' % far)

    say('== gone')
    medium.tell('signal 0 1 %d' % NEAR_DBM)
    # Nothing is said of that.
    medium.tell('loss 0 1 100')
    sink.inside('iw', 'dev', sink.groups()[0], 'del')
    # And its radio listens there for another one.
    radio = sink.spawn('ip', 'netns', 'exec', sink.name, 'iw', 'dev', sink.interface, 'offchannel',
                       link['frequency-mhz'], '1000')
    time.sleep(0.1)
    medium.tell('loss 0 1 0')
    lost, _, _ = send(source, sink, address)
    radio.wait(20)
    if lost != N_PACKETS:
        raise Failure('%d of %d were acknowledged by an interface that has gone' % (N_PACKETS - lost, N_PACKETS))
    medium.stop()


main()
