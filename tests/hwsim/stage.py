# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink and wfdsrc on two devices of the lab: each link is made by the elements."""
import glob
import os
import re
import subprocess
import time

from lab import FOLDER, GST_PEER, HAS_OWN_TIME, SLACK, Device, Failure, check_time, load, say

# What the pipelines below need. To look at all that the machine has takes as long as the rest.
PLUGINS = ('app', 'audioconvert', 'audioparsers', 'audioresample', 'audiotestsrc', 'coreelements', 'deinterlace', 'libav',
           'multifile', 'playback', 'rtpmanager', 'typefindfunctions', 'videoconvertscale', 'videoparsersbad',
           'videorate', 'videotestsrc', 'voaacenc', 'x264')
# The mode with the fewest pixels in a second: in an emulated guest encoder and decoder take most of the time.
PICTURE = 'video/x-raw,width=640,height=360,framerate=30/1'
SOURCE = 'videotestsrc is-live=true ! ' + PICTURE + ' ! wfdsink link=p2p name=w peer=Sink max-bitrate=1000 %s'
SINK = ('wfdsrc link=p2p device-name=Sink after-session=wait video-formats=640x360p30 name=w %s '
        'w.video ! decodebin ! videoconvert ! video/x-raw,format=GRAY8 ! ')
# From addresses to the first picture.
PICTURE_S = 0.3
NULL_S, NULL_SLACK = 0.2, min(SLACK, 2)
# For a group to go with the program that has it.
LEFT_S = 1
TELL_PICTURES = 'fakesink name=pictures signal-handoffs=true sync=false'


