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

// digests hashes a document in each way that the service announced.
type digests struct {
	io.Writer
	checks []digest
}

type digest struct {
	hash hash.Hash
	want []byte
}

// newDigests reads the job's digest and the header Repr-Digest (RFC 9530, 3).
// Algorithms that it does not know are passed over, as the RFC says.
func newDigests(j gcp.Job, h http.Header) *digests {
	var d digests
	if text, ok := strings.CutPrefix(j.ContentDigest, "sha256:"); ok {
		want, _ := hex.DecodeString(text) // an unreadable digest matches nothing
		d.add(sha256.New(), want)
	}
	for member := range strings.SplitSeq(strings.Join(h.Values("Repr-Digest"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(member), "=")
		value, _, _ = strings.Cut(value, ";")
		want, _ := base64.StdEncoding.DecodeString(strings.Trim(value, ": ")) // as above
		switch name {
		case "sha-256":
			d.add(sha256.New(), want)
		case "sha-512":
			d.add(sha512.New(), want)
		}
	}
	var writers []io.Writer
	for _, c := range d.checks {
		writers = append(writers, c.hash)
	}
	d.Writer = io.MultiWriter(writers...)
	return &d
}

func (d *digests) add(h hash.Hash, want []byte) { d.checks = append(d.checks, digest{h, want}) }

func (d *digests) match() bool {
	for _, c := range d.checks {
		if !bytes.Equal(c.hash.Sum(nil), c.want) {
			return false
		}
	}
	return true
}
