// KIWI's own schema as a judge: RELAX NG and schematron rules of the installed release, compiled once for many documents.
import { judge } from './oracle.js';

/** The schema version that the Debian package speaks. */
export const KIWI_SCHEMA = '7.5';

// KIWI's Python and lxml are those of the system, not of another Python in PATH.
const PYTHON = '/usr/bin/python3';

const SCRIPT = `
import json, sys
from lxml import etree
from lxml.isoschematron import Schematron
from kiwi.defaults import Defaults
schema = etree.parse(Defaults.get_schema_file())
relax_ng, schematron = etree.RelaxNG(schema), Schematron(schema)
def accepts(text):
    try:
        document = etree.ElementTree(etree.fromstring(text.encode()))
    except etree.XMLSyntaxError:
        return False
    return bool(relax_ng.validate(document) and schematron.validate(document))
print(json.dumps([accepts(text) for text in json.load(sys.stdin)]))
`;

/** Whether KIWI's schema accepts each document; they state the version {@link KIWI_SCHEMA}. */
export function kiwiAccepts(documents: readonly string[]): boolean[] {
  const { status, stdout, stderr } = judge(PYTHON, ['-c', SCRIPT], { input: JSON.stringify(documents) });
  if (status !== 0) throw new Error(`KIWI's schema could not be used: ${stderr}`);
  return JSON.parse(stdout) as boolean[];
}

/** The same document with KIWI's whole chain of upgrades applied, parsed back to text. */
export function kiwiUpgrades(path: string): string {
  const script = `
import sys, logging
logging.disable(logging.CRITICAL)
from lxml import etree
from kiwi.defaults import Defaults
transform = etree.XSLT(etree.parse(Defaults.get_xsl_stylesheet_file()))
sys.stdout.write(str(transform(etree.parse(sys.argv[1]))))
`;
  const { status, stdout, stderr } = judge(PYTHON, ['-c', script, path]);
  if (status !== 0) throw new Error(`KIWI could not upgrade ${path}: ${stderr}`);
  return stdout;
}

/** KIWI's `/.profile` without empty values. */
export function kiwiProfile(path: string): Record<string, string> {
  const script = `
import json, sys, logging
logging.disable(logging.CRITICAL)
from kiwi.xml_description import XMLDescription
from kiwi.xml_state import XMLState
from kiwi.system.profile import Profile
state = XMLState(XMLDescription(sys.argv[1]).load(), None, 'iso')
profile = Profile(state)
print(json.dumps({name: value for name, value in profile.get_settings().items() if value}))
`;
  const { status, stdout, stderr } = judge(PYTHON, ['-c', script, path]);
  if (status !== 0) throw new Error(`KIWI could not make a profile of ${path}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}
