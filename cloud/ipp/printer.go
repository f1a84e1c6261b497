package ipp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
)

// getPrinter is Get-Printer-Attributes (RFC 8011, 4.2.5).
func (c *call) getPrinter() error {
	f, err := c.front()
	if err != nil {
		return err
	}
	want := ippserver.WishOf(c.x.Req, "")
	d := &description{c: c, f: &f, can: f.CDD.Printer, now: c.h.cfg.Now(), database: want.Has(databaseName)}
	d.attributes()
	out := goipp.Attributes{}
	for _, a := range d.List {
		if want.Has(a.Name) {
			out.Add(a)
		}
	}
	c.x.Answer(goipp.TagPrinterGroup, out)
	return nil
}

// databaseName is the attribute that is only made if it is asked for: it is long.
const databaseName = "media-col-database"

// description builds the attributes of a printer.
type description struct {
	ippserver.List
	c        *call
	f        *cloud.Front
	can      gcp.PrinterDescriptionSection
	now      time.Time
	database bool
}

func (d *description) attributes() {
	d.addresses()
	d.identity()
	d.condition()
	d.service()
	d.formats()
	d.choices()
	d.vendorChoices()
	d.media()
	d.raster()
	d.supplies()
}

// known reports whether the caller may print here: strangers are shown what every
// client asks for before it signs in, and not whose printer it is, where it stands, or
// how busy it is.
func (d *description) known() bool { return d.f.Role != "" }

func (d *description) addresses() {
	secure := "none"
	if strings.HasPrefix(d.c.uri(), "ipps:") {
		secure = "tls"
	}
	// A client chooses its way of signing in by the address that it has. Who uses a personal
	// address has signed in by that.
	auth := []string{"basic", "oauth"}
	if d.c.place.secret != "" {
		auth = []string{"none"}
	}
	uris := slices.Repeat([]string{d.c.uri()}, len(auth))
	d.Strings("printer-uri-supported", goipp.TagURI, uris...)
	d.Strings("uri-security-supported", goipp.TagKeyword, slices.Repeat([]string{secure}, len(auth))...)
	d.Strings("uri-authentication-supported", goipp.TagKeyword, auth...)
	var xri []goipp.Value
	for _, a := range auth {
		var l ippserver.List
		l.Strings("xri-uri", goipp.TagURI, d.c.uri())
		l.Strings("xri-authentication", goipp.TagKeyword, a)
		l.Strings("xri-security", goipp.TagKeyword, secure)
		xri = append(xri, goipp.Collection(l))
	}
	d.Add("printer-xri-supported", goipp.TagBeginCollection, xri...)
	if d.c.place.secret == "" {
		d.Strings("oauth-authorization-server-uri", goipp.TagURI, d.c.h.cfg.BaseURL)
		// Not as a keyword: CUPS takes no printer whose keywords have other characters.
		d.Add("oauth-authorization-scope", goipp.TagString, goipp.Binary(tokenScope))
	}
	page := d.c.page("/printers/" + string(d.f.ID))
	d.Strings("printer-more-info", goipp.TagURI, page)
	d.Strings("printer-supply-info-uri", goipp.TagURI, page)
	d.Strings("printer-icons", goipp.TagURI, d.c.page("/static/icon-192.png"), d.c.page("/static/icon-512.png"))
}

// maxShort is the longest name or text of a printer (RFC 8011, 5.4.4 to 5.4.9).
const maxShort = 127

