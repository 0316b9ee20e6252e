// Tags of the SUSE style, recomputed by dd, sfdisk and the coreutils digests, which know nothing of this project.
import { judge } from './oracle.js';

/** The specification in shell: normalise a copy, then digest its ranges. Prints the tags as they should stand. */
const RECOMPUTE = `
set -eu
img=$1 kind=$2 pad=$3
work=$img.normal
cp "$img" "$work"
dd if=/dev/zero of="$work" bs=512 count=1 conv=notrunc status=none
printf '%512s' '' | dd of="$work" bs=1 seek=$((0x8373)) conv=notrunc status=none
blocks=$(od -An -tu4 -j $((0x8050)) -N 4 "$img" | tr -d ' ')
whole=$({ head -c $(((blocks - pad) * 2048)) "$work"; head -c $((pad * 2048)) /dev/zero; } | "\${kind}sum" | cut -d' ' -f1)
printf 'check=1;pad=%s;%ssum=%s' "$pad" "$kind" "$whole"
# Of the partitions that are no ESP, the one with the largest end.
sfdisk -d "$img" 2>/dev/null | grep -viE 'type=(ef|C12A7328-F81F-11D2-BA4B-00A0C93EC93B)' |
  sed -nE 's/.*start= *([0-9]+), *size= *([0-9]+),.*/\\1 \\2/p' |
  awk '$1 + $2 > end { end = $1 + $2; start = $1; size = $2 } END { if (end) print start, size }' |
  while read -r start size; do
    part=$(dd if="$work" bs=512 skip="$start" count="$size" status=none | "\${kind}sum" | cut -d' ' -f1)
    printf ';partition=%s,%s,%s' "$start" "$size" "$part"
  done
rm "$work"
`;

/** The tags as they should be in an image, on standard output. */
export function recomputedSuseTags(image: string, digest: string, pad: number) {
  return judge('bash', ['-c', RECOMPUTE, 'recompute', image, digest, String(pad)]);
}
