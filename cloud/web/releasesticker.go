package web

import (
	"fmt"
	"net/http"
	"strings"

	"rsc.io/qr"

	"platen/gcp"
)

// stickerData is the page with a printer's sticker.
type stickerData struct {
	printerRow
	Address string // that stands on it; "" while there is none
	Code    qrData
}

// quiet is how many modules around a QR code stay white (ISO/IEC 18004, 9.1).
const quiet = 4

// qrData is a QR code as an SVG path in modules.
type qrData struct {
	Side int // with the white around it
	Path string
}

// qrOf makes a QR code that can still be read when a sixth of it is dirty.
func qrOf(text string) (qrData, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return qrData{}, fmt.Errorf("make a QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return qrData{code.Size + 2*quiet, path.String()}, nil
}

// showSticker shows the sticker of a printer, to be printed and put on it.
func (s *site) showSticker(v *visit) error {
	p, err := s.cfg.Service.Printer(v.ctx, v.caller, gcp.PrinterID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	key, err := s.cfg.Service.Sticker(v.ctx, v.caller, p.ID)
	if err != nil {
		return err
	}
	data := stickerData{printerRow: s.printerRow(&p)}
	if key != "" {
		data.Address = s.absolute(stickerPath + string(key))
		if data.Code, err = qrOf(data.Address); err != nil {
			return err
		}
	}
	return s.show(v, http.StatusOK, "sticker", s.pages.words["sticker.title"], data)
}

// renewSticker makes a new sticker for a printer.
func (s *site) renewSticker(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	id := gcp.PrinterID(v.r.PathValue("id"))
	if _, err := s.cfg.Service.RenewSticker(v.ctx, v.caller, id); err != nil {
		return err
	}
	return v.redirect("/printers/" + string(id) + "/sticker")
}
