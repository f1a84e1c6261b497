package client

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strings"

	"platen/gcp"
)

// digests hashes a document in each way that the service announced, once each.
type digests struct {
	io.Writer
	sha256, sha512 digest
}

// digest is one way, with all that was announced for it.
type digest struct {
	hash hash.Hash // nil if nothing was announced
	want [][]byte
}

// newDigests reads the job's digest and the header Repr-Digest (RFC 9530, 3).
// Algorithms that it does not know are passed over, as the RFC says.
func newDigests(j gcp.Job, h http.Header) *digests {
	var d digests
	if text, ok := strings.CutPrefix(j.ContentDigest, "sha256:"); ok {
		want, _ := hex.DecodeString(text) // an unreadable digest matches nothing
		d.sha256.add(sha256.New, want)
	}
	for member := range strings.SplitSeq(strings.Join(h.Values("Repr-Digest"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		value, _, _ = strings.Cut(value, ";")
		want, _ := base64.StdEncoding.DecodeString(strings.Trim(value, ": ")) // as above
		switch name {
		case "sha-256":
			d.sha256.add(sha256.New, want)
		case "sha-512":
			d.sha512.add(sha512.New, want)
		}
	}
	var writers []io.Writer
	for _, c := range []digest{d.sha256, d.sha512} {
		if c.hash != nil {
			writers = append(writers, c.hash)
		}
	}
	d.Writer = io.MultiWriter(writers...)
	return &d
}

func (d *digest) add(make func() hash.Hash, want []byte) {
	if d.hash == nil {
		d.hash = make()
	}
	d.want = append(d.want, want)
}

func (d *digests) match() bool { return d.sha256.match() && d.sha512.match() }

func (d *digest) match() bool {
	for _, want := range d.want {
		if !bytes.Equal(d.hash.Sum(nil), want) {
			return false
		}
	}
	return true
}
