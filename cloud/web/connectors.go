package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// connectorRow is one of the person's connectors.
type connectorRow struct {
	Robot    gcp.RobotID
	Label    string // what the person calls it
	Host     string
	Proxy    gcp.ProxyID
	Version  string
	State    string // in words
	Tone     string
	Seen     time.Time
	Since    time.Time // since when it runs; zero if that is not known
	Latency  string    // how fast it answers, in words; "" if that is not known
	Printers []printerLink
}

type printerLink struct {
	ID   gcp.PrinterID
	Name string
}

// twinData says that one installation runs several times.
type twinData struct{ Sentence string }

type connectorsData struct {
	Connectors []connectorRow
	Twins      []twinData
}

func (s *site) showConnectors(v *visit) error {
	found, err := s.cfg.Service.Connectors(v.ctx, v.caller)
	if err != nil {
		return err
	}
	data := connectorsData{Twins: s.twinsOf(found, "")}
	took := s.latencies(v.ctx, found)
	for i := range found {
		row := s.connectorRow(&found[i])
		if d, known := took[row.Robot]; known {
			row.Latency = s.latencyWords(d)
		}
		data.Connectors = append(data.Connectors, row)
	}
	return s.show(v, http.StatusOK, "connectors", s.pages.words["connectors.title"], data)
}

// latencies asks the connectors that are connected how fast they answer.
func (s *site) latencies(ctx context.Context, found []cloud.ConnectorView) map[gcp.RobotID]time.Duration {
	var connected []gcp.RobotID
	for _, c := range found {
		if c.Connected {
			connected = append(connected, c.Robot)
		}
	}
	if s.cfg.Latency == nil || len(connected) == 0 {
		return nil
	}
	return s.cfg.Latency(ctx, connected...)
}

// latencyWords says how fast a connector answers, there and back.
func (s *site) latencyWords(d time.Duration) string {
	words := s.pages.words["connectors.near"]
	if ms := d.Round(time.Millisecond).Milliseconds(); ms > 0 {
		words, _ = s.pages.text("connectors.latency", ms) // a test knows that it is there
	}
	return words
}

func (s *site) connectorRow(c *cloud.ConnectorView) connectorRow {
	row := connectorRow{
		Robot: c.Robot, Label: c.Label, Host: s.hostOf(c.Host), Proxy: c.Proxy, Version: c.Version, Seen: c.Seen, Since: c.Since,
		State: s.pages.words["connectors.offline"], Tone: toneOff,
	}
	switch c.Connection {
	case gcp.ConnectionOnline:
		row.State, row.Tone = s.pages.words["connectors.online"], toneGood
	case gcp.ConnectionUnknown:
		row.State = s.pages.words["connectors.unknown"]
	}
	for _, p := range c.Printers {
		row.Printers = append(row.Printers, printerLink{p.ID, p.ShownName()})
	}
	return row
}

// revokeConnector ends what a connector may do, such as one that was stolen.
func (s *site) revokeConnector(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	if err := s.cfg.Service.RevokeConnector(v.ctx, v.caller, gcp.RobotID(v.r.PathValue("robot"))); err != nil {
		return err
	}
	return v.redirect("/connectors")
}

// renameConnector gives one of the person's connectors a name.
func (s *site) renameConnector(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	if err := s.cfg.Service.RenameConnector(v.ctx, v.caller, gcp.RobotID(v.r.PathValue("robot")), form.Get("label")); err != nil {
		return s.again(v, err, s.showConnectors)
	}
	return v.redirect("/connectors")
}

// hostOf is what a machine calls itself.
func (s *site) hostOf(host string) string {
	if host == "" {
		return s.pages.words["connectors.nohost"]
	}
	return host
}

// twins tells of the person's connectors that run several times: of one robot, or
// of all if it is "". Of other people's connectors nothing is told.
func (s *site) twins(v *visit, of gcp.RobotID) ([]twinData, error) {
	found, err := s.cfg.Service.ConnectorsBrief(v.ctx, v.caller)
	return s.twinsOf(found, of), err
}

func (s *site) twinsOf(found []cloud.ConnectorView, of gcp.RobotID) []twinData {
	var list []twinData
	for _, c := range found {
		if (of == "" || c.Robot == of) && len(c.Installations) > 1 {
			list = append(list, twinData{s.twinWords(c.Installations)})
		}
	}
	return list
}

// twinWords names the installations of one connector, the one that prints first.
func (s *site) twinWords(all []gcp.Twin) string {
	var prints, waits []string
	for _, t := range all {
		if t.Standing == gcp.StandingStandby {
			words, _ := s.pages.text("twins.waits", s.hostOf(t.Host), t.Address) // a test knows that it is there
			waits = append(waits, words)
			continue
		}
		words, _ := s.pages.text("twins.prints", s.hostOf(t.Host), t.Address, minute(t.Since.Time()))
		prints = append(prints, words)
	}
	if len(prints) == 0 {
		prints = []string{s.pages.words["twins.nobody"]}
	}
	each := strings.Join(append(prints, waits...), ", ")
	sentence, _ := s.pages.text("twins.twice", each)
	if len(all) > 2 {
		sentence, _ = s.pages.text("twins.often", len(all), each)
	}
	return sentence
}

// away names the person's connectors that are offline.
func (s *site) away(v *visit) (string, error) {
	found, err := s.cfg.Service.Connectors(v.ctx, v.caller)
	if err != nil {
		return "", err
	}
	var names []string
	for _, c := range found {
		if c.Connection == gcp.ConnectionOnline || len(c.Printers) == 0 {
			continue
		}
		if c.Host != "" {
			names = append(names, c.Host)
		} else {
			names = append(names, string(c.Proxy))
		}
	}
	return strings.Join(names, ", "), nil
}
