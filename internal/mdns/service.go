package mdns

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLabel is the longest label of a name, in bytes (RFC 1035, 2.3.4).
const maxLabel = 63

// Service is what is announced.
type Service struct {
	ID       string   // tells it from the others that are announced; nobody on the network sees it
	Name     string   // for people; another service that has it already makes it "Name (2)"
	Type     string   // such as "_ipps._tcp"
	Subtypes []string // such as "_universal" (RFC 6763, 7.1)
	Reserve  []string // types of which the service has the name and nothing else (RFC 6763, 8)
	Host     Host
	Port     uint16
	Text     []string // KEY=VALUE, each at most 255 bytes (RFC 6763, 6)
}

// Host is where a service is. A name in the domain local can be looked up on the network
// alone: the responder answers for it with the addresses, unless somebody else does. Of
// other names the DNS knows the addresses.
type Host struct {
	Name      string // such as "print.example.com"
	Addresses []netip.Addr
}

// State says how a service that is to be announced is.
type State struct {
	ID        string
	Name      string // as it is on the network: maybe with a number behind it
	Announced bool   // the name was found to be free, and the network was told
}

// cleanName makes a label of what people call something: without control characters
// (RFC 6763, 4.1.1), and not too long.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, name)
	return cut(strings.Join(strings.Fields(name), " "), maxLabel)
}

// numbered is a name that is tried after others were taken (RFC 6762, 9; RFC 6763, D).
func numbered(name string, try int) string {
	if try < 2 {
		return name
	}
	suffix := " (" + strconv.Itoa(try) + ")"
	return cut(name, maxLabel-len(suffix)) + suffix
}

// cut shortens a text to so many bytes, and cuts no letter in two.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ")
}
