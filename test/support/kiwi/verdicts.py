# What the KIWI in PYTHONPATH makes of descriptions: whether it accepts each, and what it reads for a live ISO by profile.
# Reads a JSON array of paths; prints a JSON object by path.
import json
import logging
import os
import sys
from lxml import etree, isoschematron
from kiwi.defaults import Defaults
from kiwi.runtime_checker import RuntimeChecker
from kiwi.system.profile import Profile
from kiwi.xml_description import XMLDescription
from kiwi.xml_state import XMLState

logging.disable(logging.CRITICAL)
# KIWI compiles its schema for every document, which takes most of the time: here once.
schema = etree.parse(Defaults.get_schema_file())
relax_ng, schematron = etree.RelaxNG(schema), isoschematron.Schematron(schema, store_report=True)
etree.RelaxNG = lambda _: relax_ng
isoschematron.Schematron = lambda _, store_report: schematron


def read(description, profiles):
    try:
        state = XMLState(description, profiles or None, 'iso')
    except Exception as error:
        return {'error': type(error).__name__}
    checker = RuntimeChecker(state)
    failed = []
    for check in ['check_image_version_provided', 'check_include_references_unresolvable', 'check_image_type_unique',
                  'check_efi_fat_image_has_correct_size', 'check_xen_uniquely_setup_as_server_or_guest',
                  'check_dracut_module_for_live_iso_in_package_list', 'check_partuuid_persistency_type_used_with_mbr',
                  'check_initrd_selection_required', 'check_bootloader_env_compatible_with_loader']:
        try:
            getattr(checker, check)()
        except Exception:
            failed.append(check)
    build_type = state.build_type
    return {
        'failed': failed,
        'name': description.get_name(),
        'version': state.get_image_version(),
        'profiles': state.profiles,
        'volid': build_type.get_volid() or Defaults.get_volume_id(),
        'flags': build_type.get_flags() or 'overlay',
        'kernelcmdline': build_type.get_kernelcmdline() or '',
        'packageManager': state.get_package_manager(),
        'installed': sorted(set(state.get_bootstrap_packages() + state.get_system_packages())),
        'profile': {name: value for name, value in Profile(state).get_settings().items() if value},
    }


result = {}
for path in json.load(sys.stdin):
    # Relative references count from the directory that KIWI is called in.
    os.chdir(os.path.dirname(path))
    try:
        description = XMLDescription(path).load()
    except Exception as error:
        result[path] = {'accepted': False, 'error': f'{type(error).__name__}: {error}'[:300]}
        continue
    if description.get_include():
        result[path] = {'accepted': False, 'error': 'check_include_references_unresolvable'}
        continue
    names = [profile.get_name() for section in description.get_profiles() for profile in section.get_profile()]
    result[path] = {'accepted': True, 'profiles': names, 'read': {name: read(description, [name] if name else []) for name in [''] + names}}
print(json.dumps(result))
