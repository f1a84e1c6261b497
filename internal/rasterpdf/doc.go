// Package rasterpdf makes a PDF of PWG raster (PWG 5102.4) or Apple raster, line by line:
// it keeps no page in memory, whatever a header says of its size.
package rasterpdf
