package api

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// example is a call with the arguments that are described; $NAME stands for what the
// scene has.
type example struct {
	who  string
	args []string
}

const (
	allOfJob     = "ticket,document,trace"
	allOfPrinter = "connectionStatus,semanticState,uiState,queuedJobsCount"
	sevenTimes   = `{"version":"1.0","print":{"copies":{"copies":7}}}`
)

// examples has a call of each interface.
func examples() map[string]example {
	facts := []string{
		"display_name", "Hall", "default_display_name", "Hall", "description", "Beside the stairs", "uuid", "u-1", "manufacturer", "Acme", "model", "T1",
		"gcp_version", "2.0", "firmware", "2", "setup_url", "http://x/", "support_url", "http://x/", "update_url", "http://x/", "status", "good",
		"capabilities", cdd, "capsHash", "1", "defaults", "", "content_types", "application/pdf", "tag", "__cp__a=b", "remove_tag", "__cp__z.*",
		"data", "a=b", "remove_data", "z.*", "semantic_state", `{"version":"1.0","printer":{"state":"IDLE"}}`, "semantic_state_diff", `{"printer":{"state":"STOPPED"}}`,
		"local_settings", `{"current":{"local_discovery":true}}`, "notification_channel", "XMPP_CHANNEL", "is_tos_accepted", "true", "public", "false",
		"quota_enabled", "true", "daily_quota", "100", "daily_quota_per_person", "10", "expire_after", "3600",
	}
	return map[string]example{
		"submit": {"sender", []string{
			"printerid", "$printer", "title", "A", "contentType", "application/pdf", "contentTransferEncoding", "base64", "ticket", sevenTimes,
			"tag", "a", "expire_after", "3600", "client_job_id", "$name", "content", base64.StdEncoding.EncodeToString([]byte(pdf)),
		}},
		"jobs": {"sender", []string{
			"printerid", "$printer", "owner", "sender@example.org", "q", "Secret", "status", "QUEUED,DONE", "sortorder", "TITLE_DESC",
			"offset", "0", "limit", "10", "extra_fields", allOfJob,
		}},
		"job":        {"sender", []string{"jobid", "$job", "wait", "1", "since", "1", "extra_fields", allOfJob}},
		"trace":      {"sender", []string{"jobid", "$ended"}},
		"deletejob":  {"sender", []string{"jobid", "$ended"}},
		"resubmit":   {"sender", []string{"jobid", "$ended", "printerid", "$printer", "ticket", sevenTimes}},
		"printagain": {"sender", []string{"jobid", "$ended", "client_job_id", "$name"}},
		"control": {"connector", []string{
			"jobid", "$job", "status", "IN_PROGRESS", "semantic_state_diff", `{"state":{"type":"IN_PROGRESS"}}`, "message", "fine", "pagesprinted", "1", "trace", `{"8":1}`,
		}},
		"fetch":         {"connector", []string{"printerid", "$printer", "limit", "5", "restored", "false", "extra_fields", allOfJob}},
		"download":      {"sender", []string{"id", "$job", "forcepwg", "0"}},
		"ticket":        {"sender", []string{"jobid", "$job", "use_cjt", "true"}},
		"notifications": {"connector", []string{"session", "s", "got", "1", "wait", "1", "return", "20", "leave", "false"}},
		fcmPath:         {"connector", nil},
		"search":        {"owner", []string{"q", "Secret", "type", "GOOGLE", "connection_status", "ALL", "use_cdd", "true", "extra_fields", allOfPrinter}},
		"printer":       {"owner", []string{"printerid", "$printer", "use_cdd", "true", "extra_fields", allOfPrinter}},
		"list":          {"connector", []string{"proxy", "$proxy", "extra_fields", allOfPrinter, "instance", "i", "run", "r", "was", "", "host", "desk", "version", "1"}},
		"register":      {"connector", append([]string{"name", "another", "proxy", "$proxy"}, facts...)},
		"update":        {"owner", append([]string{"printerid", "$printer", "name", "$name"}, facts...)},
		"delete":        {"owner", []string{"printerid", "$printer"}},
		"confirm":       {"owner", []string{"token", "$token"}},
		translatePath:   {"owner", []string{"capabilities", "$ppd", "defaults", "", "content_types", "application/pdf"}},
		"share": {"owner", []string{
			"printerid", "$printer", "scope", "new@example.org", "role", "USER", "type", "USER", "public", "false", "skip_notification", "true",
		}},
		"unshare":       {"owner", []string{"printerid", "$printer", "scope", "user@example.org", "public", "false"}},
		"invites":       {"invited", []string{"use_cdd", "true"}},
		"processinvite": {"invited", []string{"printerid", "$printer", "accept", "true", "use_cdd", "true"}},
		"connectors":    {"owner", nil},
		"createrobot":   {"owner", []string{"oauth_client_id", "c", "proxy", "new-px", "robot_token", ""}},
		"getauthcode":   {"nobody", []string{"printerid", "$claimed", "oauth_client_id", "device", "poll", "$poll"}},
	}
}

