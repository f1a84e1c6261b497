package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"platen/gcp"
)

// holdSlack is what a held call may take besides being held.
const holdSlack = 15 * time.Second

// Notifications asks once for the connector's notifications; the service may hold the
// call for q.Wait. The caller repeats it.
func (c *Client) Notifications(ctx context.Context, q gcp.HintsQuery) (gcp.Hints, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Wait+holdSlack)
	defer cancel()
	form := url.Values{}
	set(form, "session", q.Session)
	for name, n := range map[string]int{"got": q.Got, "wait": int(q.Wait / time.Second), "return": int(q.Return / time.Second)} {
		if n > 0 {
			form.Set(name, strconv.Itoa(n))
		}
	}
	if q.Leave {
		form.Set("leave", "true")
	}
	a, err := c.callOnce(ctx, "notifications", form)
	if err != nil {
		return gcp.Hints{}, err
	}
	if a.Hints == nil {
		return gcp.Hints{}, &TransportError{Op: "notifications", Err: errAnswer}
	}
	return *a.Hints, nil
}
