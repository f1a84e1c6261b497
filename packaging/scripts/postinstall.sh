#!/bin/sh
# After the files are there. deb: configure [OLD VERSION]; rpm: 1 for new, 2 for an
# upgrade; apk: the version.
set -e
name=@NAME@

service() {
	if command -v deb-systemd-invoke >/dev/null 2>&1; then
		deb-systemd-invoke "$1" "$2" || true
	else
		systemctl --no-block "$1" "$2" || true
	fi
}

start= # the units that are to run from now on
kept=/var/lib/misc/$name.enabled
case "${1:-}" in
configure)
	if [ -e "$kept" ]; then # it was removed, not purged: what was enabled then is so again
		start=$(cat "$kept")
		rm -f "$kept"
	elif [ -z "${2:-}" ]; then
		start=$name.service
	fi
	;;
abort-*) exit 0 ;;
1) start=$name.service ;;
esac

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
	for unit in $start; do
		systemctl enable --quiet "$unit" || true
		service start "$unit"
	done
	[ -n "$start" ] || service try-restart "$name.service"
elif [ -n "$start" ] && command -v systemctl >/dev/null 2>&1; then
	systemctl enable --quiet $start || true # an image that will be started later
fi

# OpenRC has no users of its own making, nor folders of theirs.
if [ -x /sbin/openrc-run ]; then
	if ! id "$name" >/dev/null 2>&1; then
		addgroup -S "$name"
		adduser -S -D -H -h "/var/lib/$name" -s /sbin/nologin -G "$name" "$name"
	fi
	install -d -m 0700 -o "$name" -g "$name" "/var/lib/$name"
	rc-service --ifstarted "$name" restart || true # after an upgrade
fi
exit 0
