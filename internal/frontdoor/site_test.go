package frontdoor

import (
	"net/http"
	"strings"
	"testing"

	"platen/internal/lab"
)

// door is a cloud printer with its front door.
type door struct {
	*lab.Site
	eve     *lab.Eve
	printer string
	outside string            // address of the cloud as its people know it
	carrier http.RoundTripper // which trusts that
}

// open starts a site with an ippeveprinter behind a cloud printer.
func open(t *testing.T, eve lab.EveOptions, o lab.SiteOptions) *door {
	t.Helper()
	d := prepare(t, eve, o)
	d.share()
	return d
}

// prepare is an ippeveprinter, and a site where nothing runs yet.
func prepare(t *testing.T, eve lab.EveOptions, o lab.SiteOptions) *door {
	t.Helper()
	d := &door{eve: lab.IPPEve(t, eve)}
	o.Bin = lab.Build(t)
	d.Site = lab.NewSite(t, o)
	d.outside, d.carrier = d.Base, http.DefaultTransport
	return d
}

// share starts the site, and puts the printer behind a cloud printer.
func (d *door) share() {
	d.Start()
	d.Platen("printer", "add", d.eve.URI, "--name", "far")
	d.printer = d.Printer("far")
}

// uri is the printer's address, with what stands before the host.
func (d *door) uri(user string) string {
	scheme, host, _ := strings.Cut(d.outside, "://")
	return strings.Replace(scheme, "http", "ipp", 1) + "://" + user + host + "/ipp/print/" + d.printer
}

// signedIn is the address with which the owner signs in by an API key.
func (d *door) signedIn() string {
	return d.uri(strings.ReplaceAll(lab.Owner, "@", "%40") + ":" + d.Key + "@")
}
