package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"platen/cloud"
)

// profile is a configuration profile with one printer (Apple, Device Management,
// AirPrint). Host, path and port stand alone there.
const profile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>platen.printer.%[1]s</string>
<key>PayloadUUID</key><string>%[2]s</string>
<key>PayloadDisplayName</key><string>%[3]s</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.airprint</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>platen.printer.%[1]s.airprint</string>
<key>PayloadUUID</key><string>%[4]s</string>
<key>PayloadDisplayName</key><string>%[3]s</string>
<key>AirPrint</key><array><dict>
<key>IPAddress</key><string>%[5]s</string>
<key>ResourcePath</key><string>%[6]s</string>
<key>Port</key><integer>%[7]s</integer>
<key>ForceTLS</key><%[8]t/>
</dict></array>
</dict></array>
</dict></plist>
`

// profileOf makes the profile of a printer at an address.
func profileOf(name, uri string) ([]byte, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	sum := sha256.Sum256([]byte(uri))
	id := hex.EncodeToString(sum[:])
	return fmt.Appendf(nil, profile, id[:16], uuidText(id[:32]), xmlText(name), uuidText(id[32:]),
		xmlText(u.Hostname()), xmlText(u.Path), u.Port(), u.Scheme == "ipps"), nil
}

// uuidText writes 32 hexadecimal digits as a UUID.
func uuidText(id string) string {
	return strings.ToUpper(id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:])
}

func xmlText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

// sendProfile answers with a profile as a file.
func (s *site) sendProfile(v *visit, p *cloud.PrinterView, uri string) error {
	text, err := profileOf(p.ShownName(), uri)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/x-apple-aspen-config")
	h.Set("Content-Disposition", `attachment; filename="printer.mobileconfig"`)
	h.Set("Cache-Control", "no-store")
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(text) // whoever asked is gone
	return nil
}
