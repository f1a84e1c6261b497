package control

import (
	"context"
	"encoding/json"
	"net/http"

	"platen/gcp"
	"platen/printer"
)

// Ruler is what a daemon knows of printer rules.
type Ruler interface {
	// CheckRules says what a file of printer rules would change. An error with the method
	// BadRequest() bool that returns true is the file's.
	CheckRules(ctx context.Context, f RulesFile) (RulesPlan, error)
	// ApplyRules reads the printer rules again, and returns when the service has what they
	// want, with what that changed.
	ApplyRules(ctx context.Context) (RulesPlan, error)
}

// RulesFile is a file of printer rules.
type RulesFile struct {
	Name string `json:"name"` // for errors
	Text string `json:"text"`
}

// RulesPlan is what rules would change, or have changed.
type RulesPlan struct {
	File     string        `json:"file"`
	Rules    int           `json:"rules"`
	Changed  int           `json:"changed"` // printers with changes
	Printers []PrinterPlan `json:"printers"`
	Missed   string        `json:"missed,omitempty"` // why some printers could not be looked at
}

// PrinterPlan is what rules would change of one printer.
type PrinterPlan struct {
	Name    printer.Name  `json:"name"`
	ID      gcp.PrinterID `json:"id,omitempty"` // in the cloud; "" if it is not there
	Shared  bool          `json:"shared"`       // rules and settings want it in the cloud
	Changes []Change      `json:"changes,omitempty"`
	Notes   []string      `json:"notes,omitempty"` // what does not become as the rules say, and why
}

// Change is one thing that becomes another one.
type Change struct {
	What string `json:"what"` // register, name, location, tag, color, sides, media, share, or the id of an option
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// CheckRules says what a file of rules would change.
func (c *Client) CheckRules(ctx context.Context, f RulesFile) (p RulesPlan, err error) {
	return p, c.do(ctx, http.MethodPost, "/v1/rules/check", f, &p)
}

// ApplyRules has the daemon read its rules again, and tell the cloud.
func (c *Client) ApplyRules(ctx context.Context) (p RulesPlan, err error) {
	return p, c.do(ctx, http.MethodPost, "/v1/rules/apply", nil, &p)
}

func checkRules(d Daemon, r *http.Request) (any, error) {
	var f RulesFile
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxTicket)).Decode(&f); err != nil {
		return nil, badRequest{err}
	}
	return d.CheckRules(r.Context(), f)
}
