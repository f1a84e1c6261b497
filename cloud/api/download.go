package api

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/internal/fault"
)

// downloadChunk is how much of a document is sent under one deadline, in bytes.
const downloadChunk = 1 << 20

// readyTime is how long a download may wait for its document to be made ready.
// Clients give up earlier, and find it when they ask again.
const readyTime = 30 * time.Minute

// download sends a document. It is never content-encoded: some connectors keep
// the bytes as they come.
func (h *handler) download(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	if h.cfg.Service.Converts() {
		if err := c.patient(); err != nil {
			return err
		}
	}
	form := cloud.Form{Accept: accepted(c.r.Header.Values("Accept")), PWG: c.args.truth("forcepwg")}
	doc, err := h.cfg.Service.Document(c.ctx, c.caller, id, c.grant(), form)
	if err != nil {
		return err
	}
	defer func() { _ = doc.Body.Close() }() // it was only read
	head := c.w.Header()
	head.Set("Content-Type", doc.Type)
	head.Set("Content-Length", strconv.FormatInt(doc.Size, 10))
	head.Set("Content-Disposition", "attachment") // never a page of this site
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-store")
	if d := reprDigest(doc.Digest); d != "" {
		head.Set("Repr-Digest", d)
	}
	c.w.WriteHeader(http.StatusOK)
	if err := c.sendDocument(doc.Body, doc.Size); err != nil && c.r.Context().Err() == nil {
		h.cfg.Logger.WarnContext(c.ctx, "download cut short", "job", id, "err", err)
		panic(http.ErrAbortHandler) // the one way to tell the reader that more was to come
	}
	return nil
}

// sendDocument sends size bytes. A reader may be slow, but must move.
func (c *call) sendDocument(body io.Reader, size int64) error {
	control := http.NewResponseController(c.w)
	// The server's deadline for reading the request would end the call.
	if err := control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	half := size / 2
	for sent := int64(0); sent < size; {
		deadline := time.Now().Add(stallTime)
		if err := control.SetWriteDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		n := min(downloadChunk, size-sent)
		if sent < half {
			n = min(n, half-sent)
		}
		if _, err := io.CopyN(c.w, body, n); err != nil {
			return err
		}
		if sent += n; sent == half {
			fault.Point("cloud.download.half")
		}
	}
	return nil // the last deadline stands for what net/http still holds back
}

// maxAccept bounds the types that a caller may name.
const maxAccept = 64

// accepted reads Accept (RFC 9110, 12.5.1); none for a caller that takes anything.
// One client puts its type in quotes.
func accepted(lines []string) []cloud.MediaRange {
	var list []cloud.MediaRange
	for item := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if item = strings.Trim(strings.TrimSpace(item), `"`); item == "" || len(list) == maxAccept {
			continue
		}
		kind, params, err := mime.ParseMediaType(item)
		if err != nil {
			list = append(list, cloud.MediaRange{}) // a type that no document has
			continue
		}
		q, err := strconv.ParseFloat(params["q"], 64)
		if err != nil || q < 0 || q > 1 {
			q = 1
		}
		list = append(list, cloud.MediaRange{Type: kind, Quality: q})
	}
	return list
}

// patient gives the answer as long as making the document ready may take: the
// server's deadlines have run since the request began.
func (c *call) patient() error {
	control := http.NewResponseController(c.w)
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Now().Add(readyTime)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// reprDigest turns "sha256:HEX" into the value of Repr-Digest, RFC 9530, 3.
func reprDigest(digest string) string {
	digits, ok := strings.CutPrefix(digest, "sha256:")
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return ""
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}
