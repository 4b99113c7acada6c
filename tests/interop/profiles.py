# SPDX-License-Identifier: LGPL-2.1-or-later
"""How real sources talk: what each of them does differently from the plain dialogue.

The facts are from traces of the devices and from the published sources of the programs named.
"""

import dataclasses

MANDATORY = ('wfd_video_formats', 'wfd_audio_codecs', 'wfd_client_rtp_ports')

PLAIN_NAMES = MANDATORY + (
    'wfd_content_protection', 'wfd_display_edid', 'wfd_uibc_capability', 'wfd_connector_type')

WINDOWS_NAMES = (
    'wfd_video_formats', 'wfd_audio_codecs', 'wfd_3d_video_formats', 'wfd_content_protection',
    'wfd_display_edid', 'wfd_coupled_sink', 'wfd_client_rtp_ports', 'wfd_uibc_capability',
    'wfd_standby_resume_capability', 'wfd_connector_type', 'wfd_I2C', 'wfd_idr_request_capability',
    'wfd2_video_formats', 'wfd2_audio_codecs', 'wfd2_rotation_capability',
    'wfd2_video_stream_control', 'wfd2_cta_datablock_collection', 'intel_friendly_name',
    'intel_sink_manufacturer_name', 'intel_sink_model_name', 'intel_sink_device_URL',
    'intel_sink_version', 'microsoft_latency_management_capability',
    'microsoft_format_change_capability', 'microsoft_diagnostics_capability', 'microsoft_cursor',
    'microsoft_rtcp_capability')


@dataclasses.dataclass
class Profile:
    """{host} and {port} are our address as the sink sees it, {client} the sink's RTP port."""

    headers: tuple = ()
    require_everywhere: bool = False
    public: str = 'org.wfa.wfd1.0, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER'
    first_cseq: int = 1
    waits_for_m2: bool = True
    m3_names: tuple = (PLAIN_NAMES,)
    uri: str = 'rtsp://localhost/wfd1.0'
    m5_uri: str = 'rtsp://localhost/wfd1.0'
    keep_alive_uri: str = 'rtsp://localhost/wfd1.0'
    url: str = 'rtsp://{host}:{port}/wfd1.0/streamid=0 none'
    url_name: str = 'wfd_presentation_URL'
    video: str = '00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none'
    audio: str = 'AAC 00000001 00'
    rtp_ports: str = 'RTP/AVP/UDP;unicast {client} 0 mode=play'
    splits_m4: bool = False
    after_m4: tuple = ()
    session: str = '5A6B7C8D'
    session_tail: str = ';timeout=60'
    session_in_play: bool = True
    transport: str = 'RTP/AVP/UDP;unicast;client_port={client};server_port={server}'
    play_headers: tuple = (('Range', 'npt=now-'),)
    keep_alive_s: float = 25
    keep_alive_session: bool = True
    refuses_stream_teardown: bool = False
    content_type: bool = True
    idr_body_exact: bool = False
    rtp: dict = dataclasses.field(default_factory=dict)


