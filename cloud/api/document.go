package api

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"platen/cloud"
)

// document is a document in the blob store, and its beginning.
type document struct {
	cloud.Document
	head []byte
}

// save writes a document to the blob store while it is read.
func (c *call) save(r io.Reader, limit int64) (document, error) {
	src := &source{r: r}
	doc, err := c.h.cfg.Blobs.Save(c.ctx, src, limit, "") // the type may not be known yet
	if src.err != nil {                                   // the sender's trouble, not the store's
		if err == nil {
			c.h.cfg.Service.Discard(c.ctx, doc)
		}
		return document{}, src.err
	}
	if err != nil {
		return document{}, fmt.Errorf("save document: %w", err)
	}
	return document{doc, src.head}, nil
}

func (c *call) saveText(text string) (document, error) {
	return c.save(strings.NewReader(text), int64(len(text)))
}

// source passes a document on, keeps its head, and remembers why it broke off.
type source struct {
	r    io.Reader
	head []byte
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if missing := cloud.ContentHead - len(s.head); missing > 0 {
		s.head = append(s.head, p[:min(n, missing)]...)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
