package rasterpdf

import "io"

// ConvertFree is Convert with other bytes of lines that may come of nothing: the real
// ones take seconds.
func ConvertFree(w io.Writer, r io.Reader, free int64) error { return convert(w, r, free) }
