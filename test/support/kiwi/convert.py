# Descriptions in XML as the KIWI in PYTHONPATH, with anymarkup-core, writes them in its other languages: upgraded, and with what they include.
# Reads a JSON array of paths; prints a JSON object by path with the texts.
import json
import logging
import os
import sys
import anymarkup_core
from kiwi.markup.any import MarkupAny

logging.disable(logging.CRITICAL)


def convert(path):
    texts = {}
    for language in ['toml', 'yaml']:
        # Its files are removed together with the object.
        description = MarkupAny(path)
        with open(getattr(description, f'get_{language}_description')()) as file:
            texts[language] = file.read()
    description = MarkupAny(path)
    markup = anymarkup_core.parse_file(description.get_xml_description(), force_types=None)
    texts['json'] = anymarkup_core.serialize(markup, 'json').decode()
    return texts


result = {}
for path in json.load(sys.stdin):
    os.chdir(os.path.dirname(path))
    result[path] = convert(path)
print(json.dumps(result))
