package web

// choice is one entry of a list to choose from.
type choice struct {
	Value, Words string
	Chosen       bool
}
