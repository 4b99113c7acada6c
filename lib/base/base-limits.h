/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a peer may make us hold or do. Each limit has its reason. */

/* An M3 answer with a 256-block EDID has 65,536 hex digits (WFD 2.1 §6.1.6);
 * a manufacturer logo in base64 has up to 76,800 (MS-WFDPE §2.1). */
#define WFD_LIMIT_BODY_BYTES (256 * 1024)

/* Windows asks for 27 names in M3; a body of unknown names is cut here. */
#define WFD_LIMIT_BODY_LINES 256

/* Two profiles in one list are what the standard allows; devices repeat. */
#define WFD_LIMIT_H264_CODECS 8

/* 256 blocks of 128 bytes (WFD 2.1 §6.1.6). */
#define WFD_LIMIT_EDID_BYTES (256 * 128)

/* Requests of ours that wait for their answer: M16 and M13 beside one other. */
#define WFD_LIMIT_PENDING_REQUESTS 16

/* Heads seen have up to 1 KiB and 10 lines. */
#define WFD_LIMIT_HEAD_BYTES (16 * 1024)
#define WFD_LIMIT_HEAD_LINES 64

/* Waiting for a peer that does not read: more than any answer, less than
 * anybody would notice. */
#define WFD_LIMIT_SEND_QUEUE_BYTES (256 * 1024)

/* Session ids seen have up to 16 characters. */
#define WFD_LIMIT_SESSION_ID_CHARS 128

/* RTSP requests per second that a peer may make us answer: a Samsung sink
 * sends eight M13 at once, nobody needs more than this. */
#define WFD_LIMIT_REQUESTS_PER_SECOND 200

/* The longest parameter name in use has 44 characters
 * (intel_source_connection_confirmation_enabled). */
#define WFD_LIMIT_PARAM_NAME_CHARS 64

/* A presentation URL has some 45 characters; we repeat it in each request. */
#define WFD_LIMIT_URL_CHARS 512

/* Text for people: names of devices, reasons. */
#define WFD_LIMIT_NAME_BYTES 256

/* 65,534 hex digits of CTA data blocks (WFD 2.1 §6.1.29). */
#define WFD_LIMIT_CTA_BYTES 32767

/* A session timeout beyond a day is no timeout, and a factor of a million must
 * not make it overflow. */
#define WFD_LIMIT_SESSION_TIMEOUT_S (24 * 60 * 60)

/* A PSI section has 1,024 bytes at most (ISO/IEC 13818-1 §2.4.4). */
#define WFD_LIMIT_PSI_SECTION_BYTES 1024

/* Elementary streams of a program: video, audio in 16 languages and pictures
 * laid over it are what the standard has PIDs for (WFD 2.1 Appendix D.4.2). */
#define WFD_LIMIT_TS_STREAMS 64

/* An access unit: 3840x2160 at H.264 level 5.2 may take 7.1 MB (table A-1,
 * MinCR 2). */
#define WFD_LIMIT_TS_UNIT_BYTES (8 * 1024 * 1024)

/* Access units that nobody has fetched from a reader. One packet brings a few;
 * full of the smallest ADTS headers it would bring 1,285. */
#define WFD_LIMIT_TS_UNITS 1024

/* Sound that is not a whole frame yet. A PES packet has at most 64 KiB if it has a
 * length; without, an audio frame of 8,191 octets and the start of another are what
 * must wait. LPCM without length is cut here. */
#define WFD_LIMIT_TS_FRAMES_BYTES (128 * 1024)

/* RTP packets that wait for a missing one: 25 ms of a burst at 300 Mbit/s, the
 * rate of a key frame sent at once over good Wi-Fi. */
#define WFD_LIMIT_RTP_WAITING 1024

/* An RTP packet: 7 TS packets fit into Ethernet; jumbo frames have 9,000. */
#define WFD_LIMIT_RTP_PACKET_BYTES 9000

