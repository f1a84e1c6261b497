// Package powercut cuts the power of the two real programs, after the fact: their
// system calls are recorded, and for cut after cut it is laid out on a disk what
// a power failure at that moment might have left, and opened again. It holds
// tests only.
package powercut
