# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two devices are paired once; then the source opens, uses, cancels and closes sessions through
Windows' Wi-Fi Direct functions and nothing else, and is told why it cannot."""
import os
import re
import signal
import subprocess
import time

from lab import EVERYBODY, NOBODY, Device, Failure, check_time, close, find_both, pair, say, wait_until

WLAN_PEER = os.environ['WFD_WLAN_PEER']
# A new program may have to wait until the sink listens again.
OPENED_S = 20
GST = dict(GST_PLUGIN_PATH=os.environ['WFD_GST'], GST_REGISTRY='/run/lab/registry',
           GST_REGISTRY_FORK='no', LD_LIBRARY_PATH=os.environ['WFD_LIB'])


def get_address(device):
    return re.search(r'^p2p_device_address=(\S+)', device.ask_supplicant('STATUS'), re.M)[1]


def wait_open(source, sink):
    """Our address and interface; both ends can use IP then."""
    found = source.wait(r'^opened (\S+) (\d+) (\S+) (\S+)$')
    check_time('opened', source.get_took_s(), OPENED_S)
    known = sink.wait_opened()
    name, index, ours, theirs = found.groups()
    if (ours, theirs) != (known['peer-address'], known['local-address']):
        raise Failure('addresses: %s, and %s' % (found[0], known))
    if not source.inside('ip', '-o', 'link', 'show', 'dev', name).startswith(index + ':'):
        raise Failure('index of %s: %s' % (name, index))
    source.ping(theirs, name)
    return ours, name


def wait_closed(source, sink):
    sink.wait('^lost')
    source.wait_no_group()
    sink.wait_no_group()


def get_log(device):
    return '/run/vm/cast-%s.log' % device.name


def launch(device, *words):
    log = open(get_log(device), 'w', encoding='utf-8')
    return subprocess.Popen(['gst-launch-1.0', '-v', *words], env=dict(os.environ, **GST),
                            preexec_fn=device.enter, stdout=log, stderr=log)


def count_pictures(device):
    with open(get_log(device), encoding='utf-8') as log:
        return log.read().count('chain   *')


def cast(source, sink, address):
    """An RTSP session, and RTP in it, until so many pictures have been decoded."""
    casting = launch(source, 'wfdsink', 'name=s', 'address=' + address, 'videotestsrc', 'is-live=true', '!',
                     'video/x-raw,width=640,height=480,framerate=30/1', '!', 's.')
    showing = launch(sink, 'wfdsrc', 'uri=wfd://' + address, 'name=w', 'w.video', '!', 'decodebin', '!',
                     'fakesink', 'silent=false', 'sync=false')
    wait_until(lambda: count_pictures(sink) >= 30, '30 pictures', 60)
    for process in (showing, casting):
        process.send_signal(signal.SIGINT)
        process.wait(20)


def cast_by_driver(source, sink, address, interface):
    """The same by the Miracast driver, whose system measures the radio: what it suggests at first and
    each second, and the driver's number of each picture."""
    log = open(get_log(source), 'w', encoding='utf-8')
    casting = subprocess.Popen([os.environ['WFD_MIRACAST_CAST'], '7236', address, interface],
                               env=dict(os.environ, G_MESSAGES_DEBUG='wfd-winapi', **GST),
                               preexec_fn=source.enter, stdout=log, stderr=log)
    time.sleep(3)
    showing = launch(sink, 'wfdsrc', 'uri=wfd://' + address, 'name=w', 'w.video', '!', 'decodebin', '!',
                     'fakesink', 'silent=false', 'sync=false')
    wait_until(lambda: count_pictures(sink) >= 150, '150 pictures', 60)
    showing.send_signal(signal.SIGINT)
    for process in (showing, casting):
        process.wait(20)
    with open(get_log(source), encoding='utf-8') as told:
        check_rates(told.read())


