"""A small client of AWS's query and JSON protocols, for local servers.

It signs nothing: local servers read the account from the access key in the header and check no
signature. One connection at a time, since the servers are not safe against several writers.
"""

import http.client
import json
import re
import time
import urllib.parse
import xml.etree.ElementTree as ET


class ServerError(Exception):
    """An answer with an AWS error code, or none at all."""

    def __init__(self, status, code, message):
        super().__init__(f"HTTP {status} {code}: {message}")
        self.status = status
        self.code = code


class Session:
    """Calls in one account. `account` goes into a header that moto understands."""

    def __init__(self, endpoint, key="testing", account=None):
        parts = urllib.parse.urlsplit(endpoint)
        self.address = (parts.hostname, parts.port)
        self.key = key
        self.account = account
        self.connection = None
        self.calls = 0
        self.retried = 0

    def iam(self, action, **params):
        """One IAM call; the result's element tree without namespaces."""
        return self._query("iam", "2010-05-08", action, params)

    def sts(self, action, **params):
        return self._query("sts", "2011-06-15", action, params)

    def organizations(self, action, **params):
        """One Organizations call; the answer as a dictionary."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSOrganizationsV20161128.{action}",
        }
        return json.loads(self._send("organizations", json.dumps(params), headers) or "{}")

    def _query(self, service, version, action, params):
        fields = {"Action": action, "Version": version}
        for name, value in params.items():
            flatten(name, value, fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = self._send(service, urllib.parse.urlencode(fields), headers)
        root = ET.fromstring(re.sub(r'\sxmlns="[^"]*"', "", body, count=1))
        result = root.find(f"{action}Result")
        return root if result is None else result

    def _send(self, service, body, headers):
        scope = f"{self.key}/20260101/us-east-1/{service}/aws4_request"
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        )
        if self.account:
            headers["x-moto-account-id"] = self.account
        for attempt in range(8):
            self.calls += 1
            try:
                status, text = self._once(body, headers)
            except (OSError, http.client.HTTPException):
                self.connection = None
                status, text = 0, ""
            if 200 <= status < 300:
                return text
            code = re.search(r"<Code>([^<]*)</Code>", text) or re.search(r'"__type": ?"([^"]*)"', text)
            if code and status < 500:
                raise ServerError(status, code.group(1), text[:300])
            # moto stumbles now and then and says 500 with a page.
            self.retried += 1
            time.sleep(0.02 * 2**attempt)
        raise ServerError(status, "Unanswered", text[:300])

    def _once(self, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(*self.address, timeout=60)
        self.connection.request("POST", "/", body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return answer.status, text


def flatten(name, value, fields):
    """Lists and dictionaries as the query protocol writes them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            flatten(f"{name}.{key}", inner, fields)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value, 1):
            flatten(f"{name}.member.{index}", inner, fields)
    else:
        fields[name] = str(value)
