"""Okta's types as its own client for Python has them, which is made from Okta's newest description.

Prints an OpenAPI description of users and groups with those types. No registry has the document
itself in a version as new.
"""

import json

from okta.models.group import Group
from okta.models.user import User

REFERENCE = "#/components/schemas/{model}"


def without_catch_all(schema):
    """The schema without the field in which the client keeps what it does not know."""
    schema.get("properties", {}).pop("additional_properties", None)
    return schema


def main():
    schemas = {}
    paths = {}
    for model, operations in [
        (User, ["/api/v1/users", "/api/v1/groups/{groupId}/users"]),
        (Group, ["/api/v1/groups", "/api/v1/users/{userId}/groups"]),
    ]:
        schema = model.model_json_schema(ref_template=REFERENCE, by_alias=True)
        schemas |= {name: without_catch_all(inner) for name, inner in schema.pop("$defs", {}).items()}
        schemas[model.__name__] = without_catch_all(schema)
        items = {"$ref": REFERENCE.format(model=model.__name__)}
        content = {"application/json": {"schema": {"type": "array", "items": items}}}
        for path in operations:
            paths[path] = {"get": {"responses": {"200": {"description": "", "content": content}}}}
    info = {"title": "Okta's types", "version": "1"}
    print(json.dumps({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}))


if __name__ == "__main__":
    main()