def check_rates(told):
    suggested = re.search(r'suggested: (\d+) kbit/s', told)
    if suggested is None or not 1500 <= int(suggested[1]) <= 5000:
        raise Failure('suggested at first: %s' % (suggested and suggested[0]))
    rates = re.findall(r'the link: encode at (\d+) bit/s \(found: (\d+) kbit/s of (\d+)\), '
                       r'modulation (\d+) bit/s, sent (\d+), failed (\d+)', told)
    # What is suggested while the rate control measures the stream is what that has found.
    sending = [rate for rate in rates if int(rate[4]) >= 10 and int(rate[3]) > 0 and int(rate[2]) > 0]
    if len(sending) < 3 or any(int(rate[0]) != 1000 * int(rate[1]) for rate in sending):
        raise Failure('rates: %s' % rates)
    sent = [int(number) for number in re.findall(r'system: frame (\d+), part 0: sent', told)]
    if len(sent) < 150 or sent != sorted(set(sent)):
        raise Failure('pictures: %s' % sent)
    say('measured by the system: %s, %d seconds: %s' % (suggested[0], len(rates), sending[-1]))


def open_use_close(source, sink, start):
    for use in (cast, cast_by_driver, None):
        source.tell(start)
        address, interface = wait_open(source, sink)
        if use is cast:
            cast(source, sink, address)
        elif use is not None:
            cast_by_driver(source, sink, address, interface)
        source.tell('close')
        source.wait('^closed 0$')
        wait_closed(source, sink)
        time.sleep(2)


def cancel(source, sink, start):
    """At a later moment each time; one of the two wins, and nothing is left over of it when a session
    has been opened and closed after that: until then wpa_supplicant may keep the interface that it
    made for an invitation."""
    outcomes = []
    for tenths in (0, 1, 2, 4, 12):
        source.tell(start)
        time.sleep(tenths / 10)
        source.tell('cancel')
        outcome = source.wait('^(opened|ended) .*')[0]
        outcomes.append(outcome)
        if outcome.startswith('opened'):
            source.tell('close')
        elif outcome != 'ended 1223 0x38001':
            raise Failure('cancelled after %d00 ms: %s' % (tenths, outcome))
        time.sleep(20)
        sink.drop_lines()
    say('cancelled: ' + ', '.join(outcomes))
    if not any(outcome.startswith('ended') for outcome in outcomes):
        raise Failure('it was never cancelled')
    source.tell(start)
    wait_open(source, sink)
    source.tell('close')
    wait_closed(source, sink)


def look(source, address, is_visible):
    source.tell('look ' + address)
    source.wait('^looked 0 %d$' % is_visible)


def fail(source, sink, start):
    say('== wpa_supplicant is killed meanwhile')
    sink.set_group(NOBODY)
    source.tell(start)
    time.sleep(0.5)
    source.kill_supplicant()
    source.wait('^ended 1062 0x10001$')
    source.start_supplicant()
    say('== nobody is there')
    source.tell(start)
    source.wait('^ended (4319 0x2800b|1460 0x38003)$')
    sink.set_group(EVERYBODY)
    time.sleep(10)
    say('== and is again')
    source.tell(start)
    wait_open(source, sink)
    source.tell('close')
    wait_closed(source, sink)
    say('== the key is another one')
    source.kill_supplicant()
    source.change_key()
    source.start_supplicant()
    time.sleep(10)
    source.tell(start)
    # The owner of the group is not told of the key, only that nobody comes.
    source.wait('^ended 31 0x3800[26]$')
    say('== the sink has forgotten')
    sink.kill_supplicant()
    sink.wait('^unavailable')
    sink.forget_pairings()
    sink.start_supplicant()
    find_both(sink)
    time.sleep(10)
    source.tell(start)
    source.wait('^ended 1168 0x80002$')


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    close(source, sink)
    address = get_address(sink)
    start = 'start ' + address
    source.use_program(WLAN_PEER)
    time.sleep(5)

    open_use_close(source, sink, start)
    cancel(source, sink, start)
    look(source, address, True)
    fail(source, sink, start)
    sink.stop_peer()
    time.sleep(90)
    look(source, address, False)
    source.stop_peer()
    source.wait_no_group()


main()
