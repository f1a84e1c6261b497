// Package sim runs the real connector, its real spool and the real service together
// in one bubble of virtual time, over disks, a store and printers in memory. By a
// seed it chooses what happens next and what goes wrong, and checks the promises
// of docs/architecture.md after every step. The same seed gives the same steps.
package sim
