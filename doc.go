// Package platen is the root of the module. It holds no code: the architecture
// test beside this file keeps the table of packages and of who may import whom.
package platen
