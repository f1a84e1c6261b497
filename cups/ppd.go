package cups

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ppd"
	"platen/printer"
)

// ppdOf returns the PPD of a queue, as CUPS gives it to its own clients: nil if there
// is none, or none that tells more than IPP. An error means that asking failed.
func (v *server) ppdOf(ctx context.Context, name string, full goipp.Attributes) (*ppd.File, error) {
	if !printer.HasPPD(full) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	resp, err := v.peer.get(ctx, "/printers/"+url.PathEscape(name)+".ppd")
	if err != nil {
		return nil, fmt.Errorf("fetching the PPD of %s: %w", name, err)
	}
	defer drop(resp)
	switch {
	case resp.StatusCode >= 500:
		return nil, fmt.Errorf("fetching the PPD of %s: %w", name, &refusal{http: resp.StatusCode})
	case resp.StatusCode != http.StatusOK: // it has none, or none for us
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, ppd.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("fetching the PPD of %s: %w", name, err)
	}
	f, err := ppd.Parse(data)
	if err != nil {
		v.log.WarnContext(ctx, "the PPD of a queue cannot be read, and its options are not offered", "queue", name, "err", err)
		return nil, nil
	}
	return f, nil
}

// get fetches a file.
func (p *peer) get(ctx context.Context, path string) (*http.Response, error) {
	scheme := "http"
	if p.secure.Load() {
		scheme = "https"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+p.host+path, nil)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", p.target, bare(err))
	}
	return resp, nil
}
