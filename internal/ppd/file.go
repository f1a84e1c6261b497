package ppd

import "strings"

// File is what a PPD file says of a printer.
type File struct {
	Manufacturer string
	ModelName    string
	NickName     string
	DeviceID     string // IEEE 1284
	ColorDevice  bool
	Throughput   int      // pages a minute, 0 if it does not tell
	HWMargins    *Margins // that the hardware needs for sizes of one's own; nil if it does not tell
	MaxWidth     float64  // of any media, in points; 0 if it does not tell
	MaxHeight    float64

	Options []Option // that can be chosen or are installed, in the file's order

	papers     map[string]Paper
	excluded   map[Choosing]bool // by what is installed; choice "" is any but None and False
	finishings map[Choosing]bool
}

// UI is how an option is chosen (PPD 4.3, 5.3).
type UI string

// The ways to choose an option.
const (
	PickOne  UI = "PickOne"
	PickMany UI = "PickMany"
	Boolean  UI = "Boolean"
)

// Option is something that can be chosen, or a part that is installed or not.
type Option struct {
	Keyword     string // "PageSize"
	Text        string // for people
	UI          UI
	Group       string
	Installable bool   // it says what the device has (InstallableOptions)
	Default     string // keyword of a choice; may be one that is not there
	Choices     []Choice
	Custom      bool             // a value of one's own may be given
	Params      map[string]Param // of such a value, by name
}

// Choice is one value of an option.
type Choice struct {
	Keyword string // "A4"
	Text    string // for people
}

// Choosing is a choice of an option, by their keywords.
type Choosing struct{ Option, Choice string }

// Param is a part of a value of one's own (PPD 4.3, 5.16; CUPS adds types).
type Param struct {
	Type     string // "points", "passcode", "int", …
	Min, Max float64
}

// Margins are in points.
type Margins struct{ Left, Bottom, Right, Top float64 }

// Paper is a media size in points.
type Paper struct {
	Width, Height float64
	Area          *Margins // that the printer cannot reach; nil if the file does not tell
}

// Option returns an option by its keyword, nil if there is none.
func (f *File) Option(keyword string) *Option {
	for i := range f.Options {
		if f.Options[i].Keyword == keyword {
			return &f.Options[i]
		}
	}
	return nil
}

// Paper returns the size of a choice of PageSize.
func (f *File) Paper(keyword string) (Paper, bool) {
	p, ok := f.papers[keyword]
	return p, ok
}

// Finishing reports whether a choice is one that CUPS asks for by finishings
// (cupsIPPFinishings).
func (f *File) Finishing(c Choosing) bool { return f.finishings[c] }

// off reports whether a choice says that a thing is not there or not used.
func off(choice string) bool {
	return strings.EqualFold(choice, "None") || strings.EqualFold(choice, "False") || strings.EqualFold(choice, "Off")
}
