package ipp

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"platen/gcp"
)

// jobPart stands before the number of a job in its address.
const jobPart = "job"

// place is what an address is of: a printer, maybe one of its jobs, and maybe the
// secret by which a person may use it.
type place struct {
	printer gcp.PrinterID
	secret  string // "" for the printer's common address
	job     int    // 0 for the printer itself
}

// placeOf reads a path: ID, ID/SECRET, and behind both /job/NUMBER.
func placeOf(path string) (place, bool) {
	rest, ok := strings.CutPrefix(path, Prefix)
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	p := place{printer: gcp.PrinterID(parts[0])}
	if !ok || p.printer == "" {
		return p, false
	}
	parts = parts[1:]
	if len(parts)%2 == 1 {
		p.secret, parts = parts[0], parts[1:]
		if p.secret == "" {
			return p, false
		}
	}
	if len(parts) == 0 {
		return p, true
	}
	var err error
	p.job, err = strconv.Atoi(parts[len(parts)-1])
	return p, len(parts) == 2 && parts[0] == jobPart && err == nil && p.job > 0
}

// path returns the path of the printer.
func (p place) path() string {
	path := Prefix + string(p.printer)
	if p.secret != "" {
		path += "/" + p.secret
	}
	return path
}

// PrinterURI returns the address of a printer at a service's public address. The port is
// always told: that of the scheme ipp is 631 (RFC 8010, 4; RFC 7472, 4.1), and the
// service has it not.
func PrinterURI(base string, id gcp.PrinterID, secret string) string {
	return uriAt(base, place{printer: id, secret: secret}.path())
}

func uriAt(base, path string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	scheme, port := "ipp", "80"
	if u.Scheme == "https" {
		scheme, port = "ipps", "443"
	}
	if p := u.Port(); p != "" {
		port = p
	}
	return scheme + "://" + net.JoinHostPort(u.Hostname(), port) + strings.TrimSuffix(u.Path, "/") + path
}

// here reports whether the address of a job is one of this place: of this printer, by this
// way of signing in, at the service's public address or the one that was asked at.
func (c *call) here(job string) bool {
	u, err := url.Parse(job)
	if err != nil {
		return false
	}
	base, err := url.Parse(c.h.cfg.BaseURL)
	if err != nil {
		return false
	}
	asked := url.URL{Host: c.r.Host}
	if !strings.EqualFold(u.Hostname(), base.Hostname()) && !strings.EqualFold(u.Hostname(), asked.Hostname()) {
		return false
	}
	p, ok := placeOf(strings.TrimPrefix(u.Path, strings.TrimSuffix(base.Path, "/")))
	return ok && p.job > 0 && p.printer == c.place.printer && p.secret == c.place.secret
}

// uri is the printer's address as this client uses it.
func (c *call) uri() string { return uriAt(c.h.cfg.BaseURL, c.place.path()) }

func (c *call) jobURI(number int) string { return c.uri() + "/" + jobPart + "/" + strconv.Itoa(number) }

// page is an address of the pages.
func (c *call) page(path string) string { return c.h.cfg.BaseURL + path }
