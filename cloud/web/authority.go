package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"platen/cloud"
)

// Addresses of the installation's own authority.
const (
	authorityPath    = "/ca"
	certificatePath  = "/ca.crt"
	appleProfilePath = "/ca.mobileconfig"
)

// AuthorityPaths are the addresses that a port without TLS may answer, too: what is
// there is public, and whoever trusts nothing yet can get it nowhere else.
func AuthorityPaths() []string {
	return []string{"GET " + authorityPath, "GET " + certificatePath, "GET " + appleProfilePath, "GET /static/{name}"}
}

// authorityData is the page that puts the own authority on a device.
type authorityData struct {
	Fingerprint []string // eight groups of eight digits
	Address     string   // of the service
}

func (s *site) showAuthority(v *visit) error {
	if s.cfg.Authority == nil {
		return &cloud.Error{Kind: cloud.KindNotFound, Message: s.pages.words["authority.none"]}
	}
	digits := fmt.Sprintf("%X", sha256.Sum256(s.cfg.Authority))
	data := authorityData{Address: s.absolute("/")}
	for ; digits != ""; digits = digits[8:] {
		data.Fingerprint = append(data.Fingerprint, digits[:8])
	}
	return s.show(v, http.StatusOK, "authority", s.pages.words["authority.title"], data)
}

// certificate hands out the authority's certificate (DER).
func (s *site) certificate(w http.ResponseWriter, r *http.Request) {
	s.handOut(w, r, "application/x-x509-ca-cert", s.cfg.Authority)
}

// appleProfile hands it out as iPhones, iPads and Macs take it.
func (s *site) appleProfile(w http.ResponseWriter, r *http.Request) {
	s.handOut(w, r, "application/x-apple-aspen-config", appleProfile(s.cfg.Authority, s.absolute("/")))
}

func (s *site) handOut(w http.ResponseWriter, r *http.Request, contentType string, what []byte) {
	secureHeaders(w.Header(), "")
	if s.cfg.Authority == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(what) // the reader may be gone
}

// appleProfile is a configuration profile with one certificate (Apple, Configuration
// Profile Reference, com.apple.security.root). The same certificate makes the same
// profile, so that a device replaces it.
func appleProfile(der []byte, address string) []byte {
	sum := sha256.Sum256(der)
	uuid := func(first byte) string { // RFC 9562, 5.8: made of the hash, and of nothing else
		b := bytes.Clone(sum[:16])
		b[0], b[6], b[8] = first, b[6]&0x0f|0x80, b[8]&0x3f|0x80
		return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	}
	name := template.HTMLEscapeString("Platen, " + address)
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>platen.authority.%[1]x</string>
<key>PayloadUUID</key><string>%[2]s</string>
<key>PayloadDisplayName</key><string>%[4]s</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>platen.authority.%[1]x.certificate</string>
<key>PayloadUUID</key><string>%[3]s</string>
<key>PayloadDisplayName</key><string>%[4]s</string>
<key>PayloadCertificateFileName</key><string>ca.crt</string>
<key>PayloadContent</key><data>%[5]s</data>
</dict></array>
</dict></plist>
`, sum[:8], uuid(0x50), uuid(0x51), name, base64.StdEncoding.EncodeToString(der))
}
