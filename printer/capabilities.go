package printer

// Capabilities keeps what turning a ticket into job attributes needs to know of
// a printer beyond its CDD.
type Capabilities struct {
	JobAttributes  []string // job-creation-attributes-supported, or the names with an X-supported
	MediaColByName map[string]string
}
