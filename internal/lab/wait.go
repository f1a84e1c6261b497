package lab

import "time"

// Eventually waits for a condition, asking often, and tells whether it came in time.
func Eventually(limit time.Duration, ok func() bool) bool { return waitFor(limit, ok) }

// Until waits for a condition, asking often; the test fails after the limit.
func Until(t TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	if !waitFor(limit, ok) {
		t.Fatalf("waited %v in vain for: %s", limit, what)
	}
}
