package gcp

// Connector is one of a person's connectors, as /connectors lists them. Platen's
// addition, see docs/extensions.md.
type Connector struct {
	Robot         RobotID `json:"robot"`
	Proxy         ProxyID `json:"proxy"`
	Host          string  `json:"host"` // name of the machine, "" if it never told
	Online        bool    `json:"online"`
	Seen          Millis  `json:"seen"`     // when it was last there; 0 for never
	Printers      int     `json:"printers"` // how many it shares
	Installations []Twin  `json:"installations"`
}
