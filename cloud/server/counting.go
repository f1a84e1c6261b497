package server

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"platen/internal/impose"
)

// counting counts requests to h by the route that they took: patterns and the names of
// interfaces, never what somebody made up.
func (f *figures) counting(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		heard := &heard{ResponseWriter: w}
		defer func() {
			route := r.Pattern
			if route == "" {
				route = "other"
			}
			f.requests.WithLabelValues(route, strconv.Itoa(heard.code())).Inc()
			f.times.WithLabelValues(route).Observe(time.Since(began).Seconds())
		}()
		h.ServeHTTP(heard, r)
	})
}

// heard is an answer whose status is known afterwards.
type heard struct {
	http.ResponseWriter
	status int
}

// code is the answer's status: who wrote nothing said 200.
func (h *heard) code() int {
	if h.status == 0 {
		return http.StatusOK
	}
	return h.status
}

// WriteHeader implements http.ResponseWriter. Only the last word counts: those of 1xx come
// before it.
func (h *heard) WriteHeader(status int) {
	if h.status < http.StatusOK {
		h.status = status
	}
	h.ResponseWriter.WriteHeader(status)
}

// ReadFrom implements io.ReaderFrom, so that files still go by sendfile.
func (h *heard) ReadFrom(r io.Reader) (int64, error) { return io.Copy(h.ResponseWriter, r) }

// Unwrap lets http.ResponseController reach what is below.
func (h *heard) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Render is raster.Renderer's, counted.
func (r *renderer) Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error) {
	began := time.Now()
	result, err := r.Renderer.Render(ctx, in, format, w, out)
	if f := r.figures; f != nil {
		word := "done"
		switch {
		case ctx.Err() != nil:
			word = "given up"
		case err != nil:
			word = "failed"
		}
		f.renders.WithLabelValues(word).Inc()
		f.drawing.Observe(time.Since(began).Seconds())
	}
	return result, err
}
