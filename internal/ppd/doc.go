// Package ppd reads PPD files (PostScript Printer Description, version 4.3, with
// the additions of CUPS): what can be chosen, what is installed, and what excludes
// what. It describes a printer that is known by its PPD alone as a CDD. It draws
// nothing and runs no PostScript.
package ppd
