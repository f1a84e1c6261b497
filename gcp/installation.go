package gcp

// Grant is what a connector shows when it takes a job: the claim that it wrote
// down for this job, and the run that it belongs to. The zero value is what old
// connectors show, which the service treats by the protocol's old rule.
type Grant struct {
	Claim ClaimID
	Run   RunID
}

// Standing says which of several installations with the same credentials prints.
type Standing string

// The standings of an installation.
const (
	StandingGranted   Standing = "granted"   // it prints
	StandingRecovered Standing = "recovered" // it prints from now on, but its state is older than what the service knows
	StandingStandby   Standing = "standby"   // another one prints: it must take no job
)

// Announcement is what a connector says of itself with /list.
type Announcement struct {
	Instance string  // random for each start of the program
	Run      RunID   // the run that it wants to begin
	Was      []RunID // the runs that may have come before, newest first; none for a new state folder
	Host     string  // name of the machine
	Version  string  // of the program
}

// Installation is what the service answers to an announcement.
type Installation struct {
	Standing Standing `json:"standing"`
	Epoch    string   `json:"epoch"`              // changes when the service was restored from a backup
	Twins    []Twin   `json:"twins,omitempty"`    // the robot's installations seen lately, if there are several
	Restored bool     `json:"restored,omitempty"` // the service holds restored jobs: /fetch with restored=true lists them
}

// Twin is one of several installations that use the same credentials.
type Twin struct {
	Host     string   `json:"host"`
	Address  string   `json:"address"` // from which it called
	Version  string   `json:"version"`
	Since    Millis   `json:"since"` // when this program was first seen
	Seen     Millis   `json:"seen"`  // when it was last seen
	Standing Standing `json:"standing"`
	Self     bool     `json:"self,omitempty"` // the one that asks
}
