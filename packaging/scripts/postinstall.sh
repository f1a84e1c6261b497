#!/bin/sh
# After the files are there. deb: configure [OLD VERSION]; rpm: 1 for new, 2 for an
# upgrade; apk: the version.
set -e
name=@NAME@

service() {
	if command -v deb-systemd-invoke >/dev/null 2>&1; then
		deb-systemd-invoke "$1" "$name.service" || true
	else
		systemctl --no-block "$1" "$name.service" || true
	fi
}

fresh=
case "${1:-}" in
configure) [ -n "${2:-}" ] || fresh=yes ;;
abort-*) exit 0 ;;
1) fresh=yes ;;
esac

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
	if [ -n "$fresh" ]; then
		systemctl enable --quiet "$name.service" || true
		service start
	else
		service try-restart
	fi
elif [ -n "$fresh" ] && command -v systemctl >/dev/null 2>&1; then
	systemctl enable --quiet "$name.service" || true # an image that will be started later
fi

# OpenRC has no users of its own making.
if [ -x /sbin/openrc-run ] && ! id "$name" >/dev/null 2>&1; then
	addgroup -S "$name"
	adduser -S -D -H -h "/var/lib/$name" -s /sbin/nologin -G "$name" "$name"
fi
exit 0
