package legacy

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces of Microsoft's Print Schema.
const (
	psf = "http://schemas.microsoft.com/windows/2003/08/printing/printschemaframework"
	psk = "http://schemas.microsoft.com/windows/2003/08/printing/printschemakeywords"
)

// Bounds of a document.
const (
	maxDepth    = 32
	maxElements = 50_000
	maxValue    = 4096 // bytes
)

// element is one of the elements that matter: a Feature, an Option, a Property, a
// ScoredProperty, a ParameterDef. Names have the prefix psk for the schema's own.
type element struct {
	kind, name string
	value      string
	inner      []*element
}

// find returns the inner elements of a kind.
func (e *element) find(kind string) []*element {
	var list []*element
	for _, i := range e.inner {
		if i.kind == kind {
			list = append(list, i)
		}
	}
	return list
}

// property returns the value of a property, or of a scored one.
func (e *element) property(name string) string {
	for _, i := range e.inner {
		if (i.kind == "Property" || i.kind == "ScoredProperty") && i.name == name {
			return i.value
		}
	}
	return ""
}

var errSchema = errors.New("no document of the Print Schema")

// schema reads PrintCapabilities or a PrintTicket.
type schema struct {
	dec        *xml.Decoder
	namespaces map[string]string // prefix to URI
	count      int
}

// readSchema reads a document. It takes no entities but XML's own and no other
// files, and no more than the bounds.
func readSchema(text string) (*element, map[string]string, error) {
	s := &schema{dec: xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))), namespaces: map[string]string{}}
	s.dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(label, "utf-16") { // the bytes were UTF-8 by the time they came here
			return in, nil
		}
		return nil, fmt.Errorf("the character set %q is not known", label)
	}
	root := &element{}
	if err := s.read(root, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("read XPS capabilities: %w", err)
	}
	for _, e := range root.inner {
		if e.kind == "PrintCapabilities" || e.kind == "PrintTicket" {
			return e, s.namespaces, nil
		}
	}
	return nil, nil, errSchema
}

// read reads what is inside an element.
func (s *schema) read(into *element, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	for {
		token, err := s.dec.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if s.count++; s.count > maxElements {
				return errors.New("too many elements")
			}
			if err := s.element(into, t, depth); err != nil {
				return err
			}
		case xml.CharData:
			if into.kind == "Value" && len(into.value)+len(t) <= maxValue {
				into.value += string(t)
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (s *schema) element(into *element, t xml.StartElement, depth int) error {
	e := &element{kind: t.Name.Local}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" && len(s.namespaces) < 64 {
			s.namespaces[a.Name.Local] = a.Value
		}
	}
	for _, a := range t.Attr {
		if a.Name.Local == "name" && a.Name.Space == "" {
			e.name = s.canonical(a.Value)
		}
	}
	if err := s.read(e, depth+1); err != nil {
		return err
	}
	switch {
	case t.Name.Space != psf:
	case e.kind == "Value": // the parent's
		into.value = strings.TrimSpace(e.value)
	default:
		into.inner = append(into.inner, e)
	}
	return nil
}

// canonical writes a name of the schema's own with the prefix psk, whatever the
// document calls it.
func (s *schema) canonical(name string) string {
	prefix, local, ok := strings.Cut(name, ":")
	if ok && s.namespaces[prefix] == psk {
		return "psk:" + local
	}
	return name
}
