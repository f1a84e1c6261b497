package announce

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/mdns"
)

const (
	// askTime bounds one question to the cloud.
	askTime = 20 * time.Second
	// maxAnswer bounds its answer, in bytes.
	maxAnswer = 1 << 20
	// frontDoor stands before the id of a printer in its address.
	frontDoor = "/ipp/print/"
)

// refusedError is an answer that says no: the cloud is there.
type refusedError struct{ why string }

// Error returns what the cloud said.
func (e *refusedError) Error() string { return e.why }

func refused(err error) bool {
	_, is := errors.AsType[*refusedError](err)
	return is
}

// wanted are the attributes that become keys, see text.
var wanted = [...]string{
	"printer-uri-supported", "uri-authentication-supported", "printer-make-and-model", "printer-more-info", "printer-device-id",
	"printer-uuid", "printer-kind", "document-format-supported", "urf-supported", "color-supported", "sides-supported",
	"copies-supported", "multiple-document-handling-supported", "finishings-supported", "media-size-supported", "mopria-certified",
}

// fetch asks the front door what it tells everybody of a printer (RFC 8011, 4.2.5), without
// credentials. An error for which refused holds concerns this printer alone.
func (a *Announcer) fetch(ctx context.Context, p Printer) (mdns.Service, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	attrs, tls, err := a.attributes(ctx, p.ID)
	if err != nil {
		return mdns.Service{}, err
	}
	s, err := describe(attrs, tls)
	if err != nil {
		return mdns.Service{}, &refusedError{err.Error()}
	}
	s.ID = string(p.ID)
	if s.Host, err = hostFor(ctx, s.Host.Name); err != nil {
		return mdns.Service{}, &refusedError{err.Error()}
	}
	return s, nil
}

// attributes returns the attributes, and the version of TLS by which they came.
func (a *Announcer) attributes(ctx context.Context, id gcp.PrinterID) (goipp.Attributes, string, error) {
	address, err := url.JoinPath(a.Cloud, frontDoor, url.PathEscape(string(id)))
	if err != nil {
		return nil, "", err
	}
	body, err := request(address).EncodeBytes()
	if err != nil {
		return nil, "", fmt.Errorf("encode: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", goipp.ContentType)
	resp, err := a.Client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = resp.Body.Close() }() // read as far as it matters
	if resp.StatusCode != http.StatusOK {
		err := fmt.Errorf("the front door answers HTTP %d", resp.StatusCode)
		if resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests {
			err = &refusedError{err.Error()}
		}
		return nil, "", err
	}
	var m goipp.Message
	if err := m.Decode(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return nil, "", fmt.Errorf("what answers is no front door of printers: %w", err)
	}
	if status := goipp.Status(m.Code); status >= goipp.StatusErrorBadRequest { // RFC 8011, 4.1.6.2
		return nil, "", &refusedError{"the front door answers " + status.String()}
	}
	return m.Printer, tlsVersion(resp), nil
}

// request is Get-Printer-Attributes. The address in it is of the scheme ipps (RFC 7472).
func request(address string) *goipp.Message {
	m := goipp.NewRequest(goipp.MakeVersion(2, 0), goipp.OpGetPrinterAttributes, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Operation.Add(goipp.MakeAttribute("printer-uri", goipp.TagURI, goipp.String("ipps"+address[len("https"):])))
	names := goipp.Attribute{Name: "requested-attributes"}
	for _, n := range wanted {
		names.Values.Add(goipp.TagKeyword, goipp.String(n))
	}
	m.Operation.Add(names)
	return m
}
