// Package impose says what is done to a document before a printer gets it, and
// computes how its pages lie on the sides of sheets. It draws nothing.
package impose
