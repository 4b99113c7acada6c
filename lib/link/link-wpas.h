/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The names of wpa_supplicant's D-Bus API (hostap, doc/dbus.doxygen) that are
 * used here. A key that a version does not know makes it refuse the whole call,
 * so only keys that 2.10 has are sent. */

#define DBUS_PROPERTIES "org.freedesktop.DBus.Properties"

#define WPAS_NAME "fi.w1.wpa_supplicant1"
#define WPAS_PATH "/fi/w1/wpa_supplicant1"

#define WPAS_INTERFACE_ROOT "fi.w1.wpa_supplicant1"
#define WPAS_INTERFACE_INTERFACE "fi.w1.wpa_supplicant1.Interface"
#define WPAS_INTERFACE_WPS "fi.w1.wpa_supplicant1.Interface.WPS"
#define WPAS_INTERFACE_P2P "fi.w1.wpa_supplicant1.Interface.P2PDevice"
#define WPAS_INTERFACE_PEER "fi.w1.wpa_supplicant1.Peer"
#define WPAS_INTERFACE_GROUP "fi.w1.wpa_supplicant1.Group"
#define WPAS_INTERFACE_BSS "fi.w1.wpa_supplicant1.BSS"
#define WPAS_INTERFACE_PERSISTENT "fi.w1.wpa_supplicant1.PersistentGroup"

/* Root object */
#define WPAS_CAPABILITIES "Capabilities"
#define WPAS_CAPABILITY_P2P "p2p"
#define WPAS_INTERFACES "Interfaces"
#define WPAS_WFD_IES "WFDIEs"
#define WPAS_SIGNAL_INTERFACE_ADDED "InterfaceAdded"
#define WPAS_SIGNAL_INTERFACE_REMOVED "InterfaceRemoved"

/* Interface objects */
#define WPAS_IFNAME "Ifname"
#define WPAS_GROUP_PREFIX "p2p-"      /* of that of a group */
#define WPAS_DEVICE_PREFIX "p2p-dev-" /* of what some drivers form it with */
#define WPAS_STATE "State"
#define WPAS_SIGNAL_STATION_AUTHORIZED "StaAuthorized"
#define WPAS_SIGNAL_NETWORK_ADDED "NetworkAdded"
#define WPAS_SIGNAL_NETWORK_REMOVED "NetworkRemoved"
#define WPAS_SIGNAL_NETWORK_SELECTED "NetworkSelected"
#define WPAS_STATE_OFF "interface_disabled"
#define WPAS_STATE_CONNECTED "completed"
#define WPAS_STATE_UNUSED "inactive" /* it is to be in no network */
#define WPAS_NETWORKS "Networks"
#define WPAS_CURRENT_BSS "CurrentBSS"
#define WPAS_NO_OBJECT "/"
#define WPAS_MODES "Modes"
#define WPAS_MODE_P2P "p2p"
#define WPAS_SCAN "Scan"
#define WPAS_ABORT_SCAN "AbortScan"
#define WPAS_SCAN_TYPE "Type"
#define WPAS_SCAN_ACTIVE "active"
#define WPAS_SCAN_IES "IEs"
#define WPAS_SCAN_CHANNELS "Channels" /* a(uu): frequency and width in MHz */

/* WPS, of the adapter's interface */
#define WPAS_WPS_METHODS "ConfigMethods"
#define WPAS_WPS_BUTTON "push_button" /* or with virtual_ or physical_ before it */
/* As if none were set (2.10); "" sets none. */
#define WPAS_WPS_METHODS_OF_NONE "virtual_display keypad"

/* WPS, of the interface of a group that is ours */
#define WPAS_WPS_START "Start"
#define WPAS_WPS_CANCEL "Cancel"
#define WPAS_WPS_ROLE "Role"
#define WPAS_WPS_REGISTRAR "registrar"
#define WPAS_WPS_TYPE "Type"
#define WPAS_WPS_PBC "pbc"
#define WPAS_WPS_TYPE_PIN "pin"
#define WPAS_WPS_PIN "Pin"
#define WPAS_WPS_P2P_ADDRESS "P2PDeviceAddress"

/* P2PDevice: methods */
#define WPAS_FIND "Find"
#define WPAS_LISTEN "Listen"
#define WPAS_EXTENDED_LISTEN "ExtendedListen"
#define WPAS_STOP_FIND "StopFind"
#define WPAS_CONNECT "Connect"
#define WPAS_CANCEL "Cancel"
#define WPAS_INVITE "Invite"
#define WPAS_GROUP_ADD "GroupAdd"
#define WPAS_DISCONNECT "Disconnect"
#define WPAS_REJECT_PEER "RejectPeer"
#define WPAS_REMOVE_CLIENT "RemoveClient"
#define WPAS_PROVISION_REQUEST "ProvisionDiscoveryRequest"
#define WPAS_PROVISION_DISPLAY "display" /* what the peer has to do */
#define WPAS_REMOVE_PERSISTENT_GROUP "RemovePersistentGroup"

/* P2PDevice: keys of their arguments */
#define WPAS_KEY_DISCOVERY_TYPE "DiscoveryType"
#define WPAS_DISCOVERY_SOCIAL "social"
#define WPAS_DISCOVERY_FULL "start_with_full"
#define WPAS_KEY_FIND_FREQUENCY "freq" /* MHz, where it begins */
#define WPAS_KEY_TIMEOUT "Timeout"
#define WPAS_KEY_PERIOD "period" /* ms of each... */
#define WPAS_KEY_INTERVAL "interval"
#define WPAS_KEY_PEER "peer"
#define WPAS_KEY_CLIENT "iface" /* its address as a station */
#define WPAS_KEY_WPS_METHOD "wps_method"
#define WPAS_KEY_PIN "pin"
#define WPAS_KEY_JOIN "join"
#define WPAS_KEY_PERSISTENT "persistent"
#define WPAS_KEY_PERSISTENT_GROUP_OBJECT "persistent_group_object"
#define WPAS_KEY_GO_INTENT "go_intent"
#define WPAS_KEY_FREQUENCY "frequency"

