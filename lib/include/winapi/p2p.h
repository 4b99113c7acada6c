/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pnrpdef.h>
#include <wincrypt.h>
#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

EXTERN_C_START

/* Peer Graphing and Peer Grouping. Where this differs from Windows, docs/peer.md says so. */

#define PEER_GRAPH_VERSION MAKEWORD (1, 0)
#define PEER_GROUP_VERSION MAKEWORD (1, 1)

typedef PVOID HGRAPH, *PHGRAPH;
typedef PVOID HGROUP, *PHGROUP;
typedef PVOID HPEEREVENT;
typedef PVOID HPEERENUM;

typedef enum peer_record_change_type_tag
{
  PEER_RECORD_ADDED = 1,
  PEER_RECORD_UPDATED = 2,
  PEER_RECORD_DELETED = 3,
  PEER_RECORD_EXPIRED = 4
} PEER_RECORD_CHANGE_TYPE;

typedef enum peer_connection_status_tag
{
  PEER_CONNECTED = 1,
  PEER_DISCONNECTED = 2,
  PEER_CONNECTION_FAILED = 3
} PEER_CONNECTION_STATUS;

typedef enum peer_connection_flags_tag
{
  PEER_CONNECTION_NEIGHBOR = 1,
  PEER_CONNECTION_DIRECT = 2
} PEER_CONNECTION_FLAGS;

typedef enum peer_record_flags_tag
{
  PEER_RECORD_FLAG_AUTOREFRESH = 1,
  PEER_RECORD_FLAG_DELETED = 2
} PEER_RECORD_FLAGS;

typedef enum peer_graph_event_type_tag
{
  PEER_GRAPH_EVENT_STATUS_CHANGED = 1,
  PEER_GRAPH_EVENT_PROPERTY_CHANGED = 2,
  PEER_GRAPH_EVENT_RECORD_CHANGED = 3,
  PEER_GRAPH_EVENT_DIRECT_CONNECTION = 4,
  PEER_GRAPH_EVENT_NEIGHBOR_CONNECTION = 5,
  PEER_GRAPH_EVENT_INCOMING_DATA = 6,
  PEER_GRAPH_EVENT_CONNECTION_REQUIRED = 7,
  PEER_GRAPH_EVENT_NODE_CHANGED = 8,
  PEER_GRAPH_EVENT_SYNCHRONIZED = 9
} PEER_GRAPH_EVENT_TYPE;

typedef enum peer_node_change_type_tag
{
  PEER_NODE_CHANGE_CONNECTED = 1,
  PEER_NODE_CHANGE_DISCONNECTED = 2,
  PEER_NODE_CHANGE_UPDATED = 3
} PEER_NODE_CHANGE_TYPE;

typedef enum peer_graph_status_flags_tag
{
  PEER_GRAPH_STATUS_LISTENING = 1,
  PEER_GRAPH_STATUS_HAS_CONNECTIONS = 2,
  PEER_GRAPH_STATUS_SYNCHRONIZED = 4
} PEER_GRAPH_STATUS_FLAGS;

typedef enum peer_graph_property_flags_tag
{
  PEER_GRAPH_PROPERTY_HEARTBEATS = 1,
  PEER_GRAPH_PROPERTY_DEFER_EXPIRATION = 2
} PEER_GRAPH_PROPERTY_FLAGS;

typedef enum peer_graph_scope_tag
{
  PEER_GRAPH_SCOPE_ANY = 0,
  PEER_GRAPH_SCOPE_GLOBAL = 1,
  PEER_GRAPH_SCOPE_SITELOCAL = 2,
  PEER_GRAPH_SCOPE_LINKLOCAL = 3,
  PEER_GRAPH_SCOPE_LOOPBACK = 4
} PEER_GRAPH_SCOPE;

typedef struct peer_version_data_tag
{
  WORD wVersion;
  WORD wHighestVersion;
} PEER_VERSION_DATA, *PPEER_VERSION_DATA;

typedef struct peer_data_tag
{
  ULONG cbData;
  PBYTE pbData;
} PEER_DATA, *PPEER_DATA;
typedef const PEER_DATA *PCPEER_DATA;

