package web

import (
	"fmt"
	"strconv"
	"strings"

	"platen/gcp"
)

// localized returns the English one of some texts, or else the first.
func localized(list []gcp.LocalizedString) string {
	for _, l := range list {
		if strings.HasPrefix(strings.ToUpper(l.Locale), "EN") {
			return l.Value
		}
	}
	if len(list) > 0 {
		return list[0].Value
	}
	return ""
}

// readable makes words of a keyword: "two-sided_LONG" is "Two sided long".
func readable(keyword string) string {
	words := strings.Fields(strings.NewReplacer("-", " ", "_", " ", "/", " ", ":", " ").Replace(strings.ToLower(keyword)))
	text := strings.Join(words, " ")
	if text == "" {
		return keyword
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// kindName makes words of a kind of ink or tray, such as LIGHT_CYAN; "" for one that
// says nothing.
func kindName(kind string) string {
	if kind == "CUSTOM" {
		return ""
	}
	return readable(kind)
}

// mediaName is the usual name of a size: "NA_INDEX_4X6" is "Index 4×6".
func mediaName(n gcp.MediaSizeName) string {
	origin, rest, ok := strings.Cut(string(n), "_")
	switch {
	case !ok:
		return readable(origin)
	case origin == "JIS" || origin == "PRC" || origin == "ROC":
		return origin + " " + mediaWord(rest)
	}
	return mediaWord(rest)
}

// mediaWord writes short codes, such as A4, as they are.
func mediaWord(code string) string {
	if len(code) <= 3 {
		return code
	}
	text := []rune(readable(code))
	for i := 1; i+1 < len(text); i++ {
		if text[i] == 'x' && digit(text[i-1]) && digit(text[i+1]) {
			text[i] = '×'
		}
	}
	return string(text)
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func millimetres(microns int) string {
	return strconv.FormatFloat(float64((microns+50)/100)/10, 'f', -1, 64)
}

// measures tells a size.
func measures(width, height int) string {
	return fmt.Sprintf("%s × %s mm", millimetres(width), millimetres(height))
}

// dpiName is what people call a resolution.
func dpiName(o gcp.DPIOption) string {
	if o.HorizontalDPI == o.VerticalDPI {
		return fmt.Sprintf("%d dpi", o.HorizontalDPI)
	}
	return fmt.Sprintf("%d × %d dpi", o.HorizontalDPI, o.VerticalDPI)
}