/* P2PDevice: properties */
#define WPAS_P2P_CONFIG "P2PDeviceConfig"
#define WPAS_CONFIG_DEVICE_NAME "DeviceName"
#define WPAS_CONFIG_PRIMARY_TYPE "PrimaryDeviceType"
#define WPAS_CONFIG_PERSISTENT_RECONNECT "PersistentReconnect"
#define WPAS_CONFIG_NO_GROUP_INTERFACE "NoGroupIface"
#define WPAS_CONFIG_IP_GO "IpAddrGo"
#define WPAS_CONFIG_IP_MASK "IpAddrMask"
#define WPAS_CONFIG_IP_START "IpAddrStart"
#define WPAS_CONFIG_IP_END "IpAddrEnd"
#define WPAS_PEERS "Peers"
#define WPAS_PERSISTENT_GROUPS "PersistentGroups"
#define WPAS_PEER_GO "PeerGO"

/* P2PDevice: signals */
#define WPAS_SIGNAL_DEVICE_FOUND "DeviceFoundProperties"
#define WPAS_SIGNAL_DEVICE_LOST "DeviceLost"
#define WPAS_SIGNAL_FIND_STOPPED "FindStopped"
#define WPAS_SIGNAL_GO_NEGOTIATION_REQUEST "GONegotiationRequest"
#define WPAS_SIGNAL_GO_NEGOTIATION_SUCCESS "GONegotiationSuccess"
#define WPAS_SIGNAL_GO_NEGOTIATION_FAILURE "GONegotiationFailure"
#define WPAS_SIGNAL_REQUEST_PBC "ProvisionDiscoveryPBCRequest"
#define WPAS_SIGNAL_REQUEST_SHOW_PIN "ProvisionDiscoveryRequestDisplayPin"
#define WPAS_SIGNAL_REQUEST_ENTER_PIN "ProvisionDiscoveryRequestEnterPin"
#define WPAS_SIGNAL_PERSISTENT_ADDED "PersistentGroupAdded"
#define WPAS_SIGNAL_PROVISION_FAILURE "ProvisionDiscoveryFailure"
#define WPAS_SIGNAL_FORMATION_FAILURE "GroupFormationFailure"
#define WPAS_SIGNAL_WPS_FAILED "WpsFailed"
#define WPAS_SIGNAL_INVITATION_RECEIVED "InvitationReceived"
#define WPAS_SIGNAL_INVITATION_RESULT "InvitationResult"
#define WPAS_SIGNAL_GROUP_STARTED "GroupStarted"
#define WPAS_SIGNAL_GROUP_FINISHED "GroupFinished"

/* P2PDevice: keys of their arguments, beside those above */
#define WPAS_KEY_PEER_OBJECT "peer_object"
#define WPAS_KEY_GO_ADDRESS "go_dev_addr"
#define WPAS_KEY_GROUP_FREQUENCY "op_freq" /* MHz */
#define WPAS_KEY_STATUS "status"
#define WPAS_KEY_CONFIG_ERROR "config_error"
#define WPAS_KEY_INTERFACE_OBJECT "interface_object"
#define WPAS_KEY_GROUP_OBJECT "group_object"
#define WPAS_KEY_ROLE "role"
#define WPAS_ROLE_GO "GO"
#define WPAS_ROLE_CLIENT "client"
#define WPAS_KEY_ROLE_GO "role_go"
#define WPAS_KEY_FREQUENCIES "frequency_list" /* MHz, that both can use */
#define WPAS_KEY_IP "IpAddr"
#define WPAS_KEY_IP_MASK "IpAddrMask"
#define WPAS_KEY_IP_GO "IpAddrGo"

/* Peer objects */
#define WPAS_PEER_NAME "DeviceName"
#define WPAS_PEER_IES "IEs"
#define WPAS_PEER_GROUP_CAPABILITY "groupcapability"

/* Group objects */
#define WPAS_GROUP_MEMBERS "Members"
#define WPAS_FREQUENCY "Frequency" /* also of a BSS */
#define WPAS_SIGNAL_PEER_JOINED "PeerJoined"
#define WPAS_SIGNAL_PEER_DISCONNECTED "PeerDisconnected"

/* Persistent groups: their properties are the lines of a network block */
#define WPAS_PERSISTENT_PROPERTIES "Properties"
#define WPAS_PERSISTENT_BSSID "bssid"
#define WPAS_PERSISTENT_MODE "mode"
#define WPAS_PERSISTENT_MODE_GO "3"
#define WPAS_PERSISTENT_CLIENTS "p2p_client_list"
#define WPAS_PERSISTENT_FREQUENCY "frequency" /* MHz */

/* Errors */
#define WPAS_ERROR_INTERFACE_UNKNOWN "fi.w1.wpa_supplicant1.InterfaceUnknown"
#define WPAS_ERROR_UNKNOWN "fi.w1.wpa_supplicant1.UnknownError"
#define WPAS_ERROR_CONNECT "fi.w1.wpa_supplicant1.ConnectUnspecifiedError"
#define WPAS_ERROR_CHANNEL_UNAVAILABLE "fi.w1.wpa_supplicant1.ConnectChannelUnavailable"
#define WPAS_ERROR_CHANNEL_UNSUPPORTED "fi.w1.wpa_supplicant1.ConnectChannelUnsupported"
/* In the text of org.freedesktop.DBus.Error.Failed */
#define WPAS_TEXT_NO_P2P "P2P is not available"
