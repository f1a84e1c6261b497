package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Owner is the account of a Site.
const Owner = "owner@example.com"

// startTime is how long a program may take until it answers.
const startTime = 20 * time.Second

// Build compiles both programs with the build tags given, and returns their folder.
func Build(t TB, tags ...string) string {
	t.Helper()
	dir := workDir(t)
	cmd := exec.Command("go", "build", "-trimpath", "-tags", strings.Join(tags, ","), "-o", dir+"/", "./cmd/...")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return dir
}

// root returns the module's folder.
func root(t TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("working folder: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatalf("no go.mod above the working folder")
		}
		dir = parent
	}
}

// SiteOptions say how a Site is set up.
type SiteOptions struct {
	Bin           string   // folder of the two programs, see Build
	CUPS          []string // addresses of CUPS servers
	CloudConfig   string   // further lines of platen-cloud.toml, before its first table
	ConnectConfig string   // further lines of platen.toml
	CloudAddress  string   // what the connector dials instead of the cloud, such as a proxy; "" for the cloud itself
	PushPort      int      // likewise for the notification stream; 0 for the cloud itself
}

// Site is one cloud and one connector, as real programs on loopback with folders
// of their own. Both can be stopped, killed and started again.
type Site struct {
	Dir      string
	Base     string // address of the cloud
	Direct   int    // port of the notification streams
	Key      string // API key that prints as Owner
	PairKey  string // key of scope pair
	t        TB
	o        SiteOptions
	cloud    *process
	connect  *process
	starts   int // numbers the logs
	client   *http.Client
	httpPort int
}

// NewSite prepares a site: accounts and keys exist, nothing runs yet.
func NewSite(t TB, o SiteOptions) *Site {
	t.Helper()
	s := &Site{Dir: workDir(t), t: t, o: o, httpPort: freePort(t), Direct: freePort(t), client: &http.Client{Timeout: time.Minute}}
	s.Base = fmt.Sprintf("http://127.0.0.1:%d", s.httpPort)
	push := s.Direct
	if o.PushPort != 0 {
		push = o.PushPort
	}
	base := s.Base
	if o.CloudAddress != "" {
		base = o.CloudAddress
	}
	s.write("cloud.toml", fmt.Sprintf("listen = \"127.0.0.1:%d\"\nbase_url = %q\nstate_dir = %q\n%s\n[push]\ndirect_listen = \"127.0.0.1:%d\"\nstarttls_listen = \"\"\nadvertised_direct_port = %d\n",
		s.httpPort, base, s.file("cloud"), o.CloudConfig, s.Direct, push))
	cups, err := json.Marshal(append([]string{}, o.CUPS...))
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	s.write("platen.toml", fmt.Sprintf("state_dir = %q\nsocket = %q\ncups = %s\nfull_username = true\npoll_interval = \"5s\"\n%s\n",
		s.file("connector"), s.file("platen.sock"), cups, o.ConnectConfig))
	s.Cloud("user", "add", Owner, "--admin", "--password-stdin")
	s.Key = s.Cloud("key", "create", "--user", Owner, "--scope", "print")
	s.PairKey = s.Cloud("key", "create", "--user", Owner, "--scope", "pair")
	return s
}

func (s *Site) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *Site) write(name, text string) {
	if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
		s.t.Fatalf("write %s: %v", name, err)
	}
}

// Password is the password of Owner.
const Password = "correct horse battery"

// Cloud runs a verb of platen-cloud to its end and returns what it printed.
func (s *Site) Cloud(args ...string) string {
	s.t.Helper()
	return s.run("platen-cloud", append([]string{"--config", s.file("cloud.toml")}, args...), nil)
}

// Platen runs a verb of platen to its end and returns what it printed.
func (s *Site) Platen(args ...string) string {
	s.t.Helper()
	return s.run("platen", append([]string{"--config", s.file("platen.toml")}, args...), nil)
}

