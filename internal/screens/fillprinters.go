package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// captures is where answers of real printers may be, from the module's folder.
const captures = "../shared/printers"

// plainPrinter is a printer of which there is no answer.
const plainPrinter = `{"cdd":{"version":"1.0","printer":{
"supported_content_type":[{"content_type":"application/pdf"},{"content_type":"image/jpeg"}],
"marker":[{"vendor_id":"K","type":"TONER","color":{"type":"BLACK"}},{"vendor_id":"C","type":"TONER","color":{"type":"CYAN"}}],
"input_tray_unit":[{"vendor_id":"1","type":"INPUT_TRAY","custom_display_name":"Tray 1"},{"vendor_id":"2","type":"INPUT_TRAY","custom_display_name":"Tray 2"}],
"color":{"option":[{"type":"STANDARD_COLOR","vendor_id":"color","is_default":true},{"type":"STANDARD_MONOCHROME","vendor_id":"mono"}]},
"duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"},{"type":"SHORT_EDGE"}]},
"page_orientation":{"option":[{"type":"AUTO","is_default":true},{"type":"PORTRAIT"},{"type":"LANDSCAPE"}]},
"copies":{"default":1,"max":99},"collate":{"default":true},"page_range":{},
"fit_to_page":{"option":[{"type":"FIT_TO_PAGE","is_default":true},{"type":"NO_FITTING"}]},
"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true},{"name":"NA_LETTER","width_microns":215900,"height_microns":279400}]},
"dpi":{"option":[{"horizontal_dpi":600,"vertical_dpi":600,"is_default":true},{"horizontal_dpi":300,"vertical_dpi":300}]}}},
"state":{"version":"1.0","printer":{"state":"IDLE","input_tray_state":{"item":[{"vendor_id":"1","state":"OK"},{"vendor_id":"2","state":"EMPTY"}]},
"marker_state":{"item":[{"vendor_id":"K","state":"OK","level_percent":72},{"vendor_id":"C","state":"OK","level_percent":9}]}}}}`

// device is a printer of the world.
type device struct {
	key    string // its value's name
	name   string
	like   string // whose answer it gives
	place  string
	labels []string
	robot  int    // of World.robots
	state  string // "" for what the answer says
}

// devices are the printers, some with trouble.
func devices() []device {
	idle := func(rest string) string { return `{"version":"1.0","printer":{"state":"IDLE"` + rest + `}}` }
	return []device{
		{key: "printer", name: "Front desk", like: "hp-color-laserjet-mfp-m477fdw", place: "Reception, ground floor", labels: []string{"colour", "visitors"}},
		{key: "accounting", name: "Accounting", like: "kyocera-ecosys-m2040dn", place: "Second floor, room 214"},
		{key: "empty", name: "Workshop", like: "xerox-b210-stopped-toner-empty", place: "Hall B", labels: []string{"warehouse"}, robot: 1},
		{key: "labels", name: "Shipping labels", like: "xerox-b210", place: "Hall B, gate 4", labels: []string{"warehouse"}, robot: 1},
		{key: "photo", name: "Photo printer", like: "epson-xp6000", place: "Marketing", labels: []string{"colour"}},
		{key: "library", name: "Library", like: "simulated-laser-printer", place: "Reading room"},
		{key: "paused", name: "Meeting room", like: "cups-hp-laserjet-100-color-mfp-m175", place: "First floor", labels: []string{"colour"}},
		{key: "offline", name: "Home office inkjet", like: "brother-mfc-j5320dw", robot: 2},
		{
			key: "long", name: "Third floor, west wing, shared multifunction device next to the kitchen (formerly room 3.117)",
			like: "hp-laserjet-pro-mfp-m127fw", place: "Third floor, west wing, between the kitchen and the copy room",
			state: idle(`,"media_path_state":{"item":[{"vendor_id":"1","state":"MEDIA_JAM"}]}`),
		},
		{key: "secretary", name: "School secretary", like: "hp-laserjet-100-color-mfp-m175nw", place: "Main building", labels: []string{"school"}},
		{key: "teachers", name: "Teachers' room", like: "xerox-b210", place: "Main building", labels: []string{"school"}, state: `{"version":"1.0","printer":{"state":"PROCESSING"}}`},
		{key: "new", name: "HP LaserJet MFP M234", like: "", robot: 0},
	}
}

// explanation is what platen says of a captured answer.
type explanation struct {
	CDD   json.RawMessage `json:"cdd"`
	State json.RawMessage `json:"state"`
}

// explain has platen read the answer of a real printer, if it is there.
func (w *World) explain(like string) (e explanation) {
	path := filepath.Join(w.root(), captures, like+".ipp")
	text := []byte(plainPrinter)
	if _, err := os.Stat(path); err == nil && like != "" {
		text, err = exec.CommandContext(w.ctx, filepath.Join(w.Bin, "platen"), "printer", "explain", "--from", path, "--json").Output()
		w.ok(err)
	}
	w.ok(json.Unmarshal(text, &e))
	return e
}

