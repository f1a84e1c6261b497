package discover

import "strings"

// parseTXT reads the strings of a TXT record, in a zone file's form. Keys are in small
// letters; of a key that is there twice the first counts (RFC 6763, 6.4). Which keys
// mean what is in the Bonjour Printing Specification, 1.2.1, 9.
func parseTXT(texts []string) map[string]string {
	txt := map[string]string{}
	for _, s := range texts {
		key, value, _ := strings.Cut(unescape(s), "=")
		if key = strings.ToLower(key); key == "" {
			continue // RFC 6763, 6.4: strings that begin with "=" are ignored
		}
		if _, twice := txt[key]; !twice {
			txt[key] = strings.ToValidUTF8(value, "�")
		}
	}
	return txt
}

// unescape turns the form of zone files (RFC 1035, 5.1) back: \DDD is a byte, and \X
// is X.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]) {
			if n := int(s[i+1]-'0')*100 + int(s[i+2]-'0')*10 + int(s[i+3]-'0'); n <= 255 {
				b = append(b, byte(n))
				i += 3
				continue
			}
		}
		i++
		b = append(b, s[i])
	}
	return strings.ToValidUTF8(string(b), "�")
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
