#!/usr/bin/env bash
# Fetches the sources that tools/code.txt pins as Debian packages and unpacks them into code/PACKAGE, each with its copyright file as LICENSE.
# Does nothing where all is there.
source "$(dirname "$0")/common.sh"
pins=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' tools/code.txt)
if [ "$(cat code/.stamp 2>/dev/null)" = "$pins" ]; then
  echo "code: everything is there"
  exit 0
fi
step "code out of $(printf '%s\n' "$pins" | wc -l) packages"
rm -rf code.partial
mkdir -p code.partial/.fetch
apt-cache show libpython3.11-stdlib >/dev/null 2>&1 || as_root apt-get update -q >/dev/null
while read -r package version; do
  version=${version%% *}
  if ! (cd code.partial/.fetch && apt-get download -q "$package=$version" >/dev/null 2>&1); then
    printf '    %s %s is no longer offered, taking the current version\n' "$package" "$version"
    (cd code.partial/.fetch && apt-get download -q "$package" >/dev/null) ||
      fail "cannot fetch the package $package" "check the network and 'apt-get update', then run 'tools/code.sh' again"
  fi
  mkdir -p "code.partial/$package"
  dpkg-deb -x code.partial/.fetch/"$package"_*.deb "code.partial/$package"
  find "code.partial/$package/usr/share/doc" -name copyright -exec cp {} "code.partial/$package/LICENSE" \; 2>/dev/null || true
done < <(printf '%s\n' "$pins" | awk '{print $1, $2}')
rm -rf code.partial/.fetch code
printf '%s\n' "$pins" >code.partial/.stamp
mv code.partial code
done_step
printf '    %d files, %d MB\n' "$(find code -type f | wc -l)" "$(du -sm --apparent-size code | cut -f1)"