PROFILES = {
    'plain': Profile(),
    'windows': Profile(
        headers=(('Server', 'MSMiracastSource/10.00.26100.0001 '
                            'guid/00000000-0000-0000-0000-000000000001'),),
        m3_names=(WINDOWS_NAMES,),
        url='rtsp://255.255.255.255/wfd1.0/streamid=0 none',
        after_m4=(('intel_audio_quality', '1'), ('intel_usb_speed', '0')),
        session_tail=';timeout=60', keep_alive_s=20),
    'aosp': Profile(
        headers=(('Date', 'Thu, 01 Jan 1970 00:00:12 +0000'),
                 ('Server', 'stagefright/1.2 (Linux;Android 13)')),
        m3_names=(('wfd_content_protection', 'wfd_video_formats', 'wfd_audio_codecs',
                   'wfd_client_rtp_ports'),),
        video='28 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none',
        url='rtsp://{host}/wfd1.0/streamid=0 none',
        session='1303455736', session_tail=';timeout=30', idr_body_exact=True,
        transport='RTP/AVP/UDP;unicast;client_port={client};server_port=15550'),
    'tizen': Profile(
        headers=(('Server', 'GStreamer RTSP server'), ('Date', 'Tue, 06 Sep 2016 13:35:47 +0000')),
        m5_uri='rtsp://10.77.0.2:48178(null)',
        video='28 00 01 01 00000020 00000000 00000000 00 0000 0000 00 0500 02d0',
        url='rtsp://{host}/wfd1.0/streamid=0 none',
        session='b4$ZP9UDedwNYDha', session_tail='', keep_alive_s=55,
        transport='RTP/AVP/UDP;unicast;client_port={client};server_port={server};'
                  'ssrc=00000001;mode="PLAY"',
        play_headers=(('RTP-Info', 'url=rtsp://{host}/wfd1.0/streamid=0;seq=1;rtptime=0'),
                      ('Range', 'npt=now-'))),
    'gnome-network-displays': Profile(
        headers=(('Server', 'GStreamer RTSP server'), ('Date', 'Fri, 20 Nov 2026 23:37:11 GMT')),
        m3_names=(('wfd_client_rtp_ports', 'wfd_audio_codecs', 'wfd_video_formats',
                   'wfd_display_edid', 'wfd_idr_request_capability', 'microsoft_cursor'),),
        public='org.wfa.wfd1.0, OPTIONS, DESCRIBE, ANNOUNCE, GET_PARAMETER, PAUSE, PLAY, RECORD, '
               'SETUP, SET_PARAMETER, TEARDOWN',
        keep_alive_uri='rtsp://localhost/wfd1.0/streamid=0',
        session='-_.+pazzXrvj5ab', session_tail=';timeout=30', refuses_stream_teardown=True,
        transport='RTP/AVP;unicast;client_port={client};server_port={server};ssrc=00000001;'
                  'mode="PLAY"'),
    'libwds': Profile(
        require_everywhere=True, url='rtsp://127.0.0.1/wfd1.0/streamid=0 none',
        session='abcdefg123456', session_in_play=False, keep_alive_s=5,
        keep_alive_session=False, video='00 00 01 10 00000000 00000000 00000040 00 0000 0000 00 '
                                        'none none'),
    'iwd': Profile(
        url='rtsp://127.0.0.1/wfd1.0/streamid=0 none', session='519025',
        transport='RTP/AVP/UDP;unicast;client_port{client}', keep_alive_s=50,
        keep_alive_session=False),
    'fluxcast': Profile(
        headers=(('Server', 'FluxCast-WFD/0.1'),), keep_alive_s=20, session='4711082',
        session_tail=';timeout=30', keep_alive_uri='rtsp://{host}:{port}/wfd1.0',
        rtp=dict(new_ssrc_on_play=True)),
    'dispd': Profile(
        headers=(('Date', 'Thu Jan  1 01:31:56 1970'),), m5_uri='{url}', session='1',
        session_tail=';timeout=30', url='rtsp://{host}/wfd1.0/streamid=0 none',
        transport='RTP/AVP/UDP;unicast;client_port={client}-{client1};server_port=16384-16385'),
    'widi': Profile(
        session='VaMkltjy', splits_m4=True,
        after_m4=(('intel_show_warning', '0'),),
        transport='RTP/AVP/UDP;unicast;client_port={client};server_port=53151-53153'),
    'old-wds': Profile(content_type=False, url_name='wfd_presentation_url', first_cseq=0),
    'eager': Profile(waits_for_m2=False, first_cseq=301),
    'two-m3': Profile(m3_names=(MANDATORY, ('wfd_content_protection', 'wfd_display_edid'))),
    'unknown-names': Profile(
        m3_names=(PLAIN_NAMES + ('wd_initial_buffer', 'wfd_sec_screensharing',
                                 'wfdx_rotation_capability'),)),
    'bare-m4': Profile(rtp_ports='', audio=''),
    'never-keep-alive': Profile(keep_alive_s=0, session_tail=';timeout=10'),
    'short-timeout': Profile(keep_alive_s=4, session_tail=';timeout=10'),
    'no-server-port': Profile(transport='RTP/AVP/UDP;unicast;client_port={client}'),
    'odd-m4-port': Profile(rtp_ports='RTP/AVP/UDP;unicast {client} {client1} mode=play'),
}
