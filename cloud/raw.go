package cloud

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"platen/internal/impose"
)

// OctetStream is the type of documents that only the printer can read. A printer
// whose capabilities list it takes documents in its own language, byte for byte.
const OctetStream = impose.OctetStream

// digestType returns the type by which submissions are told apart: a document in a
// printer's own language has several names, and is kept under one.
func digestType(kind string) string {
	if impose.Language(kind) != "" {
		return OctetStream
	}
	return kind
}

// admitted returns the type under which a document is kept for a printer, or says
// why it is not taken.
func (s *Service) admitted(caps capabilities, sub Submission) (string, error) {
	kind := sub.ContentType
	raw, opaque := impose.Language(kind), sub.Opaque || kind == OctetStream
	// What looks like text may be a language that we do not know.
	unsure := opaque && (raw != "" || kind == "" || kind == "text/plain")
	switch {
	case unsure && caps.raw() && !slices.Contains(caps.types, raw):
		return OctetStream, nil
	case caps.takes(kind):
		return kind, nil
	case caps.raw() && (raw != "" || opaque):
		return OctetStream, nil
	case s.reads(kind) && len(s.makes(caps)) > 0:
		return kind, nil
	}
	return "", &Error{Kind: KindUnsupported, Message: caps.refusal(kind)}
}

// Accepts lists the MIME types of documents that can be sent to a printer, as it
// takes them or made into what it takes; nil if any can be.
func (s *Service) Accepts(p Printer) ([]string, error) {
	caps, err := s.caps.of(p)
	if err != nil || len(caps.types) == 0 || caps.raw() {
		return nil, err
	}
	list := slices.Clone(caps.types)
	if s.Converts() && len(s.makes(caps)) > 0 {
		from, _ := s.cfg.Rendering.Renderer.Formats()
		for _, kind := range from {
			if !slices.Contains(list, kind) {
				list = append(list, kind)
			}
		}
	}
	return list, nil
}

// raw reports whether the printer's owner allows documents in its own language.
func (c capabilities) raw() bool { return slices.Contains(c.types, OctetStream) }

// refusal says what the printer takes instead, and who can change that.
func (c capabilities) refusal(kind string) string {
	if impose.Language(kind) != "" {
		return fmt.Sprintf("The printer %s takes no documents in a printer's own language (%s). Who runs its connector can allow them for this printer: raw in the connector's settings, or platen printer add socket://….",
			c.printer, kind)
	}
	if kind == "" {
		kind = "of an unknown type"
	}
	return fmt.Sprintf("The printer %s does not take documents %s; it takes %s.", c.printer, kind, strings.Join(c.types, ", "))
}

// eplStart is how EPL begins: N clears the label, what follows is another command.
var eplStart = regexp.MustCompile(`^[\r\n]*N\r?\n+[A-Za-z]`)

// LooksLike returns the type of a document by its first bytes where these tell it
// for sure, "" otherwise. head are the first ContentHead bytes.
func LooksLike(head []byte) string {
	text := bytes.TrimLeft(head[:min(len(head), ContentHead)], "\x00\r\n\t \ufeff")
	for _, m := range []struct{ start, kind string }{
		{"%PDF-", impose.PDF},
		{"RaS2", impose.PWG},
		{"2SaR", impose.PWG},
		{"UNIRAST\x00", impose.URF},
		{"\xff\xd8\xff", impose.JPEG},
		{"\x89PNG\r\n\x1a\n", impose.PNG},
		{"GIF8", "image/gif"},
		{"II*\x00", "image/tiff"},
		{"MM\x00*", "image/tiff"},
		{"%!", impose.PostScript},
		{"\x04%!", impose.PostScript},
		{"\x1bE", impose.PCL},
		{") HP-PCL XL;", impose.PCLXL},
		{"\x1b@", impose.ESCPOS},
		{"^XA", impose.ZPL},
		{"CT~~CD,", impose.ZPL},
		{"~DG", impose.ZPL},
		{"~DY", impose.ZPL},
		{"~CC", impose.ZPL},
		{"~SD", impose.ZPL},
	} {
		if bytes.HasPrefix(text, []byte(m.start)) {
			return m.kind
		}
	}
	switch {
	case bytes.HasPrefix(text, []byte("\x1b%-12345X")):
		return insideJob(text)
	case eplStart.Match(head):
		return impose.EPL
	}
	return ""
}

// insideJob returns the language that a job in PJL (HP's Printer Job Language)
// enters.
func insideJob(head []byte) string {
	_, rest, _ := strings.Cut(strings.ToUpper(string(head)), "ENTER LANGUAGE")
	language, _, _ := strings.Cut(strings.TrimLeft(rest, " ="), "\n")
	switch strings.TrimSpace(language) {
	case "PCL":
		return impose.PCL
	case "PCLXL":
		return impose.PCLXL
	case "POSTSCRIPT":
		return impose.PostScript
	}
	return OctetStream
}
