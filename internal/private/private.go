// Package private keeps what a program knows from everybody but itself and the
// administrators: its folder by the rights on it, and on Windows secrets also by the
// system's key, so that a copy of the disk tells nothing.
package private

// Folder makes a folder, and those above it, that only this program's account and
// administrators can look into. One that is there already is kept. On Windows it is
// refused if it belongs to an ordinary user, and what other accounts could do in it is
// taken from them.
func Folder(path string) error { return folder(path) }

// Seal returns a secret as it is stored. On Windows only this machine can open it (DPAPI):
// a service and the administrator who sets it up are two accounts, which the rights on
// the folder tell from others. Elsewhere it is stored as it is.
func Seal(secret []byte) ([]byte, error) { return seal(secret) }

// Open returns a secret that was stored, sealed or as it was.
func Open(stored []byte) ([]byte, error) { return open(stored) }
