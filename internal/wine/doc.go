// Package wine has the tests that install the connector for Windows under Wine and print
// with it, and run the tests of what Windows does otherwise. What Wine cannot show is in
// docs/windows.md.
package wine
