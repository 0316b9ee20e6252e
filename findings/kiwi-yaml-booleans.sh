#!/bin/bash
# Booleans without quotes in KIWI descriptions in YAML
# Guess: hybridpersistent: true is hybridpersistent="true", whatever version of xmltodict KIWI finds
# Seen:  xmltodict 0.13, which Debian 12 has, writes True, which KIWI's own schema refuses; 1.0.4 writes true
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >config.yaml <<'EOF'
image:
  "@schemaversion": "8.0"
  "@name": sample
  description: {"@type": system, author: a, contact: c, specification: s}
  preferences: {version: "1.0.0", packagemanager: apt, type: {"@image": iso, "@hybridpersistent": true, "@flags": overlay}}
  repository: {source: {"@path": "obs://x"}}
  packages: {"@type": image, package: {"@name": x}}
EOF
cat >read.py <<'EOF'
import logging
logging.disable(logging.CRITICAL)
from lxml import etree
from kiwi.markup import Markup
from kiwi.xml_description import XMLDescription
markup = Markup.new('config.yaml')
written = etree.parse(markup.get_xml_description()).find('.//type').get('hybridpersistent')
try:
    XMLDescription('config.yaml').load()
    print(written, 'accepted')
except Exception as error:
    print(written, type(error).__name__)
EOF
seen=
for version in 0.13.0 1.0.4; do
  python3 -m pip install --quiet --disable-pip-version-check --target $version kiwi==11.1.6 anymarkup-core==0.8.1 PyYAML xmltodict==$version 2>/dev/null
  seen+="xmltodict $version: $(PYTHONPATH=$dir/$version python3 read.py)"$'\n'
done

if [ "$seen" = $'xmltodict 0.13.0: True KiwiDescriptionInvalid\nxmltodict 1.0.4: true accepted\n' ]; then
  printf '%s' "$seen"
else
  printf 'changed:\n%s' "$seen" >&2
  exit 1
fi