typedef struct peer_record_tag
{
  DWORD dwSize;
  GUID type;
  GUID id;
  DWORD dwVersion;
  DWORD dwFlags;
  PWSTR pwzCreatorId;
  PWSTR pwzModifiedById;
  PWSTR pwzAttributes;
  FILETIME ftCreation;
  FILETIME ftExpiration;
  FILETIME ftLastModified;
  PEER_DATA securityData;
  PEER_DATA data;
} PEER_RECORD, *PPEER_RECORD;

/* The family is AF_INET6 as this machine has it. */
typedef struct peer_address_tag
{
  DWORD dwSize;
  SOCKADDR_IN6 sin6;
} PEER_ADDRESS, *PPEER_ADDRESS;
typedef const PEER_ADDRESS *PCPEER_ADDRESS;

typedef struct peer_connection_info_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  ULONGLONG ullConnectionId;
  ULONGLONG ullNodeId;
  PWSTR pwzPeerId;
  PEER_ADDRESS address;
} PEER_CONNECTION_INFO, *PPEER_CONNECTION_INFO;

typedef struct peer_event_incoming_data_tag
{
  DWORD dwSize;
  ULONGLONG ullConnectionId;
  GUID type;
  PEER_DATA data;
} PEER_EVENT_INCOMING_DATA, *PPEER_EVENT_INCOMING_DATA;

typedef struct peer_event_record_change_data_tag
{
  DWORD dwSize;
  PEER_RECORD_CHANGE_TYPE changeType;
  GUID recordId;
  GUID recordType;
} PEER_EVENT_RECORD_CHANGE_DATA, *PPEER_EVENT_RECORD_CHANGE_DATA;

typedef struct peer_event_connection_change_data_tag
{
  DWORD dwSize;
  PEER_CONNECTION_STATUS status;
  ULONGLONG ullConnectionId;
  ULONGLONG ullNodeId;
  ULONGLONG ullNextConnectionId;
  HRESULT hrConnectionFailedReason;
} PEER_EVENT_CONNECTION_CHANGE_DATA, *PPEER_EVENT_CONNECTION_CHANGE_DATA;

typedef struct peer_event_synchronized_data_tag
{
  DWORD dwSize;
  GUID recordType;
} PEER_EVENT_SYNCHRONIZED_DATA, *PPEER_EVENT_SYNCHRONIZED_DATA;

typedef struct peer_graph_properties_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  DWORD dwScope;
  DWORD dwMaxRecordSize;
  PWSTR pwzGraphId;
  PWSTR pwzCreatorId;
  PWSTR pwzFriendlyName;
  PWSTR pwzComment;
  ULONG ulPresenceLifetime;
  ULONG cPresenceMax;
} PEER_GRAPH_PROPERTIES, *PPEER_GRAPH_PROPERTIES;

typedef struct peer_node_info_tag
{
  DWORD dwSize;
  ULONGLONG ullNodeId;
  PWSTR pwzPeerId;
  ULONG cAddresses;
  PPEER_ADDRESS pAddresses;
  PWSTR pwzAttributes;
} PEER_NODE_INFO, *PPEER_NODE_INFO;

typedef struct peer_event_node_change_data_tag
{
  DWORD dwSize;
  PEER_NODE_CHANGE_TYPE changeType;
  ULONGLONG ullNodeId;
  PWSTR pwzPeerId;
} PEER_EVENT_NODE_CHANGE_DATA, *PPEER_EVENT_NODE_CHANGE_DATA;

typedef struct peer_graph_event_registration_tag
{
  PEER_GRAPH_EVENT_TYPE eventType;
  GUID *pType;
} PEER_GRAPH_EVENT_REGISTRATION, *PPEER_GRAPH_EVENT_REGISTRATION;

