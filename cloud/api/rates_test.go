package api

import (
	"net/http"
	"testing"
)

// Whoever guesses keys is told to wait, and good ones from elsewhere go on.
func TestGuessedKeysAreTooMany(t *testing.T) {
	b := newBench(t, nil)
	for range 5000 {
		a := b.post("search", "guess")
		switch a.status {
		case http.StatusForbidden:
			continue
		case http.StatusTooManyRequests:
			if a.head.Get("Retry-After") != "30" {
				t.Errorf("429 with %v", a.head)
			}
			return
		}
		t.Fatalf("a guess: %d %s", a.status, a.raw)
	}
	t.Error("5000 guesses are not too many")
}