/* Encode rate: above anything a Wi-Fi Display level allows, and below anything
 * that shows a picture. */
#define WFD_LIMIT_RATE_KBPS 1000000
#define WFD_LIMIT_RATE_KBPS_LOW 32

/* Modulation: Wi-Fi 7 with 16 streams has 46 Gbit/s. */
#define WFD_LIMIT_RATE_PHY_KBPS 50000000

/* Time of the link for a byte: 50 kbit/s, where a picture is no use any more, and
 * 8 Gbit/s. In us. */
#define WFD_LIMIT_RATE_US_PER_BYTE 160.0
#define WFD_LIMIT_RATE_US_PER_BYTE_LOW 0.001

/* Bytes that the kernel may hold of ours: one packet in the air and one behind it,
 * so that the link never waits; and about the largest aggregate. */
#define WFD_LIMIT_RATE_GATE_BYTES_LOW (2 * 1500)
#define WFD_LIMIT_RATE_GATE_BYTES 60000

/* Bytes of one frame or queue that is believed. */
#define WFD_LIMIT_RATE_BYTES (64 * 1024 * 1024)

/* Round trip that is believed. In us. */
#define WFD_LIMIT_RATE_RTT_US 10000000

/* Captures: 240 a second, and one in two seconds. In us. */
#define WFD_LIMIT_RATE_INTERVAL_US 2000000
#define WFD_LIMIT_RATE_INTERVAL_US_LOW 4000

/* Frames in the encoder: zero latency has one, hardware up to four. */
#define WFD_LIMIT_RATE_FRAMES_INSIDE 8

/* Elements come in a management frame, whose body has 2,304 octets at most
 * (IEEE 802.11 §9.2.3). */
#define WFD_LIMIT_IE_BYTES 2304

/* One video subelement for each profile: CBP and CHP (WFD 1.1 §5.1.5). */
#define WFD_LIMIT_IE_VIDEO_FORMATS 2

/* Clients that the owner of a group tells of: 95 would fit into a frame, and
 * Wi-Fi chips have stations for some 10 to 32. */
#define WFD_LIMIT_IE_SESSIONS 32

/* Devices in reach: wpa_supplicant itself keeps 100 of them. */
#define WFD_LIMIT_LINK_PEERS 256

/* Objects of one kind that wpa_supplicant tells of: its interfaces, the groups
 * it remembers. Each costs a call to look at. */
#define WFD_LIMIT_WPAS_OBJECTS 256

/* Stations on the interface of a group: Wi-Fi chips have some 10 to 32. */
#define WFD_LIMIT_STATIONS 64

/* A line that a program says of an address: those seen have up to 100. */
#define WFD_LIMIT_PROGRAM_LINE_BYTES 1024

/* A network that a peer may put us into: a larger one, with the route into it,
 * would take in what is in other networks. */
#define WFD_LIMIT_NETWORK_PREFIX 16

/* A note of a group of our own has up to thirteen lines, of some 1000, and 36 more for each
 * station; one of what wpa_supplicant had before us up to some 4000, most of them for 255 octets of
 * IEs, and of what it has from us as many. */
#define WFD_LIMIT_CLAIM_BYTES (16 * 1024)

/* Graph and peer ids and friendly names of a graph have 256 characters with their
 * NUL (MS-PPGRH 2.2.1.9), of up to 4 bytes each in UTF-8. */
#define WFD_LIMIT_PEER_ID_CHARS 256
#define WFD_LIMIT_PEER_ID_BYTES (WFD_LIMIT_PEER_ID_CHARS * 4)

/* The comment of a graph, with its NUL (MS-PPGRH 2.2.3.1). */
#define WFD_LIMIT_PEER_COMMENT_CHARS 512

/* A frame (MS-PPGRH 3.1.1), and those that we send: one TLS record. */
#define WFD_LIMIT_PEER_FRAME_BYTES 32768
#define WFD_LIMIT_PEER_SENT_FRAME_BYTES 16379

