#!/bin/sh
# Makes the installer for Windows: msi.sh VERSION PROGRAM OUT. VERSION is three numbers.
# Two runs give the same contents; only the package's own code, which Windows wants new for
# each, and times differ.
set -eu
version=$1 program=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp "$program" "$stage/platen.exe"
sed 's/$/\r/' "$here/../../LICENSE" >"$stage/LICENSE.txt"
# A version is one product: its code is made of it.
code=$(printf 'platen %s' "$version" | sha256sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-5\3-8\4-\5/' | tr a-f A-F)
cd "$stage"
wixl -a x64 -D Version="$version" -D Product="$code" -o "$out" "$here/platen.wxs"
# What an administrator's command line may say to the part that runs with the system's rights;
# wixl makes this property, of its own names alone, and takes no other.
msibuild "$out" -q "UPDATE Property SET Value = 'CLOUDURL;TOKEN;WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED' WHERE Property = 'SecureCustomProperties'"
# msidbCustomActionTypeHideTarget, which wixl does not know: the key is in no log.
msibuild "$out" -q "UPDATE CustomAction SET Type = 11282 WHERE Action = 'Pair'"
