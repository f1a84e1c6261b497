package cloud

import (
	"path"
	"strings"

	"platen/internal/impose"
)

// TypeOfName returns the type of a document by its file's name, "" if the ending tells
// nothing. It is the same on each machine.
func TypeOfName(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".pdf":
		return impose.PDF
	case ".jpg", ".jpeg":
		return impose.JPEG
	case ".png":
		return impose.PNG
	case ".gif":
		return "image/gif"
	case ".tif", ".tiff":
		return "image/tiff"
	case ".txt", ".text":
		return "text/plain"
	case ".csv":
		return "text/csv"
	case ".ps", ".eps":
		return impose.PostScript
	}
	return officeType(name)
}

// officeType is TypeOfName for what office programs write.
func officeType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".doc":
		return "application/msword"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".odt":
		return "application/vnd.oasis.opendocument.text"
	case ".rtf":
		return "application/rtf"
	case ".xls":
		return "application/vnd.ms-excel"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".ods":
		return "application/vnd.oasis.opendocument.spreadsheet"
	case ".ppt":
		return "application/vnd.ms-powerpoint"
	case ".pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	case ".odp":
		return "application/vnd.oasis.opendocument.presentation"
	}
	return ""
}
