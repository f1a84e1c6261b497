// Package store keeps the service's data in SQLite. One type, DB, satisfies every
// store interface that cloud and cloud/oauth declare. Rules stand in those
// packages: this one reads and writes rows.
//
// All writes pass one goroutine, which runs whatever has queued up inside one
// transaction and commits once (see writer.go); reads use a pool of connections
// of their own and see only what is committed. The SQL is the part that SQLite
// and PostgreSQL share: times are microseconds since 1970 in a BIGINT (0: never),
// truth values 0 or 1, lists and objects JSON text.
package store