/* Addresses of one node, of referrals in an answer (MS-PPGRH 3.1.1), and of those
 * remembered. */
#define WFD_LIMIT_PEER_ADDRESSES 32
#define WFD_LIMIT_PEER_REFERRALS_SENT 10
#define WFD_LIMIT_PEER_REFERRALS 100

/* The first message, from somebody unknown: its fixed part and three ids. */
#define WFD_LIMIT_PEER_AUTH_BYTES (16 + 3 * WFD_LIMIT_PEER_ID_BYTES)

/* What offsets of 16 bits reach. */
#define WFD_LIMIT_PEER_CONNECT_BYTES 65535

/* Application data in one message: what 16 bits of frames would need 1,025 of. */
#define WFD_LIMIT_PEER_DATA_BYTES (16 * 1024 * 1024)

/* A record (MS-PPGRH 2.2.3.1: 60 MB of payload and attributes), with ids, security
 * data and the lengths around them. */
#define WFD_LIMIT_PEER_RECORD_BYTES (60 * 1024 * 1024)
#define WFD_LIMIT_PEER_SECURITY_BYTES (64 * 1024)
#define WFD_LIMIT_PEER_FLOOD_BYTES (WFD_LIMIT_PEER_RECORD_BYTES + 128 * 1024)

/* Of the records that a graph has of itself, whatever it says of others: the attributes of a
 * node and its addresses. */
#define WFD_LIMIT_PEER_OWN_RECORD_BYTES (256 * 1024)

/* Lists of hashes, boundaries and abstracts, of 36 octets: all records of a graph. */
#define WFD_LIMIT_PEER_SYNC_BYTES (6 * 1024 * 1024)

/* Records that applications publish in a graph, and those of it that wait to be found valid. */
#define WFD_LIMIT_PEER_RECORDS 100000
#define WFD_LIMIT_PEER_DEFERRED 1000

/* Payload, attributes and security data of these: all are in memory. Two of the largest
 * can wait. */
#define WFD_LIMIT_PEER_RECORDS_BYTES (512 * 1024 * 1024)
#define WFD_LIMIT_PEER_DEFERRED_BYTES (128 * 1024 * 1024)

/* What a graph has of itself: as much as of 16,384 nodes; and of one node, with what it has left
 * behind each time it was there. */
#define WFD_LIMIT_PEER_OWN_RECORDS 16384
#define WFD_LIMIT_PEER_OWN_RECORDS_OF_CREATOR 64
#define WFD_LIMIT_PEER_OWN_RECORDS_BYTES (64 * 1024 * 1024)

/* What waits for a peer that does not read, and for an application that does not
 * fetch its events: more than a message that may be sent, and no more than a few
 * of them. */
#define WFD_LIMIT_PEER_QUEUE_BYTES (16 * 1024 * 1024)
#define WFD_LIMIT_PEER_EVENTS_BYTES (16 * 1024 * 1024)

/* What has come of messages that are not whole, of all connections: of as many of the largest
 * records as a node has new neighbours, or sixteen of the largest data; and of one address, of
 * the largest record. Smaller messages do not count, of which each connection has one at most.
 * While others wait for room, who has begun a large one sends so much more of it in the one time,
 * and ends it in the other. */
#define WFD_LIMIT_PEER_PARTIAL_BYTES (256 * 1024 * 1024)
#define WFD_LIMIT_PEER_PARTIAL_BYTES_OF_ADDRESS (64 * 1024 * 1024)
#define WFD_LIMIT_PEER_SMALL_BYTES (64 * 1024)
#define WFD_LIMIT_PEER_PROGRESS_BYTES (512 * 1024)
#define WFD_LIMIT_PEER_SILENCE_S 5
#define WFD_LIMIT_PEER_PARTIAL_S 60