__extension__ typedef struct peer_graph_event_data_tag
{
  PEER_GRAPH_EVENT_TYPE eventType;
  union
  {
    PEER_GRAPH_STATUS_FLAGS dwStatus;
    PEER_EVENT_INCOMING_DATA incomingData;
    PEER_EVENT_RECORD_CHANGE_DATA recordChangeData;
    PEER_EVENT_CONNECTION_CHANGE_DATA connectionChangeData;
    PEER_EVENT_NODE_CHANGE_DATA nodeChangeData;
    PEER_EVENT_SYNCHRONIZED_DATA synchronizedData;
  };
} PEER_GRAPH_EVENT_DATA, *PPEER_GRAPH_EVENT_DATA;

typedef HRESULT (CALLBACK *PFNPEER_VALIDATE_RECORD) (HGRAPH hGraph, PVOID pvContext,
    PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType);
typedef HRESULT (CALLBACK *PFNPEER_SECURE_RECORD) (HGRAPH hGraph, PVOID pvContext,
    PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType, PPEER_DATA *ppSecurityData);
typedef HRESULT (CALLBACK *PFNPEER_FREE_SECURITY_DATA) (HGRAPH hGraph, PVOID pvContext,
    PPEER_DATA pSecurityData);
typedef HRESULT (CALLBACK *PFNPEER_ON_PASSWORD_AUTH_FAILED) (HGRAPH hGraph, PVOID pvContext);

typedef struct peer_security_interface_tag
{
  DWORD dwSize;
  PWSTR pwzSspFilename;
  PWSTR pwzPackageName;
  ULONG cbSecurityInfo;
  PBYTE pbSecurityInfo;
  PVOID pvContext;
  PFNPEER_VALIDATE_RECORD pfnValidateRecord;
  PFNPEER_SECURE_RECORD pfnSecureRecord;
  PFNPEER_FREE_SECURITY_DATA pfnFreeSecurityData;
  PFNPEER_ON_PASSWORD_AUTH_FAILED pfnAuthFailed;
} PEER_SECURITY_INTERFACE, *PPEER_SECURITY_INTERFACE;

typedef struct peer_name_pair_tag
{
  DWORD dwSize;
  PWSTR pwzPeerName;
  PWSTR pwzFriendlyName;
} PEER_NAME_PAIR, *PPEER_NAME_PAIR;

/* --- groups --- */

typedef GUID PEER_ROLE_ID;

DEFINE_GUID (PEER_GROUP_ROLE_ADMIN, 0x04387127, 0xaa56, 0x450a, 0x8c, 0xe5, 0x4f, 0x56, 0x5c, 0x67,
    0x90, 0xf4);
DEFINE_GUID (PEER_GROUP_ROLE_MEMBER, 0xf12dc4c7, 0x0857, 0x4ca0, 0x93, 0xfc, 0xb1, 0xbb, 0x19, 0xa3,
    0xd8, 0xc2);
DEFINE_GUID (PEER_GROUP_ROLE_INVITING_MEMBER, 0x4370fd89, 0xdc18, 0x4cfb, 0x8d, 0xbf, 0x98, 0x53,
    0xa8, 0xa9, 0xf9, 0x05);

typedef enum peer_group_event_type_tag
{
  PEER_GROUP_EVENT_STATUS_CHANGED = 1,
  PEER_GROUP_EVENT_PROPERTY_CHANGED = 2,
  PEER_GROUP_EVENT_RECORD_CHANGED = 3,
  PEER_GROUP_EVENT_DIRECT_CONNECTION = 4,
  PEER_GROUP_EVENT_NEIGHBOR_CONNECTION = 5,
  PEER_GROUP_EVENT_INCOMING_DATA = 6,
  PEER_GROUP_EVENT_MEMBER_CHANGED = 8,
  PEER_GROUP_EVENT_CONNECTION_FAILED = 10,
  PEER_GROUP_EVENT_AUTHENTICATION_FAILED = 11
} PEER_GROUP_EVENT_TYPE;

typedef enum peer_group_status_tag
{
  PEER_GROUP_STATUS_LISTENING = 1,
  PEER_GROUP_STATUS_HAS_CONNECTIONS = 2
} PEER_GROUP_STATUS;

typedef enum peer_group_property_flags_tag
{
  PEER_MEMBER_DATA_OPTIONAL = 1,
  PEER_DISABLE_PRESENCE = 2,
  PEER_DEFER_EXPIRATION = 4
} PEER_GROUP_PROPERTY_FLAGS;

