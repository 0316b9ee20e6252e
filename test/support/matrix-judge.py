"""The faults of a printed matrix, as a JSON list of sentences: by the schemas that Kubernetes and GitHub's workflows publish."""

import json
import sys
from importlib.resources import files

import jsonschema
import kubernetes_validate


def faults_of_job(job):
    """Strict: fields that the schema does not know are faults too."""
    try:
        kubernetes_validate.validate(job, "1.33", strict=True)
        return []
    except Exception as error:
        return [str(error).split("\n")[0]]


def faults_of_workflow(matrix):
    steps = [{"run": "isopress matrix run images.yaml --index ${{ matrix.index }}"}]
    job = {"runs-on": "ubuntu-latest", "strategy": {"matrix": matrix}, "steps": steps}
    schema = files("check_jsonschema") / "builtin_schemas/vendor/github-workflows.json"
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text("utf-8")))
    return [error.message for error in validator.iter_errors({"on": "push", "jobs": {"images": job}})]


JUDGES = {"kubernetes": faults_of_job, "github": faults_of_workflow}
with open(sys.argv[2], encoding="utf-8") as file:
    print(json.dumps(JUDGES[sys.argv[1]](json.load(file))))
