// Package install tests the packages where they are installed: on a real systemd with a
// real CUPS, both in a container.
package install
