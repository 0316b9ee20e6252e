#!/bin/bash
# Numbers without quotes in KIWI descriptions in YAML and TOML
# Guess: a version 1.10 is the version 1.10, as in XML
# Seen:  it becomes 1.1, and a keytable 010 becomes 8: values are numbers before they are text
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m pip install --quiet --disable-pip-version-check --target modules kiwi==11.1.6 anymarkup-core==0.8.1 PyYAML toml==0.10.2 xmltodict 2>/dev/null
cat >config.yaml <<'EOF'
image:
  "@schemaversion": "8.5"
  "@name": sample
  preferences: {version: 1.10, packagemanager: apt, keytable: 010, type: {"@image": iso}}
EOF
cat >config.toml <<'EOF'
[image]
"@schemaversion" = "8.5"
"@name" = "sample"
preferences = { version = 1.10, packagemanager = "apt", keytable = 0o10, type = { "@image" = "iso" } }
EOF
cat >read.py <<'EOF'
import logging, sys
logging.disable(logging.CRITICAL)
from lxml import etree
from kiwi.markup import Markup
for name in sys.argv[1:]:
    markup = Markup.new(name)
    preferences = etree.parse(markup.get_xml_description()).find('preferences')
    print(name, preferences.findtext('version'), preferences.findtext('keytable'))
EOF
seen=$(PYTHONPATH=$dir/modules python3 read.py config.yaml config.toml)
wanted='config.yaml 1.1 8
config.toml 1.1 8'

if [ "$seen" = "$wanted" ]; then
  echo "$seen"
else
  printf 'changed:\n%s\n' "$seen" >&2
  exit 1
fi