/* How long it waits for a peer that reads nothing of it. */
#define WFD_LIMIT_PEER_STALLED_S 300

/* A machine that has gone without a word is asked for after this, and missed after twice as
 * long. */
#define WFD_LIMIT_PEER_KEEP_ALIVE_S 30

/* Connections that have not said who they are (one file each, up to 300 s). */
#define WFD_LIMIT_PEER_STRANGERS 256

/* Connections that are given up, of which the peer has not read the last yet, or not closed
 * (one file each, up to 30 s), and what waits for it: as much as of messages in part. */
#define WFD_LIMIT_PEER_LINGERING 256
#define WFD_LIMIT_PEER_LINGERING_OF_ADDRESS 64
#define WFD_LIMIT_PEER_LINGERING_BYTES (256 * 1024 * 1024)
#define WFD_LIMIT_PEER_LINGERING_BYTES_OF_ADDRESS (64 * 1024 * 1024)
/* What is read of one, so that it reads the last: more than can be on the way. */
#define WFD_LIMIT_PEER_LINGERING_READ_BYTES (64 * 1024 * 1024)

/* Descriptors of a process that are not for connections of peers: half of all, or so many. With
 * fewer than the others need, each limit of connections is less by as much. */
#define WFD_LIMIT_PEER_OTHER_FILES 256

/* Connections of one graph that an application makes: with each of 64 nodes, and room; the direct ones
 * of them that others make; and those that have said who they are, and proved nothing or not
 * said what they want. */
#define WFD_LIMIT_PEER_LINKS 1024
#define WFD_LIMIT_PEER_LINKS_DIRECT 896
#define WFD_LIMIT_PEER_LINKS_EXPECTED 64

/* Identities of a user: each costs a look into its folder where they are listed. */
#define WFD_LIMIT_PEER_IDENTITIES 256

/* Certificates from the root of a group to a member (MS-PPSEC 2.2.5), each with names of
 * 255 characters, and all of them in one PKCS#7. */
#define WFD_LIMIT_PEER_CHAIN 25
#define WFD_LIMIT_PEER_CHAIN_BYTES (64 * 1024)
#define WFD_LIMIT_PEER_NAME_CHARS 255
#define WFD_LIMIT_PEER_CLASSIFIERS 16

/* What somebody may send until they have proved who they are: two handshakes, and in them
 * the longest chain of certificates twice. */
#define WFD_LIMIT_PEER_TOKENS_BYTES (256 * 1024)
/* Of a message in a frame that is encrypted (MS-PPSEC 3.1.4.1): one record of TLS. */
#define WFD_LIMIT_PEER_SENT_PLAIN_BYTES 16348
/* Wrong proofs of the password of a group at which a member looks at once, and after how long at
 * one more: nobody mistypes it so often, and 10,000 take more than a day. */
#define WFD_LIMIT_PEER_WRONG_PROOFS 10
#define WFD_LIMIT_PEER_WRONG_PROOF_S 10
/* The most that somebody has to prove who they are (MS-PPGRH 3.1.2). */
#define WFD_LIMIT_PEER_HANDSHAKE_S 300

/* Certificates of a group that are held, some KiB each: those that its creator has issued, and as
 * many of others; of the latter those that follow from one whom the creator has let in, and of
 * these those of one member. So nobody leaves no room for who puts them out. */
#define WFD_LIMIT_PEER_MEMBERS 16384
#define WFD_LIMIT_PEER_FOLLOWERS 4096
#define WFD_LIMIT_PEER_CERTIFICATES 32

/* What a group has of itself: twice as many as one administrator needs who publishes all that its
 * creator has issued, some 3 KiB each, for nobody has more than is free beside theirs. */
#define WFD_LIMIT_PEER_GROUP_RECORDS (2 * WFD_LIMIT_PEER_MEMBERS)
#define WFD_LIMIT_PEER_GROUP_RECORDS_BYTES (128 * 1024 * 1024)
