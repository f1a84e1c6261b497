#!/bin/sh
# Repeats on a real Mac what internal/install does on a real systemd: installs the
# connector, pairs it, prints to a queue, kills and restarts it, upgrades and removes it.
# Nothing is left but /var/lib/platen and what the archive put into /usr/local. As root:
#
#   PAIR_KEY=... PRINT_KEY=... ./verify.sh OLDER.tar.gz NEWER.tar.gz https://print.example.com QUEUE
#
# PAIR_KEY is of scope pair, PRINT_KEY of scope print, both of the same person. QUEUE is a
# queue of this Mac, whose printer prints five pages.
set -eu

[ $# -eq 4 ] && [ -n "${PAIR_KEY-}" ] && [ -n "${PRINT_KEY-}" ] || { sed -n '2,10p' "$0" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "run it as root" >&2; exit 2; }
older=$1 newer=$2 cloud=$3 queue=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '%s ... ' "$1"; }
ok() { echo ok; }
fail() { echo "not so: $1" >&2; exit 1; }

# until WHAT COMMAND...: the command succeeds within a minute.
until_so() {
	what=$1
	shift
	for _ in $(seq 60); do
		"$@" && return
		sleep 1
	done
	fail "$what"
}

# value FILE KEYPATH: a value of JSON.
value() { plutil -extract "$2" raw -o - "$1"; }

connected() {
	platen status --json >"$work/status" 2>/dev/null && [ "$(value "$work/status" cloud.connected)" = true ]
}

process() { launchctl print system/platen | awk '$1 == "pid" { print $3 }'; }

running() { [ -n "$(process)" ] && [ "$(process)" != "${1-}" ]; }

# shared finds the cloud's id of the queue.
shared() {
	platen printer list --json >"$work/printers" || return
	n=0
	while name=$(value "$work/printers" "$n.name" 2>/dev/null); do
		if [ "$name" = "$queue" ]; then
			id=$(value "$work/printers" "$n.id") && [ -n "$id" ] && return
		fi
		n=$((n + 1))
	done
	return 1
}

asked() { curl -sS --fail -H @"$work/authorization" "$@"; }

is_done() {
	asked -F "jobid=$job" "$cloud/cloudprint/job" >"$work/job" && [ "$(value "$work/job" job.semanticState.state.type)" = DONE ]
}

prints() {
	echo "A page from verify.sh" >"$work/page.txt"
	asked -F "printerid=$id" -F title=verify -F contentType=text/plain -F "content=@$work/page.txt" "$cloud/cloudprint/submit" >"$work/answer"
	[ "$(value "$work/answer" success)" = true ] || fail "the cloud takes the job: $(cat "$work/answer")"
	job=$(value "$work/answer" job.id)
	until_so "the job is done" is_done
}

umask 077
printf 'Authorization: Bearer %s\n' "$PRINT_KEY" >"$work/authorization" # not on a command line

step "installation"
tar -xzf "$older" -C /
platen version
ok

step "setup, with pairing and the service"
PLATEN_TOKEN=$PAIR_KEY platen setup --non-interactive --cloud "$cloud"
until_so "the connection" connected
until_so "the queue is in the cloud" shared
ok

step "a print"
prints
ok

step "killed, it comes again"
before=$(process)
kill -9 "$before"
until_so "launchd starts it again" running "$before"
until_so "the connection" connected
prints
ok

step "stop, start, restart"
platen service stop
[ -z "$(process)" ] || fail "it is stopped"
platen service start
until_so "the connection" connected
platen service restart
until_so "the connection" connected
prints
ok

step "upgrade"
was=$id
tar -xzf "$newer" -C /
platen service restart
until_so "the connection" connected
until_so "the queue is in the cloud" shared
[ "$id" = "$was" ] || fail "the printer keeps its id"
prints
ok

step "removal"
platen service uninstall
if launchctl print system/platen >/dev/null 2>&1; then fail "no service is left"; fi
[ -s /var/lib/platen/credentials.json ] || fail "what the connector keeps is there"
ok
echo "All is as it should be."
