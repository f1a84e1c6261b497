// Package mail tells people by mail what is down.
package mail
