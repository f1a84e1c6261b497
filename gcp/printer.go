package gcp

import "encoding/json"

// PrinterType is the kind of service that a printer is.
type PrinterType string

// The printer types; all registered devices are GOOGLE.
const (
	PrinterTypeGoogle          PrinterType = "GOOGLE"
	PrinterTypeHP              PrinterType = "HP"
	PrinterTypeDocs            PrinterType = "DOCS"
	PrinterTypeDrive           PrinterType = "DRIVE"
	PrinterTypeFedex           PrinterType = "FEDEX"
	PrinterTypeAndroidSnapshot PrinterType = "ANDROID_CHROME_SNAPSHOT"
	PrinterTypeIOSSnapshot     PrinterType = "IOS_CHROME_SNAPSHOT"
)

// ConnectionStatus says whether a printer's connector is there.
type ConnectionStatus string

// The connection states; ALL is a filter only.
const (
	ConnectionOnline  ConnectionStatus = "ONLINE"
	ConnectionUnknown ConnectionStatus = "UNKNOWN" // never seen
	ConnectionOffline ConnectionStatus = "OFFLINE"
	ConnectionDormant ConnectionStatus = "DORMANT" // gone for long
	ConnectionAll     ConnectionStatus = "ALL"
)

// NotificationChannel says how a printer hears of work.
type NotificationChannel string

// The notification channels.
const (
	ChannelXMPP NotificationChannel = "XMPP_CHANNEL"
	ChannelFCM  NotificationChannel = "FCM_CHANNEL"
)

// Role is what somebody may do with a printer.
type Role string

// The roles, from least to most.
const (
	RoleUser    Role = "USER"    // print, see the printer and one's own jobs
	RoleManager Role = "MANAGER" // share, see and cancel all jobs, change settings
	RoleOwner   Role = "OWNER"   // delete, and everything else
)

// ScopeType is the kind of somebody that a printer is shared with.
type ScopeType string

// The scope types.
const (
	ScopeUser   ScopeType = "USER"
	ScopeGroup  ScopeType = "GROUP"
	ScopeDomain ScopeType = "DOMAIN"
	ScopePublic ScopeType = "PUBLIC"
)

// Membership is the caller's place in a scope.
type Membership string

// The memberships.
const (
	MembershipNone    Membership = "NONE"
	MembershipMember  Membership = "MEMBER"
	MembershipManager Membership = "MANAGER"
)

// Access is one entry of a printer's access list.
type Access struct {
	Role       Role       `json:"role"`
	Scope      string     `json:"scope"`
	Email      string     `json:"email,omitempty"`
	Name       string     `json:"name,omitempty"`
	Type       ScopeType  `json:"type"`
	Membership Membership `json:"membership,omitempty"`
	IsPending  bool       `json:"is_pending"`
	Key        string     `json:"key,omitempty"` // PUBLIC entries only
}

// LocalSettings is what a device and its owner agree on: the device writes
// Current, the owner Pending.
type LocalSettings struct {
	Current *Settings `json:"current,omitempty"`
	Pending *Settings `json:"pending,omitempty"`
}

// Settings are a device's local settings; nil members are not set.
type Settings struct {
	LocalDiscovery            *bool `json:"local_discovery,omitempty"`
	AccessTokenEnabled        *bool `json:"access_token_enabled,omitempty"`
	LocalPrintingEnabled      *bool `json:"printer/local_printing_enabled,omitempty"`
	ConversionPrintingEnabled *bool `json:"printer/conversion_printing_enabled,omitempty"`
	XMPPTimeoutValue          *int  `json:"xmpp_timeout_value,omitempty"` // seconds between pings
}

// Severity is how much an issue matters.
type Severity string

// The severities of a printer's uiState.
const (
	SeverityNone   Severity = "NONE"
	SeverityLow    Severity = "LOW"
	SeverityMedium Severity = "MEDIUM"
	SeverityHigh   Severity = "HIGH"
)

