// Package blob keeps documents. Dir keeps them in a folder on disk, each in a file
// named after 128 random bits; what belongs to whom is the database's business.
//
// A document is streamed, never held in memory, and appears under its name only
// when it is whole and on disk: it is written as NAME.part, synced, renamed, and
// the folder synced. What a crash leaves is a .part file or a document that no
// job knows, and Sweep deletes both.
package blob