func (s *Site) run(program string, args, env []string) string {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.o.Bin, program), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(Password + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// StartCloud starts the cloud and waits until it answers. env are further
// environment variables, "NAME=value".
func (s *Site) StartCloud(env ...string) {
	s.t.Helper()
	s.cloud = s.start("platen-cloud", env, "--config", s.file("cloud.toml"), "serve")
	s.await("the cloud", func() bool { return answers("tcp", fmt.Sprintf("127.0.0.1:%d", s.httpPort)) }, s.cloud)
}

// Pair ties the connector to the cloud.
func (s *Site) Pair() {
	s.t.Helper()
	base := s.Base
	if s.o.CloudAddress != "" {
		base = s.o.CloudAddress
	}
	s.run("platen", []string{"--config", s.file("platen.toml"), "pair", base}, []string{"PLATEN_TOKEN=" + s.PairKey})
}

// StartConnector starts the connector and waits until its socket answers.
func (s *Site) StartConnector(env ...string) {
	s.t.Helper()
	s.connect = s.start("platen", env, "--config", s.file("platen.toml"), "run")
	s.await("the connector", func() bool { return answers("unix", s.file("platen.sock")) }, s.connect)
}

// LaunchConnector starts the connector without waiting for anything: it may be
// about to die.
func (s *Site) LaunchConnector(env ...string) {
	s.t.Helper()
	s.connect = s.start("platen", env, "--config", s.file("platen.toml"), "run")
}

// LaunchCloud starts the cloud without waiting for anything.
func (s *Site) LaunchCloud(env ...string) {
	s.t.Helper()
	s.cloud = s.start("platen-cloud", env, "--config", s.file("cloud.toml"), "serve")
}

func (s *Site) start(program string, env []string, args ...string) *process {
	s.t.Helper()
	s.starts++
	cmd := exec.Command(filepath.Join(s.o.Bin, program), args...)
	cmd.Env = append(os.Environ(), env...)
	p, err := spawn(cmd, s.file(fmt.Sprintf("%s-%d.log", program, s.starts)))
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.t.Cleanup(p.stop)
	return p
}

func (s *Site) await(what string, ok func() bool, p *process) {
	s.t.Helper()
	if waitFor(startTime, func() bool { return ok() || p.ended() }) && !p.ended() {
		return
	}
	s.Logs()
	s.t.Fatalf("%s did not start", what)
}

// Logs shows the end of what the programs printed.
func (s *Site) Logs() {
	s.t.Helper()
	logs, _ := filepath.Glob(s.file("*.log")) // the pattern is right
	for _, l := range logs {
		tail(s.t, l)
	}
}

// StopCloud ends the cloud with a farewell.
func (s *Site) StopCloud() { s.cloud.stop() }

// KillCloud ends the cloud without a farewell.
func (s *Site) KillCloud() { s.cloud.kill() }

// StopConnector ends the connector with a farewell.
func (s *Site) StopConnector() { s.connect.stop() }

// KillConnector ends the connector without a farewell.
func (s *Site) KillConnector() { s.connect.kill() }

// CloudPID returns the cloud's process id.
func (s *Site) CloudPID() int { return s.cloud.cmd.Process.Pid }

// ConnectorPID returns the connector's process id.
func (s *Site) ConnectorPID() int { return s.connect.cmd.Process.Pid }

// CloudEnded reports whether the cloud is gone.
func (s *Site) CloudEnded() bool { return s.cloud.ended() }

// ConnectorEnded reports whether the connector is gone.
func (s *Site) ConnectorEnded() bool { return s.connect.ended() }

// SignalConnector sends the connector a signal.
func (s *Site) SignalConnector(sig syscall.Signal) {
	s.t.Helper()
	if err := s.connect.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal: %v", err)
	}
}

// Job is what the cloud says of a job.
type Job struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Status      string `json:"status"`
	Message     string `json:"message"`
	UpdateTime  string `json:"updateTime"`
	PrinterID   string `json:"printerid"`
	SemanticSt8 struct {
		State struct {
			Type         string `json:"type"`
			DeviceAction struct {
				ErrorCode string `json:"error_code"`
			} `json:"device_action_cause"`
		} `json:"state"`
	} `json:"semanticState"`
}

// State returns the job's state, such as DONE.
func (j Job) State() string { return j.SemanticSt8.State.Type }

// Ended reports whether the job is over.
func (j Job) Ended() bool { return j.State() == "DONE" || j.State() == "ABORTED" }

// Unconfirmed reports whether the job may have printed.
func (j Job) Unconfirmed() bool {
	return j.State() == "ABORTED" && j.SemanticSt8.State.DeviceAction.ErrorCode == "OTHER" && strings.HasPrefix(j.Message, "may have printed")
}

// Answer is the envelope of the cloud's answers.
type Answer struct {
	Success   bool   `json:"success"`
	Message   string `json:"message"`
	ErrorCode int    `json:"errorCode"`
	Job       Job    `json:"job"`
	Jobs      []Job  `json:"jobs"`
	Printers  []struct {
		ID               string `json:"id"`
		Name             string `json:"name"`
		ConnectionStatus string `json:"connectionStatus"`
	} `json:"printers"`
}

// Call calls an interface of the cloud as Owner. The error is the transport's;
// the answer may be a refusal.
func (s *Site) Call(name string, form url.Values) (Answer, error) {
	return s.post(name, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Submit sends a document.
func (s *Site) Submit(printer, title string, doc []byte) (Answer, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range map[string]string{"printerid": printer, "title": title, "contentType": "application/pdf"} {
		if err := form.WriteField(k, v); err != nil {
			return Answer{}, err
		}
	}
	part, err := form.CreateFormFile("content", "document.pdf")
	if err != nil {
		return Answer{}, err
	}
	if _, err := part.Write(doc); err != nil {
		return Answer{}, err
	}
	if err := form.Close(); err != nil {
		return Answer{}, err
	}
	return s.post("submit", form.FormDataContentType(), &body)
}

func (s *Site) post(name, contentType string, body io.Reader) (a Answer, err error) {
	req, err := http.NewRequest(http.MethodPost, s.Base+"/cloudprint/"+name, body)
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", contentType)
	resp, err := s.client.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, fmt.Errorf("%s: HTTP %d: %w: %.200s", name, resp.StatusCode, err, data)
	}
	return a, nil
}

// Printer waits until the cloud knows a printer of this name, online, and
// returns its id.
func (s *Site) Printer(name string) string {
	s.t.Helper()
	id := ""
	found := waitFor(startTime, func() bool {
		a, err := s.Call("search", url.Values{"connection_status": {"ONLINE"}})
		if err != nil {
			return false
		}
		for _, p := range a.Printers {
			if p.Name == name {
				id = p.ID
			}
		}
		return id != ""
	})
	if !found {
		s.Logs()
		s.t.Fatalf("the cloud never knew a printer %q", name)
	}
	return id
}

// Job asks for a job.
func (s *Site) Job(id string) (Job, error) {
	a, err := s.Call("job", url.Values{"jobid": {id}})
	return a.Job, err
}

// Await waits until a job is as ok wants it, and returns it.
func (s *Site) Await(id string, limit time.Duration, ok func(Job) bool) Job {
	s.t.Helper()
	var last Job
	var err error
	if !waitFor(limit, func() bool { last, err = s.Job(id); return err == nil && ok(last) }) {
		s.Logs()
		s.t.Fatalf("job %s is %+v after %v (%v)", id, last, limit, err)
	}
	return last
}
