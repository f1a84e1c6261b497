package api

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"platen/cloud"
)

// Bounds of contents that are not the document itself, in bytes.
const (
	maxURL        = 8 << 10
	maxDataHeader = 1 << 10
)

// errEncoding is the sender's fault; the store hands it on.
var errEncoding = errors.New("malformed encoding")

// decode turns the content as it was sent into the document, and returns its type.
func (u *upload) decode() (string, error) {
	kind := strings.TrimSpace(u.c.args.first("contentType", "contenttype"))
	switch {
	case strings.EqualFold(kind, "url"):
		return u.fetchURL()
	case strings.EqualFold(kind, "dataUrl"):
		return u.decodeDataURL()
	case strings.HasPrefix(strings.ToLower(kind), "google."):
		return "", &cloud.Error{Kind: cloud.KindUnsupported, Message: "Documents in Google Drive cannot be printed from here."}
	}
	if strings.EqualFold(u.c.args.get("contentTransferEncoding"), "base64") {
		if err := u.replace(func(r io.Reader) (io.Reader, error) { return base64Reader(r), nil }); err != nil {
			return "", err
		}
	}
	return u.kindOf(kind), nil
}

// kindOf finds the document's type: as told, else as the part's label says, else
// from the title's ending or the document's beginning.
func (u *upload) kindOf(told string) string {
	for _, k := range []string{told, u.partType} {
		k = mediaType(k)
		if k != "" && k != "application/octet-stream" {
			return k
		}
	}
	if k := cloud.LooksLike(u.content.head); k != "" {
		return k
	}
	if k := cloud.TypeOfName(u.c.args.get("title")); k != "" {
		return k
	}
	return mediaType(http.DetectContentType(u.content.head))
}

// opaque reports whether the sender calls the document a stream of bytes, which
// says that the printer will know what it is.
func (u *upload) opaque() bool {
	told := mediaType(u.c.args.first("contentType", "contenttype"))
	return told == cloud.OctetStream || told == "" && mediaType(u.partType) == cloud.OctetStream
}

// mediaType returns a type in lower case without parameters, or "".
func mediaType(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return ""
	}
	return kind
}

// replace reads the stored content through a decoder into a second document,
// and removes the first. Whether a content needs decoding may only be known when
// it is stored already.
func (u *upload) replace(through func(io.Reader) (io.Reader, error)) error {
	c, old := u.c, u.content
	in, err := c.h.cfg.Blobs.Open(c.ctx, old.ID)
	if err != nil {
		return err
	}
	r, err := through(in)
	var doc document
	if err == nil {
		doc, err = c.save(r, c.h.cfg.MaxDocument)
	}
	if closeErr := in.Close(); err == nil && closeErr != nil {
		c.h.cfg.Service.Discard(c.ctx, doc.Document)
		err = closeErr
	}
	if err != nil {
		return contentError(err)
	}
	u.content = doc
	c.h.cfg.Service.Discard(c.ctx, old.Document)
	return nil
}

func contentError(err error) error {
	var corrupt base64.CorruptInputError
	switch {
	case errors.As(err, &corrupt), errors.Is(err, errEncoding), errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("The document's encoding is malformed.")
	}
	return err
}

// base64Reader decodes either alphabet of base64 (RFC 4648, 4 and 5), with or
// without padding, with blanks and line ends anywhere.
func base64Reader(r io.Reader) io.Reader {
	return base64.NewDecoder(base64.RawStdEncoding, &base64Text{r: r})
}

type base64Text struct {
	r   io.Reader
	end bool // padding was met
}

func (b *base64Text) Read(p []byte) (int, error) {
	for {
		n, err := b.r.Read(p)
		kept := 0
		for _, ch := range p[:n] {
			switch ch {
			case '\r', '\n', '\t', ' ':
				continue
			case '=':
				b.end = true
				continue
			case '-':
				ch = '+'
			case '_':
				ch = '/'
			}
			if b.end {
				return 0, errEncoding
			}
			p[kept] = ch
			kept++
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// decodeDataURL decodes a data URL, RFC 2397.
func (u *upload) decodeDataURL() (string, error) {
	kind, data, ok := dataURLHeader(u.content.head)
	if !ok {
		return "", invalid("The content is not a data URL.")
	}
	err := u.replace(func(r io.Reader) (io.Reader, error) {
		if _, err := io.CopyN(io.Discard, r, int64(data.start)); err != nil {
			return nil, err
		}
		if data.base64 {
			return base64Reader(&percentReader{bufferedURL(r)}), nil
		}
		return &percentReader{bufferedURL(r)}, nil
	})
	if err != nil {
		return "", err
	}
	return u.kindOf(kind), nil
}

// dataURL says where a data URL's data begin, and how they are written.
type dataURL struct {
	start  int
	base64 bool
}

func dataURLHeader(head []byte) (kind string, d dataURL, ok bool) {
	text := string(head)
	header, _, ok := strings.Cut(text, ",")
	if !ok || len(header) > maxDataHeader || len(header) < 5 || !strings.EqualFold(header[:5], "data:") {
		return "", dataURL{}, false
	}
	d.start = len(header) + 1
	words := strings.Split(header[5:], ";")
	for _, w := range words[1:] {
		d.base64 = d.base64 || strings.EqualFold(strings.TrimSpace(w), "base64")
	}
	if words[0] == "" {
		return "text/plain", d, true // RFC 2397, 2
	}
	return words[0], d, true
}

// fetchURL gets the document from an address that the sender names.
func (u *upload) fetchURL() (string, error) {
	c := u.c
	if !c.h.cfg.FetchURLs {
		return "", &cloud.Error{Kind: cloud.KindUnsupported, Message: "Printing from an address is switched off here. Send the document itself."}
	}
	address, err := u.text()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(c.ctx, fetchTime)
	defer cancel()
	resp, err := c.h.fetcher.get(ctx, strings.TrimSpace(address))
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	doc, err := c.save(u.in.Of(resp.Body), c.h.cfg.MaxDocument)
	if err != nil {
		if _, ok := errors.AsType[*cloud.Error](err); ok {
			return "", err
		}
		return "", &cloud.Error{Kind: cloud.KindInvalid, Message: "The document could not be had from its address.", Cause: err}
	}
	c.h.cfg.Service.Discard(c.ctx, u.content.Document)
	u.content, u.partType = doc, resp.Header.Get("Content-Type")
	if c.args.get("title") == "" {
		if a, err := url.Parse(address); err == nil {
			c.args["title"] = []string{path.Base(a.Path)}
		}
	}
	return u.kindOf(""), nil
}

// text returns a short content.
func (u *upload) text() (string, error) {
	if u.content.Size > maxURL {
		return "", invalid("The address is too long.")
	}
	in, err := u.c.h.cfg.Blobs.Open(u.c.ctx, u.content.ID)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(in, maxURL))
	return string(raw), err
}
