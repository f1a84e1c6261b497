package gcp

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples of the protocol's description.
const (
	exampleCDD = `{"version":"1.0","printer":{
 "supported_content_type":[{"content_type":"application/pdf","min_version":"1.2","max_version":"1.7"},{"content_type":"application/postscript"},{"content_type":"image/jpeg"},{"content_type":"text/plain"}],
 "printing_speed":{"option":[{"speed_ppm":10,"color_type":["STANDARD_COLOR","STANDARD_MONOCHROME"]}]},
 "vendor_capability":[{"id":"number-up","type":"SELECT","select_cap":{"option":[
    {"value":"1","is_default":true,"display_name_localized":[{"locale":"EN","value":"1"}]}]},
    "display_name_localized":[{"locale":"EN","value":"Pages per sheet"}]}],
 "color":{"option":[{"vendor_id":"ColorModel:RGB","type":"STANDARD_COLOR","is_default":true,"custom_display_name_localized":[{"locale":"EN","value":"Color"}]},
                    {"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME","is_default":false}]},
 "duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE","is_default":false},{"type":"SHORT_EDGE","is_default":false}]},
 "copies":{"default":1,"max":9999},
 "media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_continuous_feed":false,"is_default":true,"vendor_id":"A4"}]}
}}`
	exampleCDS = `{"version":"1.0","cloud_connection_state":"ONLINE","printer":{"state":"STOPPED",
 "input_tray_state":{"item":[{"vendor_id":"tray1","state":"EMPTY","level_percent":0,"vendor_message":"leer"}]},
 "marker_state":{"item":[{"vendor_id":"black","state":"EXHAUSTED","level_percent":3,"level_pages":12}]},
 "cover_state":{"item":[{"vendor_id":"c","state":"OPEN"}]},"media_path_state":{"item":[{"vendor_id":"p","state":"MEDIA_JAM"}]},
 "vendor_state":{"item":[{"state":"ERROR","description_localized":[{"locale":"EN","value":"Call service"}]}]}}}`
	exampleCJT = `{"version":"1.0","print":{"vendor_ticket_item":[{"id":"number-up","value":"2"}],
 "color":{"vendor_id":"ColorModel:Gray","type":"STANDARD_MONOCHROME"},"duplex":{"type":"LONG_EDGE"},"copies":{"copies":2},
 "margins":{"top_microns":1,"right_microns":2,"bottom_microns":3,"left_microns":4},"dpi":{"horizontal_dpi":600,"vertical_dpi":600},
 "fit_to_page":{"type":"NO_FITTING"},"page_range":{"interval":[{"start":1,"end":3},{"start":7}]},
 "media_size":{"width_microns":210000,"height_microns":297000},"page_orientation":{"type":"AUTO"},
 "collate":{"collate":false},"reverse_order":{"reverse_order":true}}}`
	exampleJob = `{"id":"c2b9e2a1","printerid":"3b1f","printerName":"Test Q","printerType":"GOOGLE",
 "title":"report.pdf","contentType":"application/pdf","fileUrl":"https://c/download?id=c2b9e2a1",
 "rasterUrl":"https://c/download?id=c2b9e2a1&forcepwg=1","ticketUrl":"https://c/ticket?format=ppd&output=json&jobid=c2b9e2a1",
 "ownerId":"owner@example.com","createTime":"1396000000000","updateTime":"1396000001000",
 "status":"QUEUED","errorCode":"","message":"","tags":["^own"],"numberOfPages":3,
 "semanticState":{"version":"1.0","state":{"type":"QUEUED"},"delivery_attempts":0,"pages_printed":0},"uiState":{"summary":"QUEUED"}}`
	examplePrinter = `{"id":"3b1f","name":"testq","displayName":"Test Q","defaultDisplayName":"Test Q","description":"",
 "type":"GOOGLE","proxy":"connector-1","status":"","createTime":"1396000000000","accessTime":"1396000005000","updateTime":"1396000004000",
 "isTosAccepted":true,"ownerId":"owner@example.com","ownerName":"Owner","public":false,"quotaEnabled":false,"dailyQuota":0,"currentQuota":0,
 "tags":["^own","__cp__printer-location=2nd floor"],"capsHash":"2010c424","capsFormat":"","capabilities":{"version":"1.0","printer":{}},
 "uuid":"e4feb15a","manufacturer":"Acme","model":"T1","gcpVersion":"2.0","firmware":"1.0","setupUrl":"http://s","supportUrl":"http://t","updateUrl":"http://u",
 "supportedContentTypes":"application/pdf,image/pwg-raster","notificationChannel":"XMPP_CHANNEL","certificationId":"","resolvedIssues":[],
 "local_settings":{"current":{"local_discovery":true,"access_token_enabled":true,"printer/local_printing_enabled":true,"printer/conversion_printing_enabled":true,"xmpp_timeout_value":300}},
 "access":[{"role":"OWNER","scope":"owner@example.com","email":"owner@example.com","name":"Owner","type":"USER","membership":"MANAGER","is_pending":false}],
 "connectionStatus":"ONLINE","semanticState":{"version":"1.0","cloud_connection_state":"ONLINE","printer":{"state":"IDLE"}},
 "uiState":{"summary":"IDLE","severity":"NONE","num_issues":0,"printer":{}},"queuedJobsCount":0}`
	exampleRegistration = `{"success":true,"registration_token":"79MYv","token_duration":"899","invite_url":"https://c/claimprinter.html",
 "complete_invite_url":"https://g/79MYv","invite_page_url":"https://c/regtokenpage?t=79MYv","automated_invite_url":"https://c/confirm?token=79MYv",
 "polling_url":"https://c/getauthcode?printerid=3b1f&oauth_client_id=","oauth_scope":"a b"}`
	exampleFailure = `{"success":false,"message":"No print job available on specified printer.","errorCode":413,
 "request":{"time":"0","users":["x@y"],"user":"x@y","params":{"printerid":["3b1f"]}}}`
)