// root is the module's folder.
func (w *World) root() string {
	dir, err := os.Getwd()
	w.ok(err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			w.t.Fatalf("no go.mod above the working folder")
		}
		dir = filepath.Dir(dir)
	}
}

// connector pairs a connector and has it say who it is.
func (w *World) connector(who string, proxy gcp.ProxyID, host, label string) cloud.Caller {
	code, err := w.past.CreateRobot(w.ctx, w.people[who], cloud.RobotRequest{ClientID: "platen", Proxy: proxy})
	w.ok(err)
	c := cloud.Caller{Robot: &code.Robot, Via: cloud.ViaToken}
	w.announce(c, host, "1")
	if label != "" {
		w.ok(w.past.RenameConnector(w.ctx, w.people[who], code.Robot.ID, label))
	}
	w.robots = append(w.robots, c)
	return c
}

func (w *World) announce(c cloud.Caller, host, run string) {
	_, err := w.past.Announce(w.ctx, c, gcp.Announcement{
		Instance: host + run, Run: gcp.RunID(run), Host: host, Version: "0.5.0",
	}, "192.0.2."+run)
	w.ok(err)
}

func (w *World) fillConnectors() {
	w.connector(owner, "print-server-7f3a", "print-server", "")
	w.connector(owner, "raspberrypi-02c1", "raspberrypi", "Warehouse")
	away := w.connector(owner, "laptop-9d11", "graces-laptop.home.example.com", "")
	w.ok(w.past.Presence(w.ctx, away.Robot.ID, true))
	w.ok(w.past.Presence(w.ctx, away.Robot.ID, false))
	w.twin = w.connector(copied, "golden-image-1", "lab-1", "")
	w.register(copied, w.twin, device{key: "copied", name: "Laboratory", like: "xerox-b210"})
}

func (w *World) fillPrinters() {
	for _, d := range devices() {
		w.register(owner, w.robots[d.robot], d)
	}
	w.register(member, w.connector(member, "desk-4", "turing-desk", ""), device{key: "other", name: "Alan's desk printer", like: "xerox-b210"})
	yes, quota := true, 200
	for key, f := range map[string]cloud.PrinterFields{
		"accounting": {HoldJobs: &yes}, "paused": {Paused: &yes}, "printer": {QuotaEnabled: &yes, DailyQuota: &quota},
	} {
		_, err := w.past.UpdatePrinter(w.ctx, w.people[owner], gcp.PrinterID(w.Values[key]), f)
		w.ok(err)
	}
}

// register adds a printer as its connector does, and what its owner says of it.
func (w *World) register(who string, robot cloud.Caller, d device) {
	e := w.explain(d.like)
	if d.state != "" {
		e.State = json.RawMessage(d.state)
	}
	proxy, queue := string(robot.Robot.Proxy), "cups:"+d.key
	p, err := w.past.Register(w.ctx, robot, cloud.PrinterFields{
		Name: &queue, DefaultDisplayName: &d.name, Proxy: &proxy, Capabilities: e.CDD, SemanticState: e.State,
	})
	w.ok(err)
	w.Values[d.key] = string(p.ID)
	_, err = w.past.UpdatePrinter(w.ctx, w.people[who], p.ID, cloud.PrinterFields{Location: &d.place, Labels: &d.labels})
	w.ok(err)
}

// fillShares gives printers to others.
func (w *World) fillShares() {
	for _, s := range []struct {
		key, scope, who string
		role            gcp.Role
	}{
		{"printer", "alan.turing@example.com", member, gcp.RoleManager},
		{"library", "alan.turing@example.com", member, gcp.RoleUser},
		{"printer", "visitor@example.org", guest, gcp.RoleUser},
		{"printer", "katherine.johnson@example.com", "", gcp.RoleUser},
		{"printer", "/group/research", "", gcp.RoleUser},
		{"photo", "alan.turing@example.com", "", gcp.RoleUser},
	} {
		id := gcp.PrinterID(w.Values[s.key])
		w.ok(w.past.Share(w.ctx, w.people[owner], cloud.ShareRequest{Printer: id, Scope: s.scope, Role: s.role}))
		if s.who != "" {
			_, err := w.past.ProcessInvite(w.ctx, w.people[s.who], id, true)
			w.ok(err)
		}
	}
	library := gcp.PrinterID(w.Values["library"])
	w.ok(w.past.Share(w.ctx, w.people[owner], cloud.ShareRequest{Printer: library, Public: true}))
	p, err := w.past.Printer(w.ctx, w.people[owner], library)
	w.ok(err)
	w.Values["public"] = p.PublicKey
	sticker, err := w.past.RenewSticker(w.ctx, w.people[owner], gcp.PrinterID(w.Values["accounting"]))
	w.ok(err)
	_, link, err := w.past.MakeLink(w.ctx, w.people[owner], cloud.NewLink{
		Printer: gcp.PrinterID(w.Values["printer"]), Name: "Open day", Lifetime: 60 * 24 * time.Hour, Most: 50, Visitors: true,
	})
	w.ok(err)
	w.Values["sticker"], w.Values["sharelink"] = string(sticker), link
}
