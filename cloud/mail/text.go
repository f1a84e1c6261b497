package mail

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"platen/cloud"
)

// maxNamed is how many things a message names at most.
const maxNamed = 200

// subject says in one line what happened.
func subject(about []cloud.OutageNote) string {
	down, back := 0, 0
	for _, n := range about {
		if n.Over {
			back++
		} else {
			down++
		}
	}
	switch {
	case len(about) == 1 && back == 1:
		return line("Platen: " + about[0].Name + " is there again")
	case len(about) == 1:
		return line("Platen: " + about[0].Name + " is down")
	case down == 0:
		return "Platen: " + are(back) + " there again"
	case back == 0:
		return "Platen: " + are(down) + " down"
	}
	return "Platen: " + are(down) + " down, " + are(back) + " there again"
}

func are(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// text is the message.
func (s *Sender) text(about []cloud.OutageNote) string {
	var b strings.Builder
	for i, n := range about {
		if i == maxNamed {
			fmt.Fprintf(&b, "... and %d more: %s/printers\n\n", len(about)-i, s.cfg.BaseURL)
			break
		}
		s.one(&b, n)
	}
	b.WriteString("Jobs that wait for these printers are kept, and are printed when they are there again.\n")
	return b.String()
}

func (s *Sender) one(b *strings.Builder, n cloud.OutageNote) {
	what, page := "connector", "/connectors"
	if n.Printer != "" {
		what, page = "printer", "/printers/"+string(n.Printer)
	}
	name := line(n.Name)
	if n.Place != "" {
		name += " (" + line(n.Place) + ")"
	}
	since := n.Since.UTC().Format(time.RFC1123)
	if n.Over {
		fmt.Fprintf(b, "The %s %s is there again. It was down since %s.\n", what, name, since)
	} else {
		fmt.Fprintf(b, "The %s %s is down since %s.\n", what, name, since)
		if n.Why != "" {
			fmt.Fprintf(b, "It says: %s\n", line(n.Why))
		}
		if len(n.Printers) > 0 {
			fmt.Fprintf(b, "Nothing can be printed on: %s\n", names(n.Printers))
		}
	}
	fmt.Fprintf(b, "%s%s\n\n", s.cfg.BaseURL, page)
}

// maxPrinters is how many printers of a connector are named.
const maxPrinters = 20

func names(list []string) string {
	more := ""
	if len(list) > maxPrinters {
		list, more = list[:maxPrinters], fmt.Sprintf(" and %d more", len(list)-maxPrinters)
	}
	return line(strings.Join(list, ", ")) + more
}

// line makes one line of what a stranger has written.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