// PrinterUIState is a printer's state in the words of a page, made by the service.
type PrinterUIState struct {
	Summary   string         `json:"summary"` // IDLE, PROCESSING, STOPPED or OFFLINE
	Severity  Severity       `json:"severity"`
	NumIssues int            `json:"num_issues"`
	Caption   string         `json:"caption,omitempty"`
	Printer   PrinterUIItems `json:"printer"`
}

// PrinterUIItems lists the issues by kind of unit.
type PrinterUIItems struct {
	VendorItem    []UIItem `json:"vendor_item,omitempty"`
	InputTrayItem []UIItem `json:"input_tray_item,omitempty"`
	OutputBinItem []UIItem `json:"output_bin_item,omitempty"`
	MarkerItem    []UIItem `json:"marker_item,omitempty"`
	CoverItem     []UIItem `json:"cover_item,omitempty"`
	MediaPathItem []UIItem `json:"media_path_item,omitempty"`
}

// UIItem is one issue.
type UIItem struct {
	Severity      Severity `json:"severity"`
	Message       string   `json:"message,omitempty"`
	VendorMessage string   `json:"vendor_message,omitempty"`
	LevelPercent  *int     `json:"level_percent,omitempty"` // 0 to 100
	Color         string   `json:"color,omitempty"`         // of a marker, "#RRGGBB"
}

// Printer is a printer object as /printer, /search, /list and /register answer it.
type Printer struct {
	ID                    PrinterID           `json:"id"`
	Name                  string              `json:"name"`
	DisplayName           string              `json:"displayName"`
	DefaultDisplayName    string              `json:"defaultDisplayName"`
	Description           string              `json:"description"`
	Type                  PrinterType         `json:"type"`
	Proxy                 ProxyID             `json:"proxy"`
	Status                string              `json:"status"`
	CreateTime            Millis              `json:"createTime"`
	AccessTime            Millis              `json:"accessTime"`
	UpdateTime            Millis              `json:"updateTime"`
	IsTOSAccepted         bool                `json:"isTosAccepted"`
	OwnerID               string              `json:"ownerId"`
	OwnerName             string              `json:"ownerName"`
	Public                bool                `json:"public"`
	QuotaEnabled          bool                `json:"quotaEnabled"`
	DailyQuota            int                 `json:"dailyQuota"`                    // jobs a day
	PersonQuota           int                 `json:"dailyQuotaPerPerson,omitempty"` // jobs a day of each person; 0 for no limit
	CurrentQuota          int                 `json:"currentQuota"`                  // jobs today
	ExpireAfter           int                 `json:"expireAfter,omitempty"`         // seconds that jobs may wait, if the owner chose so; Platen's addition
	Tags                  []string            `json:"tags,omitempty"`
	CapsHash              string              `json:"capsHash"`
	CapsFormat            string              `json:"capsFormat"` // "", "ppd" or "xps"
	Capabilities          json.RawMessage     `json:"capabilities,omitempty"`
	UUID                  string              `json:"uuid"`
	Manufacturer          string              `json:"manufacturer"`
	Model                 string              `json:"model"`
	GCPVersion            string              `json:"gcpVersion"`
	Firmware              string              `json:"firmware"`
	SetupURL              string              `json:"setupUrl"`
	SupportURL            string              `json:"supportUrl"`
	UpdateURL             string              `json:"updateUrl"`
	SupportedContentTypes string              `json:"supportedContentTypes"` // comma separated MIME types
	NotificationChannel   NotificationChannel `json:"notificationChannel"`
	CertificationID       string              `json:"certificationId"`
	ResolvedIssues        []string            `json:"resolvedIssues"`
	LocalSettings         *LocalSettings      `json:"local_settings,omitempty"`
	Access                []Access            `json:"access,omitempty"`
	ConnectionStatus      ConnectionStatus    `json:"connectionStatus,omitempty"`
	SemanticState         json.RawMessage     `json:"semanticState,omitempty"` // a CDS as the device sent it
	UIState               *PrinterUIState     `json:"uiState,omitempty"`
	QueuedJobsCount       *int                `json:"queuedJobsCount,omitempty"`
}
