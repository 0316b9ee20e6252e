# Every element and attribute of the schema of the KIWI in PYTHONPATH, each in a document that differs in one place from a
# valid one, with the verdict of its RELAX NG and schematron rules. Prints one JSON array per document:
# [place, what is changed, whether KIWI accepts it, the text].
import copy
import json
import re
import sys
from lxml import etree
from lxml.isoschematron import Schematron
from kiwi.defaults import Defaults

RNG = '{http://relaxng.org/ns/structure/1.0}'
document = etree.parse(Defaults.get_schema_file())
relax_ng, schematron = etree.RelaxNG(document), Schematron(document)
defines = {}
for define in document.iter(RNG + 'define'):
    defines.setdefault(define.get('name'), []).append(define)

# Texts for every attribute, beside the words that the schema lists for it.
TEXTS = ['', 'true', '7', '-1', '4.2', 'x', 'a b', 'console serial', 'x86_64,arm64', 'file:/a', 'ü/<&']


class Element:
    def __init__(self, name):
        self.name, self.attributes, self.children, self.texts = name, {}, {}, None


elements = {}


def words_in(node):
    """The texts that a pattern lists, and samples of its data types."""
    found = []
    for item in node.iter():
        if item.tag == RNG + 'value':
            found.append(item.text or '')
        elif item.tag == RNG + 'data':
            patterns = [param.text for param in item.findall(RNG + 'param') if param.get('name') == 'pattern']
            if not patterns:
                found.append('true' if item.get('type') == 'boolean' else '7' if 'nteger' in item.get('type') else 'x')
            for pattern in patterns:
                samples = ['x', '7', '7M', 'x86_64', 'file:/a', 'C', '/dev/x', '00:11:22:33:44:55', 'http://a', 'oci:vmdk', '1.2.3', '7%', 't.linux']
                found += [text for text in samples if re.fullmatch(pattern, text)][:2]
        elif item.tag == RNG + 'ref':
            for define in defines[item.get('name')]:
                found += words_in(define)
    return list(dict.fromkeys(found))


def read(node, into, optional=False, many=False, seen=()):
    for item in node:
        tag = item.tag.replace(RNG, '') if isinstance(item.tag, str) else ''
        if tag == 'attribute' and item.get('name') and ':' not in item.get('name'):
            into.attributes.setdefault(item.get('name'), (not optional, words_in(item)))
        elif tag == 'element' and item.get('name'):
            into.children.setdefault(item.get('name'), (not optional, many))
            if item.get('name') not in elements:
                elements[item.get('name')] = Element(item.get('name'))
                read(item, elements[item.get('name')])
        elif tag == 'ref' and item.get('name') not in seen:
            for define in defines[item.get('name')]:
                read(define, into, optional, many, seen + (item.get('name'),))
        elif tag in ('optional', 'choice'):
            read(item, into, True, many, seen)
        elif tag == 'zeroOrMore':
            read(item, into, True, True, seen)
        elif tag == 'oneOrMore':
            read(item, into, optional, True, seen)
        elif tag in ('interleave', 'group'):
            read(item, into, optional, many, seen)
        elif tag in ('text', 'data', 'value') and into.texts is None:
            into.texts = words_in(item) or ['x']


read(document.getroot().find(RNG + 'start'), Element(''))


def minimal(name, depth=0):
    element, rule = etree.Element(name), elements[name]
    for attribute, (required, words) in rule.attributes.items():
        if required:
            element.set(attribute, words[0] if words else 'x')
    if rule.texts:
        element.text = rule.texts[0]
    for child, (required, _) in rule.children.items():
        if required and depth < 6:
            element.append(minimal(child, depth + 1))
    return element


# Schematron takes most of the time. Its rules ask for the values of the attributes that they name, and of others whether they are
# there; for texts of the elements named in a rule with text().
SCH = '{http://purl.oclc.org/dsdl/schematron}'
RULES = [
    ' '.join([rule.get('context')] + [check.get('test') for check in rule.iter(SCH + 'assert')])
    for rule in document.iter(SCH + 'rule')
]
ASKED = set(re.findall(r'@([\w-]+)', ' '.join(RULES)))
TEXTS_ASKED = set(re.findall(r'[\w-]+', ' '.join(rule for rule in RULES if 'text()' in rule)))
verdicts = {}


def rules_hold(tree):
    outline = copy.deepcopy(tree.getroot())
    for element in outline.iter():
        if element.tag not in TEXTS_ASKED:
            element.text = None
        for attribute in element.attrib:
            if attribute not in ASKED:
                element.set(attribute, '')
    key = etree.tostring(outline)
    if key not in verdicts:
        verdicts[key] = bool(schematron.validate(tree))
    return verdicts[key]


