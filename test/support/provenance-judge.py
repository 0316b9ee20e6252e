"""Prints the faults of an in-toto statement with SLSA provenance, as JSON: judge.py FILE"""
import json
import sys

from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement

with open(sys.argv[1], encoding="utf-8") as file:
    document = json.load(file)
faults = []
try:
    # Unknown fields and wrong types are errors.
    statement = json_format.ParseDict(document, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    predicate = json_format.ParseDict(document["predicate"], provenance_pb2.Provenance())
    definition, details = predicate.build_definition, predicate.run_details
    for resource in [*definition.resolved_dependencies, *details.byproducts]:
        ResourceDescriptor.copy_from_pb(resource).validate()
    # Required by https://slsa.dev/spec/v1.0/provenance, which message types cannot say.
    required = {
        "predicateType": document["predicateType"] == "https://slsa.dev/provenance/v1",
        "buildType": definition.build_type,
        "externalParameters": definition.HasField("external_parameters"),
        "builder.id": details.builder.id,
    }
    faults += [f"{name} is missing" for name, found in required.items() if not found]
except (ValueError, KeyError, json_format.ParseError) as error:
    faults.append(str(error))
print(json.dumps(faults))
