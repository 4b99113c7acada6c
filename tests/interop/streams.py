# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transport streams to cast, made by ffmpeg, and what independent decoders say of a received one."""

import json
import os
import re
import subprocess

from machine import need

LEVELS = {(640, 480): '3.1', (1280, 720): '3.1', (1920, 1080): '4.0'}


def make_recording(path, size=(1280, 720), rate=30, seconds=6, gop=15, audio=True):
    """A moving test picture in Constrained Baseline and a tone in AAC, with the PIDs of WFD."""
    need('ffmpeg')
    command = ['ffmpeg', '-y', '-v', 'error', '-f', 'lavfi', '-i',
               'testsrc2=s=%dx%d:r=%d' % (*size, rate)]
    if audio:
        command += ['-f', 'lavfi', '-i', 'sine=f=440:r=48000']
    command += ['-t', str(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-tune',
                'zerolatency', '-profile:v', 'baseline', '-level', LEVELS[size], '-pix_fmt',
                'yuv420p', '-g', str(gop), '-b:v', '2M', '-maxrate', '2M', '-bufsize', '300k',
                '-x264-params', 'aud=1:sliced-threads=0:slices=1:threads=1']
    if audio:
        command += ['-c:a', 'aac', '-ac', '2', '-b:a', '128k']
    command += ['-f', 'mpegts', '-mpegts_pmt_start_pid', '0x100', '-streamid', '0:0x1011',
                '-streamid', '1:0x1100', '-pcr_period', '30', '-pat_period', '0.09',
                '-pes_payload_size', '0', '-muxdelay', '0.1', '-muxpreload', '0.1', path]
    subprocess.run(command, check=True)


def _run(command, timeout_s=120, **extra):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', timeout=timeout_s, check=False, **extra)


def ffmpeg_errors(path):
    """Decode all of it to nothing; return every line ffmpeg has to say, [] if there is no error.

    The times stay as they are: made even, two pictures in one period would be called an error.
    """
    need('ffmpeg')
    done = _run(['ffmpeg', '-nostdin', '-v', 'error', '-xerror', '-i', path, '-vsync',
                 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'])
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return lines + (['exit code %d' % done.returncode] if done.returncode else [])


def probe(path):
    """What ffprobe finds: {'video': {...}, 'audio': {...}} with decoded frames counted."""
    need('ffprobe')
    done = _run(['ffprobe', '-v', 'error', '-count_frames', '-show_streams', '-of', 'json', path])
    start = done.stdout.index('{')
    complaints = done.stdout[:start].strip()
    streams = {stream['codec_type']: stream
               for stream in json.loads(done.stdout[start:])['streams']}
    streams['complaints'] = complaints
    return streams


DECODERS = {'aac': ('aacparse', '!', 'avdec_aac'), 'ac3': ('ac3parse', '!', 'avdec_ac3'),
            'lpcm': ('dvdlpcmdec',)}


# Sound and picture may begin further apart than a queue holds by itself.
ROOM = ('queue', 'max-size-time=0', 'max-size-buffers=0', 'max-size-bytes=0')


def gst_decode(path, sound=True, env=None, codec='aac'):
    """Decode with stock GStreamer; return (pictures, buffers of sound, complaints)."""
    need('gst-launch-1.0')
    command = ['gst-launch-1.0', '-v', 'filesrc', 'location=' + path, '!', 'tsdemux', 'name=d',
               'd.', '!', *ROOM, '!', 'h264parse', '!', 'avdec_h264', 'output-corrupt=false', '!',
               'identity', 'name=pictures', 'silent=false', '!', 'fakesink', 'sync=false']
    if sound:
        command += ['d.', '!', *ROOM, '!', *DECODERS[codec], '!', 'audioconvert', '!', 'identity',
                    'name=sound', 'silent=false', '!', 'fakesink', 'sync=false']
    done = _run(command, env=env)
    pictures = len(re.findall(r'pictures.*last-message = chain', done.stdout))
    heard = len(re.findall(r'sound.*last-message = chain', done.stdout))
    complaints = [line for line in done.stdout.splitlines()
                  if re.search(r'ERROR|WARNING|WARN ', line)]
    if done.returncode:
        complaints.append('exit code %d' % done.returncode)
    return pictures, heard, complaints


def discover(path, env=None):
    """What gst-discoverer-1.0 says, as text."""
    need('gst-discoverer-1.0')
    return _run(['gst-discoverer-1.0', '-v', os.path.abspath(path)], env=env).stdout
