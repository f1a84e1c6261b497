package raster

import (
	"crypto/md5" //nolint:gosec // LibreOffice's choice, for a name
	"encoding/binary"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// officePrefix begins the names of LibreOffice's folders.
const officePrefix = "office-"

// profileURL is the address of the profile in LibreOffice's folder.
func profileURL(dir string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, "profile"))}
	return u.String()
}

// pipeName is what LibreOffice calls the socket by which others with the same profile
// find it: a digest of the profile's address, of which each byte is written without
// its leading zero.
func pipeName(uid int, profile string) string {
	var text []byte
	for _, unit := range utf16.Encode([]rune(profile)) {
		text = binary.LittleEndian.AppendUint16(text, unit)
	}
	var digest strings.Builder
	for _, b := range md5.Sum(text) { //nolint:gosec // see above
		fmt.Fprintf(&digest, "%x", b)
	}
	return fmt.Sprintf("OSL_PIPE_%d_SingleOfficeIPC_%s", uid, digest.String())
}

// removePipe removes the socket of a LibreOffice that was killed. It is never in
// LibreOffice's own folder as long as one of these can be written to, whatever
// TMPDIR and OSL_SOCKET_PATH say.
func removePipe(dir string) {
	name := pipeName(os.Getuid(), profileURL(dir))
	for _, folder := range []string{"/tmp", "/var/tmp"} {
		_ = os.Remove(filepath.Join(folder, name)) // there is none after a proper end
	}
}