def find_plugins():
    folder = os.path.join(FOLDER, 'plugins')
    os.makedirs(folder)
    for plugin in PLUGINS:
        for file in glob.glob('/usr/lib/*/gstreamer-1.0/libgst%s.so' % plugin):
            os.symlink(file, os.path.join(folder, os.path.basename(file)))
    os.environ['GST_PLUGIN_SYSTEM_PATH'] = folder
    os.environ['GST_REGISTRY'] = os.path.join(FOLDER, 'registry')
    os.environ['GST_REGISTRY_FORK'] = 'no'
    # It writes the registry.
    with subprocess.Popen([GST_PEER, 'fakesrc ! fakesink'], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        first.stdin.write(b'null\n')
        first.stdin.flush()
        first.stdout.readline()
        load(first)
        first.stdin.write(b'quit\n')


def check_bars(columns):
    """The means of the seven colour bars of videotestsrc, from white to blue."""
    if any(left <= right + 5 for left, right in zip(columns, columns[1:])):
        raise Failure('these are no colour bars: %s' % columns)


def set_stage(source=0, sink=1):
    """Two devices with radios of these numbers, and nothing that speaks to their wpa_supplicants."""
    find_plugins()
    devices = Device('Source', source), Device('Sink', sink)
    for device in devices:
        device.stop_peer()
    return devices


def wait_picture(sink):
    check_bars([int(column) for column in sink.wait('^picture (.*)')[1].split()])


def listen(sink, settings=''):
    sink.start_pipeline(SINK % ('go-intent=%d %s' % (sink.go_intent, settings)) + TELL_PICTURES)
    sink.tell('play')
    # Until it has looked around.
    time.sleep(3)


def show(source, sink):
    sink.tell('look')
    source.tell('play')
    wait_picture(sink)
    check_owner(source)


def play(source, sink, most_s, who=None):
    """How long it takes from there to addresses on both sides. @who: to be told, or the source"""
    who = who or source
    who.tell('play')
    told_s, has_addresses_s = who.told_s, 0
    for device in (source, sink):
        device.wait('^progress address complete')
        has_addresses_s = max(has_addresses_s, device.heard_s)
    # Not before: a display may still have one of those from before it was paused.
    sink.tell('look')
    wait_picture(sink)
    took_s = has_addresses_s - told_s
    check_time('PLAYING to addresses', took_s, most_s)
    check_time('addresses to the first picture', sink.heard_s - has_addresses_s, PICTURE_S)
    return took_s


def get_stats(device):
    """What its element "w" counts, as text."""
    device.tell('stats')
    return dict(re.findall(r'([a-z-]+)=\(\w+\)"?([^,;"]*)', device.wait('^stats (.*)')[1]))


ROLES = {15: 'owner', 0: 'client'}


def check_owner(source):
    """Of the group that is open, where it was fixed."""
    wanted = ROLES.get(source.go_intent)
    if wanted is not None and get_stats(source)['link-role'] != wanted:
        raise Failure('the source is not the %s' % wanted)


def wait_through(device, pattern):
    """Whatever fails before it."""
    while device.wait('^failed|' + pattern)[0].startswith('failed'):
        pass


def end(device):
    """Its pipeline, in whatever state and trouble it is."""
    device.tell('null')
    wait_through(device, '^begins null')
    begun_s = device.heard_s
    wait_through(device, '^done null')
    check_time('%s to NULL' % device.name, device.heard_s - begun_s, NULL_S, NULL_SLACK)


# Whose peer vanishes while the group is being formed waits for it as long as its wpa_supplicant does, two minutes
# if it was asked and had no answer; who can come back is waited for.
OTHER_S = 130


def begin_again(ended, source, sink, group_s):
    """After @ended, of the two, has: its group is gone within this time, and the sink waits for the next."""
    if ended is not source:
        end(source)
    ended.wait_no_group(group_s)
    (sink if ended is source else source).wait_no_group(OTHER_S)
    if ended is sink:
        # What gst_parse_launch() has linked once it does not link again.
        sink.stop_peer()
        listen(sink)
    time.sleep(3)


def forget_pairings(*devices):
    """While nothing speaks to their wpa_supplicants."""
    for device in devices:
        device.kill_supplicant()
        device.forget_pairings()
        device.start_supplicant()


def forget_while_waiting(source, sink):
    """The same, while the sink waits for the source, which is at NULL."""
    forget_pairings(source, sink)
    sink.wait('^progress discover error')
    sink.wait('^progress discover start')
    time.sleep(3)


def start_source(source):
    source.start_pipeline(SOURCE % 'pairing=pbc go-intent=%d' % source.go_intent)


def for_each_owner(source, sink, act, prepare=None):
    """@act (@source, @sink), on elements that have never been paired; first the one owns each group, then the other, for
    which elsewhere there is no time. @prepare (): before there are elements"""
    for owner in (source, sink) if HAS_OWN_TIME else (source,):
        say('== %s owns the group' % owner.name)
        for device in (source, sink):
            device.go_intent = 15 if device is owner else 0
        if prepare is not None:
            prepare()
        start_source(source)
        listen(sink)
        act(source, sink)
        for device in (source, sink):
            device.stop_peer()
            device.wait_no_group(LEFT_S)
        forget_pairings(source, sink)


# To the first picture. From a known pairing there is no second; who is searched for begins none of its own.
STEPS = ('discover', 'pair', 'connect', 'address', 'negotiate')
GROUP_S = 20


def check_broken(device, source, sink, step, breaking, mend, told_s):
    say('== %s, %s' % (device.name, step))
    if device is sink and step == 'pair':
        forget_while_waiting(source, sink)
    if step != 'discover' or device is source:
        source.tell('play')
        device.wait('^progress %s start' % step)
    since_s = time.monotonic()
    breaking(device)
    text = device.wait('^progress .* error (.*)')[1]
    check_time('“%s”' % text, device.heard_s - since_s, told_s)
    end(device)
    mend(device)
    begin_again(device, source, sink, GROUP_S)


def break_at_each_step(breaking, mend, told_s):
    """Whoever owns the group, each side breaks by @breaking (device) at each step: that is told within this time, the
    pipeline is at NULL at once, and nothing is left of a group; and after @mend (device) it plays."""
    def act(source, sink):
        for device in (source, sink):
            for step in STEPS:
                check_broken(device, source, sink, step, breaking, mend, told_s)
        show(source, sink)
        for device in (source, sink):
            end(device)
    for_each_owner(*set_stage(), act)
