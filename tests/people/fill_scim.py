"""Fills a SCIM server with people and groups, and prints what it now holds.

    fill_scim.py --url URL --token TOKEN [--users N] [--groups N]

Every seventh user is inactive, every fifth is a contractor, all but the first have a manager. Each
group has every user whose number it divides as a member, and all groups are in the first one.
"""

import argparse
import json
import urllib.request

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class Server:
    """Calls to one server."""

    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/scim+json",
        }

    def create(self, kind, body):
        """Makes something; its id."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{kind}", data, self.headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["id"]


def user(number, manager):
    """A user's body."""
    body = {
        "schemas": [CORE + "User", ENTERPRISE],
        "userName": f"person{number}",
        "displayName": f"Person {number}",
        "name": {"givenName": "Person", "familyName": str(number)},
        "emails": [
            {"value": f"person{number}@example.com", "type": "work", "primary": True},
            {"value": f"p{number}@example.org", "type": "home"},
        ],
        "title": "Engineer",
        "userType": "Contractor" if number % 5 == 0 else "Employee",
        "active": number % 7 != 0,
        ENTERPRISE: {"department": "Engineering"},
    }
    if manager:
        body[ENTERPRISE]["manager"] = {"value": manager}
    return body


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--users", type=int, default=25)
    parser.add_argument("--groups", type=int, default=4)
    options = parser.parse_args()
    server = Server(options.url, options.token)

    users = []
    for number in range(1, options.users + 1):
        users.append(server.create("Users", user(number, users[0] if users else None)))
    groups = {}
    for number in range(options.groups, 0, -1):
        members = [one for i, one in enumerate(users, 1) if i % number == 0]
        listed = [{"value": one, "type": "User"} for one in members]
        if number == 1:
            listed += [{"value": one, "type": "Group"} for one in groups]
        name = f"group {number}"
        made = server.create(
            "Groups", {"schemas": [CORE + "Group"], "displayName": name, "members": listed}
        )
        groups[made] = {"name": name, "members": sorted(one["value"] for one in listed)}
    print(
        json.dumps(
            {
                "users": {
                    one: {
                        "email": f"person{i}@example.com",
                        "active": i % 7 != 0,
                        "employment": "contractor" if i % 5 == 0 else "employee",
                        "manager": users[0] if i > 1 else None,
                    }
                    for i, one in enumerate(users, 1)
                },
                "groups": groups,
            }
        )
    )


if __name__ == "__main__":
    main()
