package frontdoor

import (
	"strings"
	"testing"

	"platen/internal/lab"
)

// door is a cloud printer with its front door.
type door struct {
	*lab.Site
	eve     *lab.Eve
	printer string
}

// open starts a site with an ippeveprinter behind a cloud printer.
func open(t *testing.T, eve lab.EveOptions, o lab.SiteOptions) *door {
	t.Helper()
	d := &door{eve: lab.IPPEve(t, eve)}
	o.Bin = lab.Build(t)
	d.Site = lab.NewSite(t, o)
	d.Start()
	d.Platen("printer", "add", d.eve.URI, "--name", "far")
	d.printer = d.Printer("far")
	return d
}

// uri is the printer's address, with what stands before the host.
func (d *door) uri(user string) string {
	host := strings.TrimPrefix(d.Base, "http://")
	return "ipp://" + user + host + "/ipp/print/" + d.printer
}

// signedIn is the address with which the owner signs in by an API key.
func (d *door) signedIn() string {
	return d.uri(strings.ReplaceAll(lab.Owner, "@", "%40") + ":" + d.Key + "@")
}