func (d *description) identity() {
	p := &d.f.PrinterView
	model := ippserver.Cut(strings.TrimSpace(makeAndModel(&p.Printer)), maxShort)
	name, location := model, ""
	if d.known() {
		name, location = ippserver.Cut(p.ShownName(), maxShort), ippserver.Cut(p.Location, maxShort)
	}
	d.Strings("printer-name", goipp.TagName, name)
	d.Strings("printer-dns-sd-name", goipp.TagName, ippserver.Cut(name, 63)) // a DNS label
	d.Strings("printer-info", goipp.TagText, name)
	d.Strings("printer-location", goipp.TagText, location)
	d.Add("printer-geo-location", goipp.TagUnknown, goipp.Void{})
	d.Strings("printer-organization", goipp.TagText, "")
	d.Strings("printer-organizational-unit", goipp.TagText, "")
	d.Strings("printer-make-and-model", goipp.TagText, model)
	d.Strings("printer-device-id", goipp.TagText, d.deviceID())
	d.Strings("printer-uuid", goipp.TagURI, uuidOf(string(p.ID)))
	d.Strings("printer-kind", goipp.TagKeyword, "document")
	d.Strings("mopria-certified", goipp.TagText, "1.3")
	d.Strings("printer-firmware-name", goipp.TagName, "Platen")
	d.Strings("printer-firmware-string-version", goipp.TagText, cmp.Or(ippserver.Cut(p.Firmware, maxShort), "1.0"))
	d.Add("printer-firmware-version", goipp.TagString, goipp.Binary("1.0"))
}

// makeAndModel is what is known of the device.
func makeAndModel(p *cloud.Printer) string {
	switch {
	case p.Model == "":
		return cmp.Or(p.Manufacturer, "Platen Cloud Printer")
	case strings.HasPrefix(strings.ToLower(p.Model), strings.ToLower(p.Manufacturer)):
		return p.Model
	}
	return p.Manufacturer + " " + p.Model
}

// deviceID is printer-device-id (PWG 5107.2): what it takes counts, so that systems
// find no driver that they like better.
func (d *description) deviceID() string {
	clean := strings.NewReplacer(":", " ", ";", " ", "\n", " ", "\r", " ")
	p := &d.f.Printer
	var cmd []string
	for _, f := range d.documentFormats() {
		switch f {
		case "application/pdf":
			cmd = append(cmd, "PDF")
		case "image/jpeg":
			cmd = append(cmd, "JPEG")
		case "image/pwg-raster":
			cmd = append(cmd, "PWGRaster")
		case "image/urf":
			cmd = append(cmd, "AppleRaster", "URF")
		}
	}
	return ippserver.Cut(fmt.Sprintf("MFG:%s;MDL:%s;CMD:%s;", clean.Replace(cmp.Or(p.Manufacturer, "Platen")),
		clean.Replace(cmp.Or(p.Model, "Cloud Printer")), strings.Join(cmd, ",")), 1023)
}

