package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

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
			Type       string `json:"type"`
			UserAction struct {
				ActionCode string `json:"action_code"`
			} `json:"user_action_cause"`
			DeviceAction struct {
				ErrorCode string `json:"error_code"`
			} `json:"device_action_cause"`
			DeviceState struct {
				ErrorCode string `json:"error_code"`
			} `json:"device_state_cause"`
			ServiceAction struct {
				ErrorCode string `json:"error_code"`
			} `json:"service_action_cause"`
		} `json:"state"`
		Pages int `json:"pages_printed"`
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
		SemanticState    struct {
			Printer json.RawMessage `json:"printer"`
		} `json:"semanticState"`
	} `json:"printers"`
}

// Call calls an interface of the cloud as Owner. The error is the transport's;
// the answer may be a refusal.
func (s *Site) Call(name string, form url.Values) (Answer, error) {
	return s.post(name, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Submit sends a document.
func (s *Site) Submit(printer, title string, doc []byte) (Answer, error) {
	return s.SubmitAs("", printer, title, doc)
}

// SubmitAs sends a document under the sender's own name for the job, so that it
// may be sent again.
func (s *Site) SubmitAs(key, printer, title string, doc []byte) (Answer, error) {
	fields := map[string]string{"printerid": printer, "title": title, "contentType": "application/pdf"}
	if key != "" {
		fields["client_job_id"] = key
	}
	return s.SubmitFields(fields, doc)
}

// SubmitFields sends a document with the fields of a form, such as ticket.
func (s *Site) SubmitFields(fields map[string]string, doc []byte) (Answer, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range fields {
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

// Printer waits until the cloud knows the printer that has this name at the
// connector, online, and returns its id.
func (s *Site) Printer(name string) string {
	s.t.Helper()
	id := ""
	found := waitFor(startTime, func() bool {
		a, err := s.Call("search", url.Values{"connection_status": {"ONLINE"}})
		if err != nil {
			return false
		}
		for _, p := range a.Printers {
			if p.Name == "cups:"+name || strings.HasPrefix(p.Name, "ipp:") && s.localName(p.ID) == name {
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

// localName returns the connector's name for a printer of the cloud.
func (s *Site) localName(id string) string {
	cmd := exec.Command(filepath.Join(s.o.Bin, "platen"), "--config", s.file("platen.toml"), "printer", "list", "--json")
	out, err := cmd.Output()
	var list []struct{ ID, Name string }
	if err != nil || json.Unmarshal(out, &list) != nil {
		return ""
	}
	for _, p := range list {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
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