typedef enum peer_group_authentication_scheme_tag
{
  PEER_GROUP_GMC_AUTHENTICATION = 1,
  PEER_GROUP_PASSWORD_AUTHENTICATION = 2
} PEER_GROUP_AUTHENTICATION_SCHEME;

typedef enum peer_member_flags_tag
{
  PEER_MEMBER_PRESENT = 1
} PEER_MEMBER_FLAGS;

typedef enum peer_member_change_type_tag
{
  PEER_MEMBER_CONNECTED = 1,
  PEER_MEMBER_DISCONNECTED = 2,
  PEER_MEMBER_UPDATED = 3,
  PEER_MEMBER_JOINED = 4,
  PEER_MEMBER_LEFT = 5
} PEER_MEMBER_CHANGE_TYPE;

typedef enum peer_issue_credential_flags_tag
{
  PEER_GROUP_STORE_CREDENTIALS = 1
} PEER_GROUP_ISSUE_CREDENTIAL_FLAGS;

typedef struct peer_credential_info_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  PWSTR pwzFriendlyName;
  CERT_PUBLIC_KEY_INFO *pPublicKey;
  PWSTR pwzIssuerPeerName;
  PWSTR pwzIssuerFriendlyName;
  FILETIME ftValidityStart;
  FILETIME ftValidityEnd;
  ULONG cRoles;
  PEER_ROLE_ID *pRoles;
} PEER_CREDENTIAL_INFO, *PPEER_CREDENTIAL_INFO;

typedef struct peer_member_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  PWSTR pwzIdentity;
  PWSTR pwzAttributes;
  ULONGLONG ullNodeId;
  ULONG cAddresses;
  PEER_ADDRESS *pAddresses;
  PEER_CREDENTIAL_INFO *pCredentialInfo;
} PEER_MEMBER, *PPEER_MEMBER;

typedef struct peer_invitation_info_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  PWSTR pwzCloudName;
  DWORD dwScope;
  DWORD dwCloudFlags;
  PWSTR pwzGroupPeerName;
  PWSTR pwzIssuerPeerName;
  PWSTR pwzSubjectPeerName;
  PWSTR pwzGroupFriendlyName;
  PWSTR pwzIssuerFriendlyName;
  PWSTR pwzSubjectFriendlyName;
  FILETIME ftValidityStart;
  FILETIME ftValidityEnd;
  ULONG cRoles;
  PEER_ROLE_ID *pRoles;
  ULONG cClassifiers;
  PWSTR *ppwzClassifiers;
  CERT_PUBLIC_KEY_INFO *pSubjectPublicKey;
  PEER_GROUP_AUTHENTICATION_SCHEME authScheme;
} PEER_INVITATION_INFO, *PPEER_INVITATION_INFO;

typedef struct peer_group_properties_tag
{
  DWORD dwSize;
  DWORD dwFlags;
  PWSTR pwzCloud;
  PWSTR pwzClassifier;
  PWSTR pwzGroupPeerName;
  PWSTR pwzCreatorPeerName;
  PWSTR pwzFriendlyName;
  PWSTR pwzComment;
  ULONG ulMemberDataLifetime;
  ULONG ulPresenceLifetime;
  DWORD dwAuthenticationSchemes;
  PWSTR pwzGroupPassword;
  PEER_ROLE_ID groupPasswordRole;
} PEER_GROUP_PROPERTIES, *PPEER_GROUP_PROPERTIES;

typedef struct peer_event_member_change_data_tag
{
  DWORD dwSize;
  PEER_MEMBER_CHANGE_TYPE changeType;
  PWSTR pwzIdentity;
} PEER_EVENT_MEMBER_CHANGE_DATA, *PPEER_EVENT_MEMBER_CHANGE_DATA;

typedef struct peer_group_event_registration_tag
{
  PEER_GROUP_EVENT_TYPE eventType;
  GUID *pType;
} PEER_GROUP_EVENT_REGISTRATION, *PPEER_GROUP_EVENT_REGISTRATION;

