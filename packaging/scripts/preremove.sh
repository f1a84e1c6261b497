#!/bin/sh
# Before the files go. deb: remove, or upgrade; rpm: 0 for the last one; apk, which has
# this for no upgrade: the version.
set -e
name=@NAME@

case "${1:-}" in
remove | 0 | *.*) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	if [ "$1" = remove ]; then # postinstall enables it again, if the package comes back
		for unit in "$name.socket" "$name-acme.socket" "$name.service"; do
			! systemctl --quiet is-enabled "$unit" 2>/dev/null || echo "$unit"
		done >"/var/lib/misc/$name.enabled" || true
	fi
	systemctl --quiet disable --now "$name.service" || true
	for unit in "$name.socket" "$name-acme.socket"; do
		[ ! -e "/usr/lib/systemd/system/$unit" ] || systemctl --quiet disable --now "$unit" || true
	done
elif command -v rc-service >/dev/null 2>&1; then
	rc-service --ifstarted "$name" stop || true
	rc-update del "$name" default >/dev/null 2>&1 || true
fi
exit 0
