// Package e2e tests the two real programs against real print systems. It holds
// tests only.
package e2e