__extension__ typedef struct peer_group_event_data_tag
{
  PEER_GROUP_EVENT_TYPE eventType;
  union
  {
    PEER_GROUP_STATUS dwStatus;
    PEER_EVENT_INCOMING_DATA incomingData;
    PEER_EVENT_RECORD_CHANGE_DATA recordChangeData;
    PEER_EVENT_CONNECTION_CHANGE_DATA connectionChangeData;
    PEER_EVENT_MEMBER_CHANGE_DATA memberChangeData;
    HRESULT hrConnectionFailedReason;
  };
} PEER_GROUP_EVENT_DATA, *PPEER_GROUP_EVENT_DATA;

WFDX_API HRESULT WINAPI PeerGraphStartup (WORD wVersionRequested, PPEER_VERSION_DATA pVersionData);
WFDX_API HRESULT WINAPI PeerGraphShutdown (VOID);
WFDX_API VOID WINAPI PeerGraphFreeData (PVOID pvData);
WFDX_API HRESULT WINAPI PeerGraphGetItemCount (HPEERENUM hPeerEnum, ULONG *pCount);
WFDX_API HRESULT WINAPI PeerGraphGetNextItem (HPEERENUM hPeerEnum, ULONG *pCount,
    PVOID **pppvItems);
WFDX_API HRESULT WINAPI PeerGraphEndEnumeration (HPEERENUM hPeerEnum);

WFDX_API HRESULT WINAPI PeerGraphCreate (PPEER_GRAPH_PROPERTIES pGraphProperties,
    PCWSTR pwzDatabaseName, PPEER_SECURITY_INTERFACE pSecurityInterface, HGRAPH *phGraph);
WFDX_API HRESULT WINAPI PeerGraphOpen (PCWSTR pwzGraphId, PCWSTR pwzPeerId, PCWSTR pwzDatabaseName,
    PPEER_SECURITY_INTERFACE pSecurityInterface, ULONG cRecordTypeSyncPrecedence,
    const GUID *pRecordTypeSyncPrecedence, HGRAPH *phGraph);
WFDX_API HRESULT WINAPI PeerGraphListen (HGRAPH hGraph, DWORD dwScope, DWORD dwScopeId, WORD wPort);
WFDX_API HRESULT WINAPI PeerGraphConnect (HGRAPH hGraph, PCWSTR pwzPeerId, PPEER_ADDRESS pAddress,
    ULONGLONG *pullConnectionId);
WFDX_API HRESULT WINAPI PeerGraphClose (HGRAPH hGraph);
WFDX_API HRESULT WINAPI PeerGraphDelete (PCWSTR pwzGraphId, PCWSTR pwzPeerId,
    PCWSTR pwzDatabaseName);
WFDX_API HRESULT WINAPI PeerGraphGetStatus (HGRAPH hGraph, DWORD *pdwStatus);
WFDX_API HRESULT WINAPI PeerGraphGetProperties (HGRAPH hGraph,
    PPEER_GRAPH_PROPERTIES *ppGraphProperties);
WFDX_API HRESULT WINAPI PeerGraphSetProperties (HGRAPH hGraph,
    PPEER_GRAPH_PROPERTIES pGraphProperties);

WFDX_API HRESULT WINAPI PeerGraphOpenDirectConnection (HGRAPH hGraph, PCWSTR pwzPeerId,
    PPEER_ADDRESS pAddress, ULONGLONG *pullConnectionId);
WFDX_API HRESULT WINAPI PeerGraphCloseDirectConnection (HGRAPH hGraph, ULONGLONG ullConnectionId);
WFDX_API HRESULT WINAPI PeerGraphSendData (HGRAPH hGraph, ULONGLONG ullConnectionId,
    const GUID *pType, ULONG cbData, PVOID pvData);
