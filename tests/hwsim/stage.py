# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink and wfdsrc on two devices of the lab: each link is made by the elements."""
import glob
import os

from lab import FOLDER, Device, Failure, check_time

# What the pipelines below need. To look at all that the machine has takes as long as the rest.
PLUGINS = ('app', 'audioconvert', 'audioparsers', 'audioresample', 'coreelements', 'deinterlace', 'libav', 'multifile',
           'playback', 'rtpmanager', 'typefindfunctions', 'videoconvertscale', 'videoparsersbad',
           'videorate', 'videotestsrc', 'voaacenc', 'x264')
PICTURE = 'video/x-raw,width=640,height=480,framerate=30/1'
SOURCE = 'videotestsrc is-live=true %s ! ' + PICTURE + ' ! wfdsink link=p2p peer=Sink %s'
SINK = ('wfdsrc link=p2p device-name=Sink after-session=wait name=w %s '
        'w.video ! decodebin ! videoconvert ! video/x-raw,format=GRAY8 ! ')
NULL_S = 0.2
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


def listen(sink):
    sink.start_pipeline(SINK % '' + TELL_PICTURES)
    sink.tell('play')


def end(device):
    """Its pipeline, in whatever state and trouble it is."""
    device.tell('null')
    while device.wait('^failed|^done null')[0] != 'done null':
        pass
    check_time('%s to NULL' % device.name, device.get_took_s(), NULL_S)