// uuidOf writes an id of 32 hexadecimal digits as a URN (RFC 9562, 4); of another, which
// an import may have brought, it makes one.
func uuidOf(id string) string {
	if len(id) != 32 {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return "urn:uuid:" + id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

func (d *description) condition() {
	p := &d.f.PrinterView
	s := conditionOf(p)
	if !d.known() {
		s.reduce()
	}
	if s.state == printerIdle && d.known() && p.Queued > 0 {
		s.state = printerProcessing
	}
	d.Enums("printer-state", s.state)
	d.Strings("printer-state-reasons", goipp.TagKeyword, s.reasons...)
	if d.known() {
		d.Strings("printer-state-message", goipp.TagText, ippserver.Cut(s.message, 255))
		d.Integers("queued-job-count", p.Queued)
	} else {
		d.Add("queued-job-count", goipp.TagUnknown, goipp.Void{})
	}
	d.Flag("printer-is-accepting-jobs", true)
	d.Integers("printer-up-time", upTime(d.now))
	d.Add("printer-current-time", goipp.TagDateTime, goipp.Time{Time: d.now})
	for _, what := range []string{"printer-state-change", "printer-config-change"} {
		d.Integers(what+"-time", upTime(p.UpdateTime))
		d.Add(what+"-date-time", goipp.TagDateTime, goipp.Time{Time: p.UpdateTime})
	}
}

// upTime is a time in seconds as the printers count them: since 1970, so that times of
// jobs stay what they are when the service starts again.
func upTime(t time.Time) int { return max(1, int(t.Unix())) }

// incomingTime is how long a job waits for its document (multiple-operation-time-out).
const incomingTime = 2 * time.Minute

// service says what the front door itself does, whatever is behind it.
func (d *description) service() {
	d.Strings("ipp-versions-supported", goipp.TagKeyword, "1.1", "2.0", "2.1", "2.2")
	d.Strings("ipp-features-supported", goipp.TagKeyword, "ipp-everywhere", "subscription-object")
	var ops []int
	for op := range operations() {
		ops = append(ops, int(op))
	}
	slices.Sort(ops)
	d.Enums("operations-supported", ops...)
	d.Strings("charset-configured", goipp.TagCharset, "utf-8")
	d.Strings("charset-supported", goipp.TagCharset, "us-ascii", "utf-8")
	d.Strings("natural-language-configured", goipp.TagLanguage, "en")
	d.Strings("generated-natural-language-supported", goipp.TagLanguage, "en")
	d.Strings("printer-get-attributes-supported", goipp.TagKeyword, "document-format")
	d.Strings("pdl-override-supported", goipp.TagKeyword, "attempted")
	d.Strings("compression-supported", goipp.TagKeyword, "none", "deflate", "gzip")
	d.Integers("multiple-operation-time-out", int(incomingTime/time.Second))
	d.Strings("multiple-operation-time-out-action", goipp.TagKeyword, "abort-job")
	d.Flag("multiple-document-jobs-supported", false)
	d.Flag("job-ids-supported", true)
	d.Flag("preferred-attributes-supported", false)
	d.Strings("which-jobs-supported", goipp.TagKeyword, "completed", "not-completed", "all")
	d.Strings("identify-actions-default", goipp.TagKeyword, "display")
	d.Strings("identify-actions-supported", goipp.TagKeyword, "display")
	d.Add("job-k-octets-supported", goipp.TagRange, goipp.Range{Upper: int(min(d.c.h.cfg.MaxDocument>>10, 1<<30))})
	d.Strings("notify-pull-method-supported", goipp.TagKeyword, "ippget")
	d.Strings("notify-events-supported", goipp.TagKeyword, notifyEvents()...)
	d.Strings("notify-events-default", goipp.TagKeyword, "job-completed")
	d.Integers("notify-max-events-supported", len(notifyEvents()))
	d.Add("notify-lease-duration-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: int(maxLease / time.Second)})
	d.Integers("notify-lease-duration-default", int(defaultLease/time.Second))
	d.Integers("ippget-event-life", int(eventLife/time.Second))
	d.Strings("job-creation-attributes-supported", goipp.TagKeyword, d.creation()...)
	d.Strings("printer-settable-attributes-supported", goipp.TagKeyword, "none")
	d.Strings("job-settable-attributes-supported", goipp.TagKeyword, "none")
}

// supportedValues is Get-Printer-Supported-Values (RFC 3380, 4.3): no attribute can be
// set here.
func (c *call) supportedValues() error {
	if _, err := c.user(); err != nil {
		return err
	}
	const notSettable goipp.Tag = 0x15 // RFC 3380, 8.3
	out := goipp.Attributes{}
	for _, name := range ippserver.Texts(c.x.Req.Operation, "requested-attributes") {
		if name != "" && name != "all" && name != "printer-description" && name != "job-template" {
			out.Add(goipp.MakeAttribute(name, notSettable, goipp.Void{}))
		}
	}
	c.x.Answer(goipp.TagPrinterGroup, out)
	return nil
}

// identify is Identify-Printer (PWG 5100.13, 5.1): nothing at a printer can be reached
// from here to blink, so that it is the service's operator who sees it.
func (c *call) identify() error {
	f, err := c.user()
	if err != nil {
		return err
	}
	for _, action := range ippserver.Texts(c.x.Req.Operation, "identify-actions") {
		if action != "display" {
			c.x.Unsupported(goipp.MakeAttribute("identify-actions", goipp.TagKeyword, goipp.String(action)))
			return refuse(goipp.StatusErrorAttributesOrValues, "This printer cannot "+strconv.Quote(action)+".")
		}
	}
	c.h.cfg.Logger.InfoContext(c.ctx, "somebody asks which printer this is", "printer", f.ID)
	return nil
}
