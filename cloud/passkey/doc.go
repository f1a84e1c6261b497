// Package passkey lets people in with passkeys (W3C Web Authentication, Level 3): it adds
// them to accounts, and says whose passkey signed a challenge.
//
// Only keys that find their account by themselves and that their device gives out after a
// PIN, a finger or a face are taken, so that one is as good as address and password
// together. What made a key is not asked for: no device is preferred to another.
package passkey
