package web

import (
	"strconv"
	"time"

	"platen/cloud"
)

const day = 24 * time.Hour

// expiries are the choices of how long a job may wait for a printer, in seconds; the
// usual one, which has no value, comes first.
func (s *site) expiries(p cloud.Printer, chosen string) []choice {
	usual := s.cfg.Service.Limits().ExpireAfter(0, p.ExpireAfter)
	words, _ := s.pages.text("printer.expire.default", s.inWords(usual)) // a test knows that it is there
	list := []choice{{Words: words}}
	for _, d := range []time.Duration{time.Hour, day, 14 * day} {
		if d != usual {
			list = append(list, s.timeChoice(d))
		}
	}
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
	}
	return list
}

// timeChoice is the choice of a time, in seconds.
func (s *site) timeChoice(d time.Duration) choice {
	return choice{Value: strconv.Itoa(int(d / time.Second)), Words: s.inWords(d)}
}

// chosenTime reads such a choice; none is 0.
func (s *site) chosenTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["time.notseconds"], Cause: err}
	}
	return time.Duration(n) * time.Second, nil
}

// maxDays is more than anything is good for, and fits in a duration.
const maxDays = 100_000

// chosenDays reads a choice of days; none is 0.
func (s *site) chosenDays(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["time.notdays"], Cause: err}
	}
	return time.Duration(min(n, maxDays)) * day, nil
}

// inWords tells a duration in the largest unit that tells it well, rounded down.
func (s *site) inWords(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		key  string
	}{{day, "time.day"}, {time.Hour, "time.hour"}, {time.Minute, "time.minute"}, {time.Second, "time.second"}} {
		n := d / u.unit
		if d == u.unit {
			return s.pages.words[u.key]
		}
		if n > 1 {
			words, _ := s.pages.text(u.key+"s", n) // a test knows that they are there
			return words
		}
	}
	words, _ := s.pages.text("time.seconds", 0)
	return words
}
