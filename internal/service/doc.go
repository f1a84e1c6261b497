// Package service makes a program a service of the system: it installs, starts and
// stops it with systemd, OpenRC, System V, launchd or Windows' service manager, tells
// systemd how it is, and has the verbs for people. It knows neither program.
package service
