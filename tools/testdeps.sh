#!/bin/sh
# Installs what the tests run against, where this user may; says what is missing where not.
set -eu

# program:package
need="cupsd:cups-daemon lpadmin:cups-client ippeveprinter:cups-ipp-utils dbus-daemon:dbus-daemon avahi-daemon:avahi-daemon strace:strace pdftotext:poppler-utils soffice:libreoffice-writer-nogui ip:iproute2 chromium:chromium node:nodejs npm:npm curl:curl zbarimg:zbar-tools tinyproxy:tinyproxy-bin prosody:prosody ejabberdctl:ejabberd nginx:nginx-light systemd-nspawn:systemd-container rpm:rpm pebble:pebble wine:wine wineboot:wine64 wixl:wixl msibuild:msitools aiosmtpd:python3-aiosmtpd"
export PATH="$PATH:/usr/sbin:/sbin"

packages=
for pair in $need; do
	command -v "${pair%%:*}" >/dev/null 2>&1 || packages="$packages ${pair##*:}"
done
[ -x /usr/lib/cups/filter/pdftopdf ] || packages="$packages cups-filters"
# The race detector is the only thing that needs a C compiler.
command -v cc >/dev/null 2>&1 || packages="$packages gcc libc6-dev"

debian() {
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "tests that need these Debian packages will be skipped:$packages" >&2
		return
	fi
	echo "installing for the tests:$packages" >&2
	export DEBIAN_FRONTEND=noninteractive
	# Packages of servers start them, and Erlang's epmd on all addresses: the tests start
	# their own.
	export ERL_EPMD_ADDRESS=127.0.0.1
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
		trap 'rm -f "$policy"' EXIT
	fi
	apt-get update -qq -o DPkg::Lock::Timeout=600
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 $packages >/dev/null
}
[ -z "$packages" ] || debian

# Modules of node that tests run, in a folder for each version of the list; internal/lab
# looks for them there.
lock=$(dirname "$0")/node/package-lock.json
modules=${XDG_CACHE_HOME:-$HOME/.cache}/platen/node-$(sha256sum "$lock" | cut -c 1-12)
if [ ! -d "$modules" ] && command -v npm >/dev/null 2>&1; then
	echo "installing for the tests: modules of node" >&2
	mkdir -p "${modules%/*}"
	new=$(mktemp -d "$modules.XXXXXX")
	cp "$lock" "${lock%-lock.json}.json" "$new/"
	if npm ci --prefix "$new" --ignore-scripts --no-audit --no-fund --silent >&2; then
		mv -T "$new" "$modules" 2>/dev/null || rm -rf "$new" # another one was quicker
	else
		rm -rf "$new"
		echo "tests that need modules of node will be skipped" >&2
	fi
fi
