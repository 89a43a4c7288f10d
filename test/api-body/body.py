"""Prints the OpenAPI body that CloudFormation hands to API Gateway: sam.json after the SAM transform, each intrinsic
function replaced by a string. With --architect: without what src/plugins/stack/http-api.ts adds."""

import json
import os
import sys

from samtranslator.translator.transform import transform


class NoManagedPolicies:
    def load(self):
        return {}


def without_intrinsics(value):
    if isinstance(value, list):
        return [without_intrinsics(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        return "text"
    return {key: without_intrinsics(item) for key, item in value.items()}


os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
with open("sam.json", encoding="utf-8") as file:
    template = json.load(file)
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://bucket/key"
transformed = transform(template, {}, NoManagedPolicies())
apis = [r for r in transformed["Resources"].values() if r["Type"] == "AWS::ApiGatewayV2::Api"]
body = without_intrinsics(apis[0]["Properties"]["Body"])
if "--architect" in sys.argv:
    body["info"].pop("version")
    for path in body["paths"].values():
        for operation in path.values():
            operation.pop("responses")
print(json.dumps(body))
