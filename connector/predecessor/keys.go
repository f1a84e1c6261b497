package predecessor

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/secret"
)

// key is one key of the old settings, and how it is taken over.
type key struct {
	name   string
	secret bool
	take   func(r *reading, raw json.RawMessage) (becomes, why string, err error)
}

var errSecret = errors.New("it is no text")

// keys are all keys of both programs, and of the versions that spoke SNMP, in an order
// in which a person reads them.
var keys = []key{
	{name: "local_printing_enable", take: gone("printers of the local network need no connector to be found: AirPrint and Mopria find them themselves")},
	{name: "cloud_printing_enable", take: cloudPrinting},
	{name: "fcm_notifications_enable", take: gone("the best way to the notifications is found by itself: 'platen status' shows it")},
	{name: "xmpp_jid", take: gone("pairing gives a new one")},
	{name: "robot_refresh_token", secret: true, take: robotToken},
	{name: "user_refresh_token", secret: true, take: gone("a connector shares its printers with its own credentials")},
	{name: "share_scope", take: shareScope},
	{name: "proxy_name", take: proxyName},
	{name: "fcm_server_bind_url", take: gone("pairing gives the address")},
	{name: "xmpp_server", take: gone("pairing gives the address")},
	{name: "xmpp_port", take: gone("pairing gives the address")},
	{name: "gcp_xmpp_ping_timeout", take: duration("ping_timeout")},
	{name: "gcp_xmpp_ping_interval_default", take: duration("ping_interval")},
	{name: "gcp_base_url", take: baseURL},
	{name: "gcp_oauth_client_id", take: gone("pairing needs none")},
	{name: "gcp_oauth_client_secret", secret: true, take: gone("pairing needs none")},
	{name: "gcp_oauth_auth_url", take: gone("the cloud's address is enough")},
	{name: "gcp_oauth_token_url", take: gone("the cloud's address is enough")},
	{name: "gcp_max_concurrent_downloads", take: downloads},
	{name: "cups_job_queue_size", take: gone("a printer gets its jobs one after the other, in the cloud's order")},
	{name: "cups_printer_poll_interval", take: duration("poll_interval")},
	{name: "cups_job_full_username", take: fullUserName},
	{name: "prefix_job_id_to_job_title", take: gone("a job's id is one of its attributes; on CUPS the setting never worked")},
	{name: "display_name_prefix", take: namePrefix},
	{name: "printer_blacklist", take: names("exclude", "")},
	{name: "printer_whitelist", take: names("include", "a class or a raw queue of these names is shared, too")},
	{name: "log_level", take: logLevel},
	{name: "local_port_low", take: gone("there is no server for the local network")},
	{name: "local_port_high", take: gone("there is no server for the local network")},
	{name: "log_file_name", take: gone("logs go to the journal, or to standard error")},
	{name: "log_file_max_megabytes", take: gone("logs go to the journal, or to standard error")},
	{name: "log_max_files", take: gone("logs go to the journal, or to standard error")},
	{name: "log_to_journal", take: gone("as a service of systemd it always does")},
	{name: "monitor_socket_filename", take: gone("'platen status' asks the running connector; one that was killed leaves nothing behind that stops the next")},
	{name: "cups_max_connections", take: gone("a few connections are kept open, and used again")},
	{name: "cups_connect_timeout", take: gone("each question has its own limit")},
	{name: "cups_printer_attributes", take: gone("all that a printer tells is read")},
	{name: "cups_vendor_ppd_options", take: gone("every option of a driver is offered")},
	{name: "cups_ignore_raw_printers", take: ignoring("raw queues")},
	{name: "cups_ignore_class_printers", take: ignoring("classes")},
	{name: "copy_printer_info_to_display_name", take: copyInfo},
	{name: "snmp_enable", take: gone("printers tell their supplies over IPP")},
	{name: "snmp_community", secret: true, take: gone("printers tell their supplies over IPP")},
	{name: "snmp_max_connections", take: gone("printers tell their supplies over IPP")},
}

// gone takes a key that means nothing any more.
func gone(why string) func(*reading, json.RawMessage) (string, string, error) {
	return func(*reading, json.RawMessage) (string, string, error) { return "", why, nil }
}

// value reads a value of a type.
func value[T any](raw json.RawMessage) (T, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("%.100s is not what the old connector took", raw)
	}
	return v, nil
}

func cloudPrinting(_ *reading, raw json.RawMessage) (string, string, error) {
	on, err := value[bool](raw)
	if err == nil && !on {
		return "", "it was off, and printed in the local network alone; this connector always serves a cloud", nil
	}
	return "", "this connector always does", err
}