// again decodes text into a value like v and returns what it encodes to.
func again(t *testing.T, text string, v any) string {
	t.Helper()
	p := reflect.New(reflect.TypeOf(v))
	if err := json.Unmarshal([]byte(text), p.Interface()); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(p.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// generic decodes text without types. Members that are false are left out where
// a type leaves them out: absent and the default mean the same (D).
func generic(t *testing.T, text string, drop ...string) any {
	t.Helper()
	for _, d := range drop {
		text = strings.ReplaceAll(text, d, "")
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestExamplesRoundTrip(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		as   any
	}{
		"CDD": {exampleCDD, CDD{}}, "CDS": {exampleCDS, CDS{}}, "CJT": {exampleCJT, CJT{}},
		"job": {exampleJob, Job{}}, "printer": {examplePrinter, Printer{}},
		"registration": {exampleRegistration, Answer{}}, "failure": {exampleFailure, Answer{}},
		"job state": {`{"state":{"type":"STOPPED","device_action_cause":{"error_code":"OTHER"}}}`, CJS{}},
		"settings":  {`{"current":{"local_discovery":false},"pending":{"xmpp_timeout_value":600}}`, LocalSettings{}},
	} {
		t.Run(name, func(t *testing.T) {
			want := generic(t, test.text, `,"is_default":false`, `"is_continuous_feed":false,`)
			if diff := cmp.Diff(want, generic(t, again(t, test.text, test.as))); diff != "" {
				t.Errorf("(-want +have):\n%s", diff)
			}
		})
	}
}

// A word that is newer than this program survives it.
func TestUnknownEnumsSurvive(t *testing.T) {
	for text, as := range map[string]any{
		`{"version":"1.0","printer":{"color":{"option":[{"type":"NEW_COLOR"}]},"media_size":{"option":[{"name":"NEW_SIZE"}]},"pwg_raster_config":{"document_type_supported":["NEW_9"]}}}`: CDD{},
		`{"version":"1.0","print":{"duplex":{"type":"NEW_EDGE"},"fit_to_page":{"type":"NEW_FIT"}}}`:                                                                                       CJT{},
		`{"version":"","printer":{"state":"NEW","cover_state":{"item":[{"vendor_id":"c","state":"NEW_STATE"}]}}}`:                                                                         CDS{},
		`{"state":{"type":"NEW_STATE","service_action_cause":{"error_code":"NEW_CODE"}}}`:                                                                                                 CJS{},
	} {
		if diff := cmp.Diff(generic(t, text), generic(t, again(t, text, as))); diff != "" {
			t.Errorf("(-want +have):\n%s", diff)
		}
	}
}

// 64-bit numbers are strings on the wire, but bare numbers are met; indexes and
// vendor limits come either way (0.4, D.1).
func TestScalarsEitherWay(t *testing.T) {
	var u Unit
	var r RangeCap
	var m Millis
	for text, v := range map[string]any{
		`{"vendor_id":"a","type":"ROLL","index":"2"}`: &u, `{"value_type":"INTEGER","min":1,"max":"10","default":2.5}`: &r, `1396000000000`: &m,
	} {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			t.Fatal(err)
		}
	}
	if *u.Index != 2 || r.Min != "1" || r.Max != "10" || r.Default != "2.5" || m != 1396000000000 {
		t.Errorf("have %v %+v %v", *u.Index, r, m)
	}
	if text, _ := json.Marshal(m); string(text) != `"1396000000000"` {
		t.Errorf("have %s", text)
	}
}

func TestLenient(t *testing.T) {
	for text, want := range map[string]string{
		`{'version': '1.0', 'printer': {'state': 'IDLE'}}`:   `{"version":"1.0","printer":{"state":"IDLE"}}`,
		`{'is_default': True, "a": False, u'b': None,}`:      `{"is_default":true,"a":false,"b":null}`,
		` [1, 2L, -3.5e2, (1, 2,), [],] `:                    `[1,2,-3.5e2,[1,2],[]]`,
		`{u'n\xe4me': u'\u00fc\U0001f600', 'q': "it's"}`:     `{"näme":"ü😀","q":"it's"}`,
		`{"s": "\ud83d\ude00 \/ \\ \" \t", 's2': 'a\'b\"c'}`: `{"s":"😀 / \\ \" \t","s2":"a'b\"c"}`,
		"\xef\xbb\xbf{}":   `{}`,
		`"lone \ud800 x"`:  "\"lone \ufffd x\"",
		`'\ud800\u0041'`:   "\"\ufffdA\"",
		`true`:             `true`,
		`{"<&>": "<\q>"}`:  `{"<&>":"<\\q>"}`,
		`{"a":{"b":{},},}`: `{"a":{"b":{}}}`,
	} {
		have, err := StrictJSON([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(generic(t, want), generic(t, string(have))); diff != "" {
			t.Errorf("%s (-want +have):\n%s", text, diff)
		}
	}
}

func TestLenientRefuses(t *testing.T) {
	for _, text := range []string{
		``, ` `, `{`, `[1`, `[1 2]`, `{"a" 1}`, `{1: 2}`, `{"a": }`, `"open`, `'\u12`, `'\xzz'`, `{} {}`, `Trueish`,
		`nan`, `1.`, `01`, `--1`, `[,]`, `{,}`, `[1,,2]`, `u`, `lambda: 0`, strings.Repeat("[", 70) + strings.Repeat("]", 70),
		`"` + strings.Repeat("x", maxLenientBytes) + `"`,
	} {
		if out, err := StrictJSON([]byte(text)); err == nil {
			t.Errorf("%.30s became %.30s", text, out)
		}
	}
}

// fuzzType checks that what was read once reads the same after writing it.
func fuzzType[T any](f *testing.F, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var first, second T
		if DecodeLenient(data, &first) != nil {
			return
		}
		text, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%q cannot be written: %v", data, err)
		}
		if err := json.Unmarshal(text, &second); err != nil {
			t.Fatalf("%s cannot be read: %v", text, err)
		}
		once, err := json.Marshal(second)
		if err != nil || !bytes.Equal(text, once) {
			t.Fatalf("%v\nfirst  %s\nsecond %s", err, text, once)
		}
	})
}

func FuzzCDD(f *testing.F) { fuzzType[CDD](f, exampleCDD) }
func FuzzCJT(f *testing.F) { fuzzType[CJT](f, exampleCJT, `{}`) }
func FuzzCDS(f *testing.F) { fuzzType[CDS](f, exampleCDS, `{'printer': {'state': 'IDLE'}}`) }

func FuzzEnvelope(f *testing.F) {
	fuzzType[Answer](f, exampleFailure, exampleRegistration, `{"success":true,"job":`+exampleJob+`,"printers":[`+examplePrinter+`]}`)
}

// Strict JSON is left as it means, and whatever comes out is strict.
func FuzzLenient(f *testing.F) {
	for _, s := range []string{exampleCDD, `{'a': u'\xe4', "b": (True, None,)}`, `[1L, -2.5e3]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := StrictJSON(data)
		if err != nil {
			return
		}
		if !json.Valid(out) {
			t.Fatalf("%q became %q", data, out)
		}
		var want, have any
		if json.Unmarshal(data, &want) == nil {
			if err := json.Unmarshal(out, &have); err != nil || !cmp.Equal(want, have) {
				t.Fatalf("%q became %q: %v", data, out, err)
			}
		}
	})
}

func FuzzNotification(f *testing.F) {
	for _, s := range []string{"M2IxZg==", "M2IxZi91cGRhdGVfc2V0dGluZ3M=", "", "!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		n, err := DecodeNotification(data)
		if err != nil {
			return
		}
		if m, err := DecodeNotification(n.Encode()); err != nil || m != n {
			t.Fatalf("%q: %v became %v, %v", data, n, m, err)
		}
	})
}
