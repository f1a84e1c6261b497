package cloud

import (
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"
	"sync"

	"platen/cloud/legacy"
	"platen/gcp"
	"platen/internal/impose"
)

// capabilities is what a submission is checked against.
type capabilities struct {
	printer string
	cdd     gcp.CDD
	types   []string            // MIME types that the printer takes; none means any
	legacy  *legacy.Description // of a printer of version 1.0; nil for others
}

// maxCaps bounds how many printers' capabilities are kept decoded.
const maxCaps = 512

// capsCache keeps capabilities decoded: decoding a large CDD takes longer than
// the rest of a submission. What it holds can always be made again from the
// printer itself, so each replica may have its own.
type capsCache struct {
	mu sync.Mutex // guards m
	m  map[gcp.PrinterID]cachedCaps
}

type cachedCaps struct {
	digest string // of what it was made from
	caps   capabilities
}

// of returns a printer's capabilities.
func (c *capsCache) of(p Printer) (capabilities, error) {
	digest := digestOf(append([]byte(p.CapsFormat+"\n"+p.Defaults+"\n"+p.ContentTypes+"\n"+p.ShownName()+"\n"), p.Capabilities...))
	c.mu.Lock()
	have, ok := c.m[p.ID]
	c.mu.Unlock()
	if ok && have.digest == digest {
		return have.caps, nil
	}
	caps, err := readCapabilities(p)
	if err != nil {
		return caps, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxCaps {
		c.m = map[gcp.PrinterID]cachedCaps{}
	}
	c.m[p.ID] = cachedCaps{digest, caps}
	return caps, nil
}

// readCapabilities decodes. Printers of version 1.0, with a PPD or XPS text, get
// PDF, and whatever they list besides. Of a text that nobody understands nothing is
// known.
func readCapabilities(p Printer) (capabilities, error) {
	caps := capabilities{printer: p.ShownName()}
	if p.CapsFormat == "" && len(p.Capabilities) > 0 {
		if err := json.Unmarshal(p.Capabilities, &caps.cdd); err != nil {
			return caps, fmt.Errorf("read capabilities of printer %s: %w", p.ID, err)
		}
		for _, t := range caps.cdd.Printer.SupportedContentType {
			caps.types = append(caps.types, mediaType(t.ContentType))
		}
	}
	if len(caps.types) > 0 {
		return caps, nil
	}
	if p.CapsFormat != "" {
		if d, err := p.Legacy(); err == nil {
			caps.cdd, caps.legacy = d.CDD, d
		}
	}
	for t := range strings.SplitSeq(p.ContentTypes, ",") {
		if t = mediaType(t); t != "" {
			caps.types = append(caps.types, t)
		}
	}
	if p.CapsFormat != "" && !slices.Contains(caps.types, "application/pdf") {
		caps.types = append(caps.types, "application/pdf")
	}
	return caps, nil
}

// takes reports whether the printer takes documents of a type as they are.
func (c capabilities) takes(mediaType string) bool {
	if len(c.types) == 0 {
		return true
	}
	return slices.ContainsFunc(c.types, func(pattern string) bool { return matchesType(pattern, mediaType) })
}

// matchesType reports whether a MIME type is the one that a printer lists, or of those.
func matchesType(pattern, mediaType string) bool {
	ok, err := path.Match(pattern, mediaType) // "image/*" and "*/*" occur
	return pattern == mediaType || err == nil && ok
}

// mediaType returns a MIME type without parameters, under its registered name.
func mediaType(t string) string {
	name, _, err := mime.ParseMediaType(t)
	if err != nil {
		name, _, _ = strings.Cut(t, ";")
		name = strings.ToLower(strings.TrimSpace(name))
	}
	switch name {
	case "application/x-pdf":
		return "application/pdf"
	case "image/jpg", "image/pjpeg":
		return "image/jpeg"
	case "image/x-png":
		return "image/png"
	}
	if raw := impose.Language(name); raw != "" {
		return raw
	}
	return name
}
