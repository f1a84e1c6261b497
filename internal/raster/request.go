package raster

import (
	"encoding/json"
	"io"

	"platen/internal/impose"
)

// request is what a child process is asked to do, as JSON in its argument. The
// document is its standard input, the result its standard output.
type request struct {
	Format string      `json:"format"` // of the document
	Work   impose.Work `json:"work"`
	Cache  string      `json:"cache,omitempty"`
	Memory int64       `json:"memory"`
	Output int64       `json:"output"`

	Interpret bool   `json:"interpret,omitempty"` // the module is not compiled
	Poppler   string `json:"poppler,omitempty"`   // path of pdftoppm, which draws then
}

// reply is a line of JSON that a child writes to its standard error. One with
// Result or Error is the last.
type reply struct {
	Ready  bool            `json:"ready,omitempty"` // it begins to read the document
	Sides  int             `json:"sides,omitempty"` // so many are drawn
	Drawn  *impose.Picture `json:"drawn,omitempty"` // it can be read
	Result *impose.Result  `json:"result,omitempty"`
	Error  *failure        `json:"error,omitempty"`
}

// failure is an impose.Error on its way to the parent.
type failure struct {
	Cause  impose.Cause `json:"cause"`
	Text   string       `json:"text"`
	Detail string       `json:"detail,omitempty"` // for the log
}

// send writes a reply; an error means that the parent is gone, which ends the
// child in other ways.
func send(w io.Writer, r reply) {
	line, err := json.Marshal(r)
	if err != nil {
		return
	}
	_, _ = w.Write(append(line, '\n'))
}