WFDX_API HRESULT WINAPI PeerGraphEnumConnections (HGRAPH hGraph, DWORD dwFlags,
    HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGraphEnumNodes (HGRAPH hGraph, PCWSTR pwzPeerId, HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGraphGetNodeInfo (HGRAPH hGraph, ULONGLONG ullNodeId,
    PPEER_NODE_INFO *ppNodeInfo);
WFDX_API HRESULT WINAPI PeerGraphSetNodeAttributes (HGRAPH hGraph, PCWSTR pwzAttributes);
WFDX_API HRESULT WINAPI PeerGraphSetPresence (HGRAPH hGraph, BOOL fPresent);

WFDX_API HRESULT WINAPI PeerGraphRegisterEvent (HGRAPH hGraph, HANDLE hEvent,
    ULONG cEventRegistrations, PEER_GRAPH_EVENT_REGISTRATION *pEventRegistrations,
    HPEEREVENT *phPeerEvent);
WFDX_API HRESULT WINAPI PeerGraphUnregisterEvent (HPEEREVENT hPeerEvent);
WFDX_API HRESULT WINAPI PeerGraphGetEventData (HPEEREVENT hPeerEvent,
    PPEER_GRAPH_EVENT_DATA *ppEventData);

WFDX_API HRESULT WINAPI PeerGraphGetRecord (HGRAPH hGraph, const GUID *pRecordId,
    PPEER_RECORD *ppRecord);
WFDX_API HRESULT WINAPI PeerGraphAddRecord (HGRAPH hGraph, PPEER_RECORD pRecord, GUID *pRecordId);
WFDX_API HRESULT WINAPI PeerGraphUpdateRecord (HGRAPH hGraph, PPEER_RECORD pRecord);
WFDX_API HRESULT WINAPI PeerGraphDeleteRecord (HGRAPH hGraph, const GUID *pRecordId, BOOL fLocal);
WFDX_API HRESULT WINAPI PeerGraphEnumRecords (HGRAPH hGraph, const GUID *pRecordType,
    PCWSTR pwzPeerId, HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGraphSearchRecords (HGRAPH hGraph, PCWSTR pwzCriteria,
    HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGraphValidateDeferredRecords (HGRAPH hGraph, ULONG cRecordIds,
    const GUID *pRecordIds);
WFDX_API HRESULT WINAPI PeerGraphExportDatabase (HGRAPH hGraph, PCWSTR pwzFilePath);
WFDX_API HRESULT WINAPI PeerGraphImportDatabase (HGRAPH hGraph, PCWSTR pwzFilePath);
WFDX_API HRESULT WINAPI PeerGraphPeerTimeToUniversalTime (HGRAPH hGraph, FILETIME *pftPeerTime,
    FILETIME *pftUniversalTime);
WFDX_API HRESULT WINAPI PeerGraphUniversalTimeToPeerTime (HGRAPH hGraph, FILETIME *pftUniversalTime,
    FILETIME *pftPeerTime);

/* --- P2P.dll --- */

WFDX_API VOID WINAPI PeerFreeData (LPCVOID pvData);
WFDX_API HRESULT WINAPI PeerGetItemCount (HPEERENUM hPeerEnum, ULONG *pCount);
WFDX_API HRESULT WINAPI PeerGetNextItem (HPEERENUM hPeerEnum, ULONG *pCount, PVOID **pppvItems);
WFDX_API HRESULT WINAPI PeerEndEnumeration (HPEERENUM hPeerEnum);

WFDX_API HRESULT WINAPI PeerIdentityCreate (PCWSTR pwzClassifier, PCWSTR pwzFriendlyName,
    HCRYPTPROV hCryptProv, PWSTR *ppwzIdentity);
WFDX_API HRESULT WINAPI PeerIdentityGetFriendlyName (PCWSTR pwzIdentity, PWSTR *ppwzFriendlyName);
WFDX_API HRESULT WINAPI PeerIdentitySetFriendlyName (PCWSTR pwzIdentity, PCWSTR pwzFriendlyName);
WFDX_API HRESULT WINAPI PeerIdentityGetCryptKey (PCWSTR pwzIdentity, HCRYPTPROV *phCryptProv);
WFDX_API HRESULT WINAPI PeerIdentityDelete (PCWSTR pwzIdentity);
WFDX_API HRESULT WINAPI PeerEnumIdentities (HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerCreatePeerName (PCWSTR pwzIdentity, PCWSTR pwzClassifier,
    PWSTR *ppwzPeerName);
WFDX_API HRESULT WINAPI PeerIdentityGetXML (PCWSTR pwzIdentity, PWSTR *ppwzIdentityXML);
WFDX_API HRESULT WINAPI PeerIdentityExport (PCWSTR pwzIdentity, PCWSTR pwzPassword,
    PWSTR *ppwzExportXML);
WFDX_API HRESULT WINAPI PeerIdentityImport (PCWSTR pwzImportXML, PCWSTR pwzPassword,
    PWSTR *ppwzIdentity);
WFDX_API HRESULT WINAPI PeerIdentityGetDefault (PWSTR *ppwzPeerName);

WFDX_API HRESULT WINAPI PeerGroupStartup (WORD wVersionRequested, PPEER_VERSION_DATA pVersionData);
WFDX_API HRESULT WINAPI PeerGroupShutdown (VOID);
WFDX_API HRESULT WINAPI PeerEnumGroups (PCWSTR pwzIdentity, HPEERENUM *phPeerEnum);

WFDX_API HRESULT WINAPI PeerGroupCreate (PPEER_GROUP_PROPERTIES pProperties, HGROUP *phGroup);
WFDX_API HRESULT WINAPI PeerGroupOpen (PCWSTR pwzIdentity, PCWSTR pwzGroupPeerName, PCWSTR pwzCloud,
    HGROUP *phGroup);
WFDX_API HRESULT WINAPI PeerGroupJoin (PCWSTR pwzIdentity, PCWSTR pwzInvitation, PCWSTR pwzCloud,
    HGROUP *phGroup);
WFDX_API HRESULT WINAPI PeerGroupPasswordJoin (PCWSTR pwzIdentity, PCWSTR pwzInvitation,
    PCWSTR pwzPassword, PCWSTR pwzCloud, HGROUP *phGroup);
WFDX_API HRESULT WINAPI PeerGroupConnect (HGROUP hGroup);
WFDX_API HRESULT WINAPI PeerGroupConnectByAddress (HGROUP hGroup, ULONG cAddresses,
    PPEER_ADDRESS pAddresses);
WFDX_API HRESULT WINAPI PeerGroupClose (HGROUP hGroup);
WFDX_API HRESULT WINAPI PeerGroupDelete (PCWSTR pwzIdentity, PCWSTR pwzGroupPeerName);
WFDX_API HRESULT WINAPI PeerGroupGetStatus (HGROUP hGroup, DWORD *pdwStatus);
WFDX_API HRESULT WINAPI PeerGroupGetProperties (HGROUP hGroup,
    PPEER_GROUP_PROPERTIES *ppProperties);
WFDX_API HRESULT WINAPI PeerGroupSetProperties (HGROUP hGroup, PPEER_GROUP_PROPERTIES pProperties);
WFDX_API HRESULT WINAPI PeerGroupResumePasswordAuthentication (HGROUP hGroup,
    HPEEREVENT hPeerEventHandle);

WFDX_API HRESULT WINAPI PeerGroupOpenDirectConnection (HGROUP hGroup, PCWSTR pwzIdentity,
    PPEER_ADDRESS pAddress, ULONGLONG *pullConnectionId);
WFDX_API HRESULT WINAPI PeerGroupCloseDirectConnection (HGROUP hGroup, ULONGLONG ullConnectionId);
WFDX_API HRESULT WINAPI PeerGroupSendData (HGROUP hGroup, ULONGLONG ullConnectionId,
    const GUID *pType, ULONG cbData, PVOID pvData);
WFDX_API HRESULT WINAPI PeerGroupEnumConnections (HGROUP hGroup, DWORD dwFlags,
    HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGroupEnumMembers (HGROUP hGroup, DWORD dwFlags, PCWSTR pwzIdentity,
    HPEERENUM *phPeerEnum);

WFDX_API HRESULT WINAPI PeerGroupRegisterEvent (HGROUP hGroup, HANDLE hEvent,
    DWORD cEventRegistration, PEER_GROUP_EVENT_REGISTRATION *pEventRegistrations,
    HPEEREVENT *phPeerEvent);
WFDX_API HRESULT WINAPI PeerGroupUnregisterEvent (HPEEREVENT hPeerEvent);
WFDX_API HRESULT WINAPI PeerGroupGetEventData (HPEEREVENT hPeerEvent,
    PPEER_GROUP_EVENT_DATA *ppEventData);

WFDX_API HRESULT WINAPI PeerGroupGetRecord (HGROUP hGroup, const GUID *pRecordId,
    PPEER_RECORD *ppRecord);
WFDX_API HRESULT WINAPI PeerGroupAddRecord (HGROUP hGroup, PPEER_RECORD pRecord, GUID *pRecordId);
WFDX_API HRESULT WINAPI PeerGroupUpdateRecord (HGROUP hGroup, PPEER_RECORD pRecord);
WFDX_API HRESULT WINAPI PeerGroupDeleteRecord (HGROUP hGroup, const GUID *pRecordId);
WFDX_API HRESULT WINAPI PeerGroupEnumRecords (HGROUP hGroup, const GUID *pRecordType,
    HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGroupSearchRecords (HGROUP hGroup, PCWSTR pwzCriteria,
    HPEERENUM *phPeerEnum);
WFDX_API HRESULT WINAPI PeerGroupExportDatabase (HGROUP hGroup, PCWSTR pwzFilePath);
WFDX_API HRESULT WINAPI PeerGroupImportDatabase (HGROUP hGroup, PCWSTR pwzFilePath);
WFDX_API HRESULT WINAPI PeerGroupExportConfig (HGROUP hGroup, PCWSTR pwzPassword, PWSTR *ppwzXML);
WFDX_API HRESULT WINAPI PeerGroupImportConfig (PCWSTR pwzXML, PCWSTR pwzPassword, BOOL fOverwrite,
    PWSTR *ppwzIdentity, PWSTR *ppwzGroup);
WFDX_API HRESULT WINAPI PeerGroupPeerTimeToUniversalTime (HGROUP hGroup, FILETIME *pftPeerTime,
    FILETIME *pftUniversalTime);
WFDX_API HRESULT WINAPI PeerGroupUniversalTimeToPeerTime (HGROUP hGroup, FILETIME *pftUniversalTime,
    FILETIME *pftPeerTime);

WFDX_API HRESULT WINAPI PeerGroupCreateInvitation (HGROUP hGroup, PCWSTR pwzIdentityInfo,
    FILETIME *pftExpiration, ULONG cRoles, const GUID *pRoles, PWSTR *ppwzInvitation);
WFDX_API HRESULT WINAPI PeerGroupCreatePasswordInvitation (HGROUP hGroup, PWSTR *ppwzInvitation);
WFDX_API HRESULT WINAPI PeerGroupParseInvitation (PCWSTR pwzInvitation,
    PPEER_INVITATION_INFO *ppInvitationInfo);
WFDX_API HRESULT WINAPI PeerGroupIssueCredentials (HGROUP hGroup, PCWSTR pwzSubjectIdentity,
    PEER_CREDENTIAL_INFO *pCredentialInfo, DWORD dwFlags, PWSTR *ppwzInvitation);

/* Not of Windows: a new key to create an identity with. Groups that the identity creates, and
 * those that it can join, have the algorithms of the key: those of today (SHA-256, TLS 1.3), with
 * P-256, as PeerIdentityCreate () takes it by itself, or Ed25519, which get on with each other; or
 * those that MS-PPSEC fixes. */
#define WFDX_PROFILE_MODERN 0
#define WFDX_PROFILE_COMPATIBLE 1
#define WFDX_PROFILE_MODERN_ED25519 2
WFDX_API HRESULT WINAPI WfdxCreateCryptKey (DWORD dwProfile, HCRYPTPROV *phCryptProv);

/* Not of Windows: the key as PEM (PKCS#8), for who signs with a library of Linux. */
WFDX_API HRESULT WINAPI WfdxCryptKeyToPem (HCRYPTPROV hProv, PSTR *ppszPem);

EXTERN_C_END
