#!/bin/bash
# mkfs.erofs -E with a word that it does not know
# Guess: an unknown word ends with an error, as an unknown option does, so -Efragments packs fragments or fails
# Seen:  1.5 ignores every word that it does not know, fragments and dedupe of later versions among them, and writes neither
set -euo pipefail
export LC_ALL=C TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
package=erofs-utils seen=1.5-1 installed=$(dpkg-query -W -f '${Version}' erofs-utils 2>/dev/null || echo none)
echo "$package $installed"
[ "$installed" = "$seen" ] || echo "note: written for $package $seen"
mkdir tree
for name in a b c; do seq 1 3000 >tree/$name; done
uuid=01234567-89ab-4def-8123-456789abcdef
mkfs.erofs --quiet -zlz4hc -T0 -U$uuid plain tree
seen=
for word in fragments dedupe all-fragments nonsense; do
  status=0
  mkfs.erofs --quiet -zlz4hc -T0 -U$uuid -E$word image tree || status=$?
  cmp -s plain image && same=same || same=different
  seen+="$word: $status $same"$'\n'
  rm -f image
done

if [ "$seen" = $'fragments: 0 same\ndedupe: 0 same\nall-fragments: 0 same\nnonsense: 0 same\n' ]; then
  echo "ends with 0 and the image of no -E at all: fragments, dedupe, all-fragments, nonsense"
else
  printf 'changed:\n%s' "$seen" >&2
  exit 1
fi
