"""Answers that Okta gave, recorded by the tests of Okta's own client for Python.

    recorded.py FOLDER

FOLDER is the client's source package. Prints JSON lines: `operation` (with placeholders for ids),
`case` (file and number), `body`. Only answers of status 200 that are JSON.
"""

import json
import pathlib
import re
import sys

import yaml

# Ids of users, groups and the like: twenty characters that begin with digits.
ID = re.compile(r"/(00[a-z0-9][A-Za-z0-9]{15,})(?=/|$)")


def operation(request):
    """`GET /api/v1/users/{id}` of a request."""
    path = re.sub(r"^https?://[^/]+", "", request["uri"]).split("?")[0].rstrip("/")
    return f"{request['method']} {ID.sub('/{id}', path)}"


def main():
    folder = pathlib.Path(sys.argv[1]) / "tests" / "integration" / "cassettes"
    files = sorted(folder.glob("test_users_it/*.yaml")) + sorted(folder.glob("test_groups_it/*.yaml"))
    if not files:
        sys.exit(f"no recorded answers in {folder}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        recorded = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        for number, interaction in enumerate(recorded["interactions"]):
            response = interaction["response"]
            if response["status"]["code"] != 200:
                continue
            try:
                body = json.loads(response["body"]["string"])
            except (ValueError, TypeError):
                continue
            case = f"{file.stem}#{number}"
            line = {"operation": operation(interaction["request"]), "case": case, "body": body}
            print(json.dumps(line))


if __name__ == "__main__":
    main()
