// Package push tells connectors over XMPP that a printer has work. It is the
// service's own small XMPP server, for this one purpose: a connector logs in
// with its robot's token, subscribes, and gets hints. There is no roster, no
// message between clients and no other server; the job table is the truth, and
// losing every hint here only delays a job.
package push
