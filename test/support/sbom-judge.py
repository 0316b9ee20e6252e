"""Prints the faults that the reference libraries of a format find in a bill of materials, as JSON: judge.py spdx|cyclonedx FILE"""
import json
import sys

kind, path = sys.argv[1:]
if kind == "spdx":
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    faults = [each.validation_message for each in validate_full_spdx_document(parse_file(path))]
else:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with open(path, encoding="utf-8") as file:
        fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read())
    faults = [] if fault is None else [str(fault).split("\n")[0]]
print(json.dumps(faults))
