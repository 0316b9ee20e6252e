#!/bin/bash
# Files that <include from="…"/> of KIWI reads
# Guess: this:// is relative to the description, http:// is fetched or refused, a relative file: path is relative to the description
# Seen:  http://HOST/FILE reads the local file HOST/FILE; it and file:FILE count from the working directory; only this:// counts
#        from the description. An include inside an included file stays as it is, and the schema accepts what is left
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m pip install --quiet --disable-pip-version-check --target modules kiwi==11.1.6 2>/dev/null
mkdir -p description/parts elsewhere/parts
part() { printf '<image><packages type="image"><package name="%s"/></packages>%s</image>' "$1" "${2:-}"; }
part from-description >description/parts/a.xml
part from-working-directory >elsewhere/parts/a.xml
part outer '<include from="this://parts/a.xml"/>' >description/parts/nested.xml
cat >read.py <<'EOF'
import logging, sys
logging.disable(logging.CRITICAL)
from kiwi.version import __version__
from kiwi.xml_description import XMLDescription
image = XMLDescription(sys.argv[1]).load()
names = [p.get_name() for s in image.get_packages() if s.get_type() == 'image' for p in s.get_package()]
print(__version__, *names, *(f'left:{i.get_from()}' for i in image.get_include()))
EOF
read_with() {
  cat >description/config.xml <<EOF
<image schemaversion="8.5" name="sample"><description type="system"><author>a</author><contact>c</contact>
<specification>s</specification></description><preferences><version>1.0.0</version><packagemanager>apt</packagemanager>
<type image="iso"/></preferences><repository><source path="obs://x"/></repository>
<packages type="bootstrap"><package name="base"/></packages><include from="$1"/></image>
EOF
  (cd elsewhere && PYTHONPATH=$dir/modules python3 ../read.py "$dir/description/config.xml")
}
seen=$(for from in this://parts/a.xml http://parts/a.xml file:parts/a.xml this://parts/nested.xml; do echo "$from: $(read_with $from)"; done)
wanted='this://parts/a.xml: 11.1.6 from-description
http://parts/a.xml: 11.1.6 from-working-directory
file:parts/a.xml: 11.1.6 from-working-directory
this://parts/nested.xml: 11.1.6 outer left:this://parts/a.xml'

if [ "$seen" = "$wanted" ]; then
  echo "$seen"
else
  printf 'changed:\n%s\n' "$seen" >&2
  exit 1
fi
