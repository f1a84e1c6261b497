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

// download sends a document. It is never content-encoded: some connectors keep
// the bytes as they come.
func (h *handler) download(c *call) error {
	id, err := c.jobID()
	if err != nil {
		return err
	}
	doc, err := h.cfg.Service.Document(c.ctx, c.caller, id)
	if err != nil {
		return err
	}
	defer func() { _ = doc.Body.Close() }() // it was only read
	kind := doc.Job.ContentType
	if !acceptable(c.r.Header.Get("Accept"), kind) || c.args.truth("forcepwg") && kind != "image/pwg-raster" {
		return &cloud.Error{Kind: cloud.KindUnsupported, Message: "The document cannot be converted to this type."}
	}
	head := c.w.Header()
	head.Set("Content-Type", kind)
	head.Set("Content-Length", strconv.FormatInt(doc.Job.Document.Size, 10))
	head.Set("Content-Disposition", "attachment") // never a page of this site
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "no-store")
	if d := reprDigest(doc.Job.Document.Digest); d != "" {
		head.Set("Repr-Digest", d)
	}
	c.w.WriteHeader(http.StatusOK)
	if err := c.sendDocument(doc.Body, doc.Job.Document.Size); err != nil && c.r.Context().Err() == nil {
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

// acceptable reports whether an Accept header (RFC 9110, 12.5.1) takes a type.
// One client puts its type in quotes; "*/*" stands for whatever there is.
func acceptable(accept, kind string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	main, _, _ := strings.Cut(kind, "/")
	for item := range strings.SplitSeq(accept, ",") {
		item = strings.Trim(strings.TrimSpace(item), `"`)
		want, params, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
			continue
		}
		if want == "*/*" || want == kind || want == main+"/*" {
			return true
		}
	}
	return false
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
