package store

import "strings"

// where builds a condition out of parts that are all constant text: values are
// arguments always.
type where struct {
	parts []string
	args  []any
}

// add adds a condition with its arguments.
func (w *where) add(part string, args ...any) {
	w.parts = append(w.parts, part)
	w.args = append(w.args, args...)
}

// equal adds column = value unless value is "".
func (w *where) equal(column, value string) {
	if value != "" {
		w.add(column+" = ?", value)
	}
}

// among returns the condition that a column has one of the values, and the
// values as arguments; no values match nothing.
func among[T ~string](column string, values []T) (string, []any) {
	if len(values) == 0 {
		return "1 = 0", nil
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	return column + " IN (?" + strings.Repeat(", ?", len(values)-1) + ")", args
}

// String returns the clause with its keyword, or "" for no condition.
func (w *where) String() string {
	if len(w.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.parts, " AND ")
}
