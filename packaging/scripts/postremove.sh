#!/bin/sh
# After the files went. What the program keeps stays, until the package is purged.
set -e
name=@NAME@

[ ! -d /run/systemd/system ] || systemctl daemon-reload || true
if [ "${1:-}" = purge ]; then
	rm -rf "/var/lib/$name" "/var/lib/private/$name" "/var/cache/$name" "/var/cache/private/$name"
	rm -f "/var/lib/misc/$name.enabled"
	rmdir "/etc/$name" 2>/dev/null || true
fi
exit 0