func robotToken(r *reading, raw json.RawMessage) (string, string, error) {
	text, err := value[string](raw)
	if err != nil {
		return "", "", err
	}
	r.out.Token = secret.New(text)
	address, _ := value[string](r.values["gcp_base_url"])          // it is read by itself, too
	if cloud, err := cloudOf(address); err != nil || cloud == "" { // none is Google's
		return "", "it was Google's, which is no more: pair this connector", nil
	}
	return "credentials.json", "it proves to the cloud, when you pair, that this is the same connector", nil
}

func shareScope(r *reading, raw json.RawMessage) (string, string, error) {
	scope, err := value[string](raw)
	if scope == "" || err != nil {
		return "", "it is empty", err
	}
	r.scope = scope
	why := ""
	if !strings.HasPrefix(scope, "/") {
		why = "a group of the cloud has a name, and no address: write it as groups = [\"NAME\"]"
	}
	return "share in printers.toml", why, nil
}

func proxyName(r *reading, raw json.RawMessage) (string, string, error) {
	name, err := value[string](raw)
	if name == "" || err != nil {
		return "", "it is empty", err
	}
	r.out.Proxy = gcp.ProxyID(name)
	return "the connector's name in the cloud", "printers of a cloud that knows it keep their ids, shares and history", nil
}

func baseURL(r *reading, raw json.RawMessage) (string, string, error) {
	address, err := value[string](raw)
	if err != nil {
		return "", "", err
	}
	cloud, err := cloudOf(address)
	if err != nil || cloud == "" {
		return "", "it was Google's, which is no more: 'platen pair' takes the address of yours", err
	}
	r.out.Cloud = cloud
	return "the address that 'platen pair' uses", "", nil
}

func duration(to string) func(*reading, json.RawMessage) (string, string, error) {
	return func(r *reading, raw json.RawMessage) (string, string, error) {
		text, err := value[string](raw)
		if err != nil {
			return "", "", err
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return "", "", fmt.Errorf("%q is no time", text)
		}
		return r.set(to, d.String()), "", nil
	}
}

func downloads(r *reading, raw json.RawMessage) (string, string, error) {
	n, err := value[int64](raw)
	if err == nil && n < 1 {
		err = fmt.Errorf("%d is too few", n)
	}
	if err != nil {
		return "", "", err
	}
	return r.set("downloads", n), "", nil
}

func fullUserName(r *reading, raw json.RawMessage) (string, string, error) {
	on, err := value[bool](raw)
	if err != nil {
		return "", "", err
	}
	return r.set("full_username", on), "", nil
}

func namePrefix(r *reading, raw json.RawMessage) (string, string, error) {
	prefix, err := value[string](raw)
	if prefix == "" || err != nil {
		return "", "it is empty", err
	}
	r.prefix = prefix
	return "name_prefix in printers.toml", "", nil
}

// names takes a list of names, which had no wildcards.
func names(to, why string) func(*reading, json.RawMessage) (string, string, error) {
	escape := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)
	return func(r *reading, raw json.RawMessage) (string, string, error) {
		list, err := value[[]string](raw)
		if len(list) == 0 || err != nil {
			return "", "it is empty", err
		}
		for i, name := range list {
			list[i] = escape.Replace(name)
		}
		return r.set(to, list), why, nil
	}
}

func logLevel(r *reading, raw json.RawMessage) (string, string, error) {
	level, err := value[string](raw)
	if err != nil {
		return "", "", err
	}
	to, known := map[string]string{"FATAL": "error", "ERROR": "error", "WARNING": "warn", "INFO": "info", "DEBUG": "debug"}[strings.ToUpper(level)]
	if !known {
		return "", "", fmt.Errorf("%q is no level", level)
	}
	return r.set("log_level", to), "", nil
}

// ignoring takes the switch for a kind of queue. Its initial setup wrote false where
// nobody had chosen that, so that false says nothing.
func ignoring(what string) func(*reading, json.RawMessage) (string, string, error) {
	return func(_ *reading, raw json.RawMessage) (string, string, error) {
		on, err := value[bool](raw)
		if on || err != nil {
			return "", what + " are shared only where they are chosen", err
		}
		return "", what + ` are shared only where they are chosen, by a rule with offer = "yes": its setup wrote false where nobody had chosen it`, nil
	}
}

func copyInfo(_ *reading, raw json.RawMessage) (string, string, error) {
	on, err := value[bool](raw)
	if on || err != nil {
		return "", "printers are called by their description", err
	}
	return "", "printers are called by their description, and by a rule's name: its setup wrote false where nobody had chosen it", nil
}
