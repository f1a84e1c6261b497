// Package rules reads the file of an administrator's rules about printers, and says
// what they want of one: whether it is shared, how it is called, where it stands, what
// jobs on it are like by default, and who may use it. It changes nothing itself, and a
// rule takes nothing away: see docs/rules.md.
package rules
