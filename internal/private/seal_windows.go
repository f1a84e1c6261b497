package private

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// sealed begins what seal returns; a JSON file cannot begin so.
const sealed = "dpapi:"

func seal(secret []byte) ([]byte, error) {
	b, err := protect(secret)
	if err != nil {
		return nil, fmt.Errorf("seal by DPAPI: %w", err)
	}
	return []byte(sealed + base64.StdEncoding.EncodeToString(b) + "\r\n"), nil
}

func open(stored []byte) ([]byte, error) {
	text, ok := bytes.CutPrefix(stored, []byte(sealed))
	if !ok {
		return stored, nil // a backup's, or of a time before
	}
	b, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(text)))
	if err == nil {
		b, err = unprotect(b)
	}
	if err != nil {
		return nil, fmt.Errorf("open what was sealed on another machine, or damaged: %w", err)
	}
	return b, nil
}

// protect is CryptProtectData for all accounts of this machine: which of them may read
// the file is the folder's to say.
func protect(data []byte) ([]byte, error) {
	var out windows.DataBlob
	err := windows.CryptProtectData(blob(data), nil, nil, 0, nil, windows.CRYPTPROTECT_LOCAL_MACHINE|windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	return taken(out, err)
}

func unprotect(data []byte) ([]byte, error) {
	var out windows.DataBlob
	err := windows.CryptUnprotectData(blob(data), nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	return taken(out, err)
}

func blob(b []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(b)), Data: unsafe.SliceData(b)} //nolint:gosec // files of a few KiB
}

// taken copies what the system allocated, and frees that.
func taken(b windows.DataBlob, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data))) }() // nothing to do about it
	return bytes.Clone(unsafe.Slice(b.Data, b.Size)), nil
}
