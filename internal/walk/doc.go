// Package walk walks the pages as people do, in a real browser, against the two real
// programs and real print systems: tests only.
package walk
