"""Checks custom resources against the definitions (CRDs) of the projects that they belong to.

usage: custom_resources.py MANIFESTS.yaml CRD.yaml...

A field that the definition does not know is an error, as it is for `kubectl apply --validate=strict`.
"""

import sys

import jsonschema
import yaml


def closed(schema):
    """The schema with unknown fields refused wherever fields are listed."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if "properties" in result and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        result = {"type": ["integer", "string"]}
    return result


def main(manifests, definitions):
    schemas = {}
    for path in definitions:
        with open(path, encoding="utf-8") as file:
            for crd in yaml.safe_load_all(file):
                spec = crd["spec"]
                for version in spec["versions"]:
                    schema = closed(version["schema"]["openAPIV3Schema"])
                    # The definition leaves these to Kubernetes.
                    schema["properties"]["metadata"] = {"type": "object"}
                    schemas[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    failed = False
    with open(manifests, encoding="utf-8") as file:
        for resource in yaml.safe_load_all(file):
            kind = resource["apiVersion"], resource["kind"]
            if kind not in schemas:
                continue
            errors = list(jsonschema.Draft7Validator(schemas[kind]).iter_errors(resource))
            for error in errors:
                print(f"deploy: {kind[1]}: {'/'.join(map(str, error.path))}: {error.message}", file=sys.stderr)
            failed |= bool(errors)
            if not errors:
                print(f"deploy: kustomize/ {kind[1]} ok (its project's definition)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
