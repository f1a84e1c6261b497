package gcp

// PrinterStateType is the state of a CDS printer.
type PrinterStateType string

// The printer states.
const (
	PrinterIdle       PrinterStateType = "IDLE"
	PrinterProcessing PrinterStateType = "PROCESSING"
	PrinterStopped    PrinterStateType = "STOPPED"
)

// CloudConnectionState is a CDS's cloud_connection_state, filled in by the
// service and by a device's own local interface only.
type CloudConnectionState string

// The cloud connection states.
const (
	CloudUnknown       CloudConnectionState = "UNKNOWN"
	CloudNotConfigured CloudConnectionState = "NOT_CONFIGURED"
	CloudOnline        CloudConnectionState = "ONLINE"
	CloudOffline       CloudConnectionState = "OFFLINE"
)

// UnitState is the state of one unit of a device. Which values make sense
// depends on the unit: trays OK EMPTY OPEN OFF FAILURE, bins OK FULL OPEN OFF
// FAILURE, markers OK EXHAUSTED REMOVED FAILURE, covers OK OPEN FAILURE, the
// media path OK MEDIA_JAM FAILURE.
type UnitState string

// The unit states.
const (
	UnitOK        UnitState = "OK"
	UnitEmpty     UnitState = "EMPTY"
	UnitFull      UnitState = "FULL"
	UnitOpen      UnitState = "OPEN"
	UnitOff       UnitState = "OFF"
	UnitFailure   UnitState = "FAILURE"
	UnitExhausted UnitState = "EXHAUSTED"
	UnitRemoved   UnitState = "REMOVED"
	UnitMediaJam  UnitState = "MEDIA_JAM"
)

// VendorSeverity is the state member of a vendor state item.
type VendorSeverity string

// The severities of vendor state items.
const (
	VendorError   VendorSeverity = "ERROR"
	VendorWarning VendorSeverity = "WARNING"
	VendorInfo    VendorSeverity = "INFO"
)

// CDS is a Cloud Device State: semantic_state of a report, semanticState of a
// printer. An empty Version is legal.
type CDS struct {
	Version              string               `json:"version"`
	CloudConnectionState CloudConnectionState `json:"cloud_connection_state,omitempty"`
	Printer              *PrinterState        `json:"printer,omitempty"`
}

// PrinterState is the printer member of a CDS.
type PrinterState struct {
	State          PrinterStateType    `json:"state"`
	InputTrayState *UnitStates         `json:"input_tray_state,omitempty"`
	OutputBinState *UnitStates         `json:"output_bin_state,omitempty"`
	MarkerState    *UnitStates         `json:"marker_state,omitempty"`
	CoverState     *UnitStates         `json:"cover_state,omitempty"`
	MediaPathState *UnitStates         `json:"media_path_state,omitempty"`
	VendorState    *VendorStateSection `json:"vendor_state,omitempty"`
}

// UnitStates lists the states of one kind of unit.
type UnitStates struct {
	Item []UnitStateItem `json:"item"`
}

// UnitStateItem is the state of one unit, named by its vendor_id in the CDD.
type UnitStateItem struct {
	VendorID      string    `json:"vendor_id"`
	State         UnitState `json:"state"`
	LevelPercent  *int      `json:"level_percent,omitempty"` // 0 to 100
	LevelPages    *int      `json:"level_pages,omitempty"`   // pages left, markers only
	VendorMessage string    `json:"vendor_message,omitempty"`
}

// VendorStateSection lists what else a device says of itself.
type VendorStateSection struct {
	Item []VendorStateItem `json:"item"`
}

// VendorStateItem is one statement of a device in words.
type VendorStateItem struct {
	State                VendorSeverity    `json:"state"`
	Description          string            `json:"description,omitempty"`
	DescriptionLocalized []LocalizedString `json:"description_localized,omitempty"`
}

// LocalizedString is a text in one language. Locale is upper case, such as "EN"
// or "PT_BR".
type LocalizedString struct {
	Locale string `json:"locale"`
	Value  string `json:"value"`
}
