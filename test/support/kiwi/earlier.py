# Which descriptions the schema of the KIWI in PYTHONPATH accepts under its own schema version, by its RELAX NG and schematron
# rules. Reads a JSON array of texts; prints a JSON array of verdicts.
import copy
import json
import re
import sys
from lxml import etree
from lxml.isoschematron import Schematron
from kiwi.defaults import Defaults

document = etree.parse(Defaults.get_schema_file())
relax_ng, schematron = etree.RelaxNG(document), Schematron(document)
RNG, SCH = '{http://relaxng.org/ns/structure/1.0}', '{http://purl.oclc.org/dsdl/schematron}'
version = document.find(f'.//{RNG}attribute[@name="schemaversion"]/{RNG}value').text
RULES = [
    ' '.join([rule.get('context')] + [check.get('test') for check in rule.iter(SCH + 'assert')])
    for rule in document.iter(SCH + 'rule')
]
ASKED = set(re.findall(r'@([\w-]+)', ' '.join(RULES)))
TEXTS_ASKED = set(re.findall(r'[\w-]+', ' '.join(rule for rule in RULES if 'text()' in rule)))
verdicts = {}


def rules_hold(root):
    # Schematron takes most of the time, and asks for values of few attributes and elements.
    outline = copy.deepcopy(root)
    for element in outline.iter():
        if element.tag not in TEXTS_ASKED:
            element.text = None
        for attribute in element.attrib:
            if attribute not in ASKED:
                element.set(attribute, '')
    key = etree.tostring(outline)
    if key not in verdicts:
        verdicts[key] = bool(schematron.validate(etree.ElementTree(root)))
    return verdicts[key]


def accepts(text):
    root = etree.fromstring(text.encode())
    root.set('schemaversion', version)
    return bool(relax_ng.validate(root) and rules_hold(root))


print(json.dumps({'version': version, 'accepted': [accepts(text) for text in json.load(sys.stdin)]}))
