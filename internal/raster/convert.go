package raster

import (
	"context"
	"io"
	"os"
	"slices"

	"platen/internal/impose"
)

// converter makes a PDF of a document in another format; it runs in the child.
type converter func(ctx context.Context, in *os.File, w impose.Work, out io.Writer) error

// formatText is the format of plain text.
const formatText = "text/plain"

// sources lists the formats that are made into PDF first, as far as this machine
// has what is needed.
func sources() []string {
	list := []string{impose.JPEG, "image/png", "image/gif", "image/tiff", formatText}
	if program := findOffice(); program != "" {
		list = append(list, officeFormats(program)...)
	}
	return list
}

// converterOf returns what makes PDF of a format, nil if nothing here does.
func converterOf(format string) converter {
	switch format {
	case impose.JPEG:
		return fromImage(readJPEG)
	case impose.PNG:
		return fromImage(readPNG)
	case "image/gif":
		return fromImage(readGIF)
	case "image/tiff":
		return fromImage(readTIFF)
	case formatText:
		return fromText
	}
	if ext, ok := officeExtension(format); ok {
		if program := findOffice(); program != "" && slices.Contains(officeFormats(program), format) {
			return office{program: program, ext: ext, limit: officeLimit()}.convert
		}
	}
	return nil
}