def valid(tree):
    return bool(relax_ng.validate(tree) and rules_hold(tree))


def frame():
    image = etree.XML(
        '<image schemaversion="8.5" name="probe"><description type="system"><author>a</author><contact>c</contact>'
        '<specification>s</specification></description><profiles><profile name="other" description="o"/></profiles>'
        '<preferences><version>1.0.0</version><packagemanager>apt</packagemanager><type image="iso"/></preferences>'
        '<repository><source path="obs://x"/></repository><packages type="bootstrap"><package name="p"/></packages></image>'
    )
    return image


def place(path, host):
    """A document with a minimal element at the path, and that element."""
    image = frame()
    parent = image
    for name in path[1:]:
        found = None if parent is image and name not in ('description', 'profiles') else parent.find(name)
        if found is None:
            found = minimal(name)
            parent.append(found)
            if name == 'preferences':
                found.set('profiles', 'other')
            if name == 'type':
                found.set('image', host)
                if host == 'oem':
                    found.attrib.update({'filesystem': 'ext4', 'installiso': 'true', 'luks': 'x'})
            for attribute, text in NEEDED.get(name, {}).items():
                found.set(attribute, text)
            if name == 'securelinux':
                parent.set('name', 'zipl')
        parent = found
    return image, parent


# What rules beyond the structure ask for.
NEEDED = {'entrypoint': {'execute': 'x'}, 'subcommand': {'execute': 'x'}}
HOSTS = ['iso', 'oem', 'kis', 'pxe', 'docker', 'oci', 'appx', 'enclave', 'cpio', 'tbz', 'ext4', 'squashfs', 'erofs', 'btrfs', 'xfs', 'wsl']


def paths():
    found, open_paths = {}, [('image',)]
    while open_paths:
        path = open_paths.pop(0)
        if path[-1] in found:
            continue
        found[path[-1]] = path
        open_paths += [path + (child,) for child in elements[path[-1]].children]
    return found


def emit(where, what, image):
    tree = etree.ElementTree(image)
    text = etree.tostring(image, encoding='unicode')
    # What another parser reads is what is judged.
    print(json.dumps([where, what, valid(etree.ElementTree(etree.fromstring(text.encode()))), text]))


def probe(path, host):
    base, _ = place(path, host)
    rule = elements[path[-1]]
    where = f'{path[-1]} of {host}' if 'type' in path else path[-1]
    emit(where, 'as it is', base)
    if not valid(etree.ElementTree(base)):
        return False
    for attribute, (required, words) in rule.attributes.items():
        if (path[-1], attribute) == ('image', 'schemaversion') or (path[-1], attribute) == ('type', 'image'):
            continue
        for text in dict.fromkeys(words + TEXTS):
            image, element = place(path, host)
            element.set(attribute, text)
            emit(where, f'{attribute}="{text}"', image)
        if required:
            image, element = place(path, host)
            del element.attrib[attribute]
            emit(where, f'without {attribute}', image)
    image, element = place(path, host)
    element.set('nonsense', 'x')
    emit(where, 'nonsense="x"', image)
    for text in dict.fromkeys((rule.texts or []) + TEXTS):
        image, element = place(path, host)
        if text.strip():
            element.text = text
            emit(where, f'text {text}', image)
    for child in list(rule.children) + ['nonsense']:
        image, element = place(path, host)
        if child == 'nonsense':
            element.append(etree.Element(child))
        else:
            for old in element.findall(child):
                element.remove(old)
            if len(element.findall(child)) == 0 and path != ('image',):
                emit(where, f'without <{child}>', image)
            image, element = place(path, host)
            element.append(minimal(child))
            emit(where, f'<{child}>', image)
            element.append(minimal(child))
            emit(where, f'<{child}> twice', image)
            continue
        emit(where, f'<{child}>', image)
    return True


for name, path in paths().items():
    if path == ('image', 'preferences', 'type'):
        for host in ('iso', 'oem'):
            probe(path, host)
        for host in HOSTS[2:]:
            for attribute, (_, words) in elements['type'].attributes.items():
                if attribute == 'image':
                    continue
                image, element = place(path, host)
                element.set(attribute, words[0] if words else 'x')
                emit(f'type of {host}', f'{attribute}="{words[0] if words else "x"}"', image)
    elif 'type' in path:
        hosts = [host for host in HOSTS if valid(etree.ElementTree(place(path, host)[0]))]
        for host in (['iso'] if 'iso' in hosts else []) + [host for host in hosts if host != 'iso'][:1]:
            probe(path, host)
        if not hosts:
            emit(f'{name} of no type', 'as it is', place(path, 'oem')[0])
    elif name not in ('nonsense',):
        probe(path, '')
