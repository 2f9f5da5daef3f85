#!/usr/bin/env bash
# Fetches the web sites that tools/pages.txt pins as Debian packages and unpacks their pages into pages/PACKAGE. Does nothing where all is there.
source "$(dirname "$0")/common.sh"
pins=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' tools/pages.txt)
if [ "$(cat pages/stamp 2>/dev/null)" = "$pins" ]; then
  echo "pages: everything is there"
  exit 0
fi
step "web pages out of $(printf '%s\n' "$pins" | wc -l) documentation packages"
rm -rf pages.partial
mkdir -p pages.partial/fetch
apt-cache show apache2-doc >/dev/null 2>&1 || as_root apt-get update -q >/dev/null
while read -r package version; do
  version=${version%% *}
  # A point release replaces versions; then the successor serves as well, and the run's manifest says which bytes it read.
  if ! (cd pages.partial/fetch && apt-get download -q "$package=$version" >/dev/null 2>&1); then
    printf '    %s %s is no longer offered, taking the current version\n' "$package" "$version"
    (cd pages.partial/fetch && apt-get download -q "$package" >/dev/null) ||
      fail "cannot fetch the package $package" "check the network and 'apt-get update', then run 'make pages' again"
  fi
  mkdir -p "pages.partial/unpack/$package"
  dpkg-deb -x pages.partial/fetch/"$package"_*.deb "pages.partial/unpack/$package"
  (cd "pages.partial/unpack/$package" && find . -type f \( -name '*.html' -o -name '*.htm' -o -name '*.xhtml' \) -print0 |
    tar --null --files-from=- -cf -) | (mkdir -p "pages.partial/$package" && tar -C "pages.partial/$package" --strip-components=4 -xf -)
done < <(printf '%s\n' "$pins" | awk '{print $1, $2}')
rm -rf pages.partial/fetch pages.partial/unpack pages
printf '%s\n' "$pins" >pages.partial/stamp
mv pages.partial pages
done_step
printf '    %d pages, %d MB of HTML\n' "$(find pages -name '*.*htm*' | wc -l)" "$(du -sm --apparent-size pages | cut -f1)"
