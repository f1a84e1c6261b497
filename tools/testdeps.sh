#!/bin/sh
# Installs what the tests run against, where this user may; says what is missing where not.
set -eu

# program:package
need="cupsd:cups-daemon lpadmin:cups-client ippeveprinter:cups-ipp-utils dbus-daemon:dbus-daemon pdftotext:poppler-utils ip:iproute2 chromium:chromium"
export PATH="$PATH:/usr/sbin:/sbin"

packages=
for pair in $need; do
	command -v "${pair%%:*}" >/dev/null 2>&1 || packages="$packages ${pair##*:}"
done
[ -x /usr/lib/cups/filter/pdftopdf ] || packages="$packages cups-filters"
# The race detector is the only thing that needs a C compiler.
command -v cc >/dev/null 2>&1 || packages="$packages gcc libc6-dev"
[ -n "$packages" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "tests that need these Debian packages will be skipped:$packages" >&2
	exit 0
fi
echo "installing for the tests:$packages" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq -o DPkg::Lock::Timeout=600
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 $packages >/dev/null
