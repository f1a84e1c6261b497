package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// calls are how a connector hears by calls that are held, one after the other on one connection.
type calls struct {
	one
	net.Conn
	r       *bufio.Reader
	session string
	number  int
}

// calls begins a session, which is answered at once.
func (p one) calls() (hearer, error) {
	conn, err := p.dialer().Dial("tcp", "127.0.0.1:"+p.port)
	if err != nil {
		return nil, err
	}
	c := &calls{one: p, Conn: conn, r: bufio.NewReaderSize(conn, 512)}
	if _, err := c.call(0); err != nil {
		_ = conn.Close() // it is of no use
		return nil, err
	}
	return c, nil
}

// hear calls again and again.
func (c *calls) hear(heard func(int64)) error {
	for {
		n, err := c.call(50)
		if err != nil {
			return err
		}
		if n > 0 {
			heard(n)
		}
	}
}

// call asks once, for so many seconds at most, and returns how many hints came.
func (c *calls) call(seconds int) (int64, error) {
	form := url.Values{
		"session": {c.session}, "got": {strconv.Itoa(c.number)}, "wait": {strconv.Itoa(seconds)}, "return": {"20"},
	}.Encode()
	if err := c.SetDeadline(time.Now().Add(70 * time.Second)); err != nil {
		return 0, err
	}
	_, err := fmt.Fprintf(c, "POST /cloudprint/notifications HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nX-CloudPrint-Proxy: bench\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", strings.TrimPrefix(c.base, "http://"), c.token, len(form), form)
	if err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return 0, err
	}
	var answer struct {
		Notifications struct {
			Session string   `json:"session"`
			Number  int      `json:"number"`
			Hints   []string `json:"hints"`
		} `json:"notifications"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Notifications.Session == "" {
		return 0, fmt.Errorf("HTTP %d, %.300s (%w)", resp.StatusCode, body, err)
	}
	said := answer.Notifications
	c.session, c.number = said.Session, said.Number
	return int64(len(said.Hints)), nil
}
