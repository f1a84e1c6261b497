package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"platen/cloud"
)

// readArgs reads the arguments of a call that carries no document.
func (c *call) readArgs() error {
	if err := c.readQuery(); err != nil {
		return err
	}
	body := http.MaxBytesReader(c.w, c.r.Body, c.argsLimit())
	f := fieldsOf(c.r, body)
	for {
		one, err := f.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = c.addField(one, c.argsLimit())
		}
		if err != nil {
			return bodyError(err)
		}
	}
}

// argsLimit is how long a request without a document may be. Who has an account
// may send a printer's capabilities, of which urlencoding makes one byte three.
func (c *call) argsLimit() int64 {
	if c.caller.Anonymous() || c.name != "register" && c.name != "update" && c.name != translatePath {
		return maxOrdinary
	}
	return maxOrdinary + 3*int64(c.h.cfg.Service.Limits().Capabilities)
}

// readQuery reads the arguments of the query, with the body's rules. One client
// encodes q twice.
func (c *call) readQuery() error {
	c.args = args{}
	if c.r.URL.RawQuery == "" {
		return nil
	}
	f := newURLFields(strings.NewReader(c.r.URL.RawQuery))
	for {
		one, err := f.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = c.addField(one, maxOrdinary)
		}
		if err != nil {
			return bodyError(err)
		}
	}
	if q := c.args.get("q"); encodedTwice.MatchString(q) {
		if once, err := url.QueryUnescape(q); err == nil {
			c.args["q"] = []string{once}
		}
	}
	return nil
}

var encodedTwice = regexp.MustCompile(`%[0-9A-F]{2}`)

// addField reads a field into memory.
func (c *call) addField(f field, limit int64) error {
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return err
	}
	if int64(len(raw)) > limit {
		return errTooLong
	}
	if c.values++; c.values > maxFields {
		return errTooLong
	}
	c.args[f.name] = append(c.args[f.name], cloud.ValidText(string(raw)))
	return nil
}

// bodyError tells a sender what was wrong with the request; anything else is
// trouble of the connection or our own.
func bodyError(err error) error {
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit), errors.Is(err, errTooLong):
		return &cloud.Error{Kind: cloud.KindTooLarge, Message: "The request is too large.", Cause: err}
	case errors.Is(err, errMalformed), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &cloud.Error{Kind: cloud.KindInvalid, Message: "The request's body is malformed or incomplete.", Cause: err}
	}
	return fmt.Errorf("read the request: %w", err)
}
