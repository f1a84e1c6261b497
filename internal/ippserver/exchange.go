package ippserver

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/OpenPrinting/goipp"
)

// ContentType is the media type of requests and answers (RFC 8010, 4).
const ContentType = "application/ipp"

// Exchange is one request and its answer. One goroutine uses it.
type Exchange struct {
	Req *goipp.Message
	// Doc is what follows the attributes of the request; it may be empty.
	Doc  io.Reader
	Resp *goipp.Message
}

// IsIPP reports whether an HTTP request is one of IPP.
func IsIPP(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && kind == ContentType
}

// Open reads the request in an HTTP body. What is none it answers with an HTTP error:
// then ok is false.
func Open(w http.ResponseWriter, body io.Reader) (x *Exchange, ok bool) {
	req, err := Read(body)
	switch {
	case errors.Is(err, ErrTooMuch):
		http.Error(w, "The request has too many attributes.", http.StatusRequestEntityTooLarge)
		return nil, false
	case err != nil:
		http.Error(w, "This is no IPP request.", http.StatusBadRequest)
		return nil, false
	}
	x = &Exchange{Req: req, Doc: body, Resp: goipp.NewResponse(req.Version, goipp.StatusOk, req.RequestID)}
	x.Resp.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: goipp.Attributes{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
	}}}
	return x, true
}

// usASCII is the charset of clients that know no other (RFC 8011, 5.1.8).
const usASCII = "us-ascii"

// ascii returns attributes in the charset of a request (RFC 8011, 4.1.4.1): what ASCII has no
// character for is a question mark. Those that are given may be others' too, and stay.
func ascii(attrs goipp.Attributes) goipp.Attributes {
	out := slices.Clone(attrs)
	for i, a := range out {
		out[i].Values = slices.Clone(a.Values)
		for j, v := range a.Values {
			switch is := v.V.(type) {
			case goipp.String:
				out[i].Values[j].V = goipp.String(question(string(is)))
			case goipp.TextWithLang:
				out[i].Values[j].V = goipp.TextWithLang{Lang: is.Lang, Text: question(is.Text)}
			case goipp.Collection:
				out[i].Values[j].V = goipp.Collection(ascii(goipp.Attributes(is)))
			}
		}
	}
	return out
}

func question(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, text)
}

// Close sends the answer.
func (x *Exchange) Close(w http.ResponseWriter) error {
	if len(x.Req.Operation) > 0 && strings.EqualFold(Text(x.Req.Operation, "attributes-charset"), usASCII) {
		x.Resp.Groups[0].Attrs[0] = goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String(usASCII))
		for i, g := range x.Resp.Groups {
			x.Resp.Groups[i].Attrs = ascii(g.Attrs)
		}
	}
	out, err := x.Resp.EncodeBytes()
	if err != nil {
		http.Error(w, "The answer cannot be written.", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", ContentType)
	_, err = w.Write(out)
	return err
}

// maxText is the longest status-message in octets (RFC 8011, 4.1.6.2).
const maxText = 255

// Refuse makes the answer a refusal, with a sentence for people unless it is "".
func (x *Exchange) Refuse(s goipp.Status, why string) {
	x.Resp.Code = goipp.Code(s)
	if why != "" {
		x.Resp.Groups[0].Add(goipp.MakeAttribute("status-message", goipp.TagText, goipp.String(Cut(why, maxText))))
	}
}

// Unsupported tells which attributes of the request are not supported, as they came
// (RFC 8011, 4.1.7). The group comes before those of the answer's objects.
func (x *Exchange) Unsupported(attrs ...goipp.Attribute) {
	if len(attrs) > 0 {
		x.Resp.Groups.Add(goipp.Group{Tag: goipp.TagUnsupportedGroup, Attrs: attrs})
	}
}

// Answer adds a group of attributes to the answer.
func (x *Exchange) Answer(group goipp.Tag, attrs goipp.Attributes) {
	x.Resp.Groups.Add(goipp.Group{Tag: group, Attrs: attrs})
}