// notInExamples are the arguments without an example, and why.
func notInExamples() map[string]string {
	const claims = "belongs to a connector that holds the job, see grant_test.go"
	return map[string]string{
		"control claim": claims, "control run": claims, "control cancel": claims, "fetch run": claims, "download claim": claims, "download run": claims,
		"control unheard": "is of restored jobs only",
	}
}

// Each interface does, called as it is described, what is described: the state, the
// media type, the members and their types, and no others; and so do its refusals.
func TestDescriptionIsOfWhatIsAnswered(t *testing.T) {
	b := newBench(t, nil)
	s := b.scenery()
	doc := described(t)
	for path, methods := range doc.Paths {
		name := strings.TrimPrefix(path, Prefix)
		ex, known := examples()[name]
		if !known {
			t.Errorf("%s has no example", name)
			continue
		}
		for method, op := range methods {
			method = strings.ToUpper(method)
			op.hasExamples(t, name, ex.args)
			s.spoiled = true
			s.fresh(nil)
			args := s.fill(ex.args)
			a := s.try(method, path, ex.who, args)
			bare := name == "ticket" || name == "download" // without an envelope
			if faults := op.faults(doc, a); len(faults) > 0 || a.status != http.StatusOK || !a.Success && !bare {
				t.Errorf("%s %s: %d %s\n%s", method, path, a.status, a.raw, strings.Join(faults, "\n"))
			}
			if len(op.Parameters) == 0 && op.RequestBody == nil {
				continue
			}
			a = s.try(method, path, "owner", nil)
			if faults := op.faults(doc, a); len(faults) > 0 {
				t.Errorf("%s %s without arguments: %d %s\n%s", method, path, a.status, a.raw, strings.Join(faults, "\n"))
			}
		}
	}
}

// description is what the test reads of the document.
type description struct {
	Paths      map[string]map[string]describedOperation
	Components struct{ Schemas map[string]any }
}

type describedOperation struct {
	Parameters  []struct{ Name string }
	RequestBody *struct {
		Content map[string]struct {
			Schema struct{ Properties map[string]any }
		}
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema map[string]any }
	}
}

func described(t *testing.T) (doc description) {
	t.Helper()
	w := httptest.NewRecorder()
	Description("http://cloud.invalid").ServeHTTP(w, httptest.NewRequest(http.MethodGet, DescriptionPath, nil))
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// hasExamples checks that an example has each argument that is described.
func (op describedOperation) hasExamples(t *testing.T, name string, args []string) {
	t.Helper()
	var names []string
	for _, p := range op.Parameters {
		names = append(names, p.Name)
	}
	if op.RequestBody != nil {
		for _, form := range op.RequestBody.Content {
			for p := range form.Schema.Properties {
				names = append(names, p)
			}
		}
	}
	for _, p := range names {
		i := slices.Index(args, p)
		if given, why := i >= 0 && i%2 == 0, notInExamples()[name+" "+p]; given == (why != "") {
			t.Errorf("%s: the argument %s has an example: %v, and is left out because it %q", name, p, given, why)
		}
	}
}

// try calls an interface by a method, in the form that the description names.
func (s *scene) try(method, path, who string, args []string) answer {
	s.b.t.Helper()
	switch {
	case method == http.MethodGet:
		return s.b.do(s.b.request(method, path+"?"+form(args...).Encode(), s.tokens[who], "", ""))
	case path == Prefix+"submit":
		var parts []part
		for i := 0; i < len(args); i += 2 {
			parts = append(parts, part{name: args[i], value: args[i+1]})
		}
		return s.b.submit(s.tokens[who], parts...)
	}
	return s.b.do(s.b.request(method, path, s.tokens[who], "application/x-www-form-urlencoded", form(args...).Encode()))
}

// faults returns how an answer differs from its description.
func (op describedOperation) faults(doc description, a answer) []string {
	response, known := op.Responses[strconv.Itoa(a.status)]
	if !known {
		if response, known = op.Responses[strconv.Itoa(a.status/100)+"XX"]; !known {
			return []string{"it answers " + http.StatusText(a.status)}
		}
	}
	kind, _, err := mime.ParseMediaType(a.head.Get("Content-Type"))
	if err != nil {
		return []string{err.Error()}
	}
	content, known := response.Content[kind]
	if _, document := response.Content["*/*"]; document || len(response.Content) == 0 {
		return nil // a document, or words
	}
	if !known {
		return []string{"it answers " + kind}
	}
	value, err := jsonOf(a.raw)
	if err != nil {
		return []string{err.Error()}
	}
	return judge{doc.Components.Schemas}.faults(content.Schema, value, "answer")
}
