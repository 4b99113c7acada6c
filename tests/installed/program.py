# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same library from Python, through its introspection data."""
import gi

gi.require_version('Wfd', '1.0')
# pylint: disable-next=wrong-import-position
from gi.repository import GLib, Wfd  # noqa: E402

session = Wfd.Session.new(Wfd.Role.SINK)
assert session.get_state() == Wfd.SessionState.IDLE, session.get_state()
try:
    session.set_video_formats('no such format')
except GLib.Error as error:
    assert error.matches(Wfd.error_quark(), Wfd.Error.INVALID_ARGUMENT), error
else:
    raise AssertionError('a format that does not exist was taken')

try:
    Wfd.Listener.new('no address', 0)
except GLib.Error as error:
    assert error.domain == GLib.quark_to_string(Wfd.error_quark()), error.domain
else:
    raise AssertionError('a listener on an address that does not exist')

listener = Wfd.Listener.new('127.0.0.1', 0)
assert listener.get_port() > 0
listener.close()

pairing = Wfd.LinkPairing.new(Wfd.Pairing.PIN_KEYPAD, '12345670', True)
assert (pairing.pairing, pairing.pin, pairing.persist) == (Wfd.Pairing.PIN_KEYPAD, '12345670', True)
link = Wfd.P2pLink.new(Wfd.Role.SINK)
link.props.device_name = 'Living room'
assert (link.props.role, link.props.device_name, link.props.go_intent) == (Wfd.Role.SINK, 'Living room', -1)
assert link.get_info() is None and link.dup_peers() == []
assert link.dup_stats().unpack() == {'peers': 0}, link.dup_stats()
link.close()
