#!/usr/bin/env python3
"""Fills a local AWS server (moto, or ministack with --only-basics) through its API.

One writer, seeded: the same arguments make the same accounts. Prints, or writes to --truth, what
was made: ids and relations by kind and account, to compare an inventory with.
"""

import argparse
import json
import random
import sys
import time
import urllib.request

import plan
from query import ServerError, Session


class Filler:
    """Fills one account and remembers what it made.

    With `basics` only what ministack has too is made. It leaves boundaries out of the account
    authorization details, so they are not remembered then."""

    def __init__(self, session, account, rng, basics):
        self.session = session
        self.account = account
        self.rng = rng
        self.basics = basics
        self.truth = {"kinds": {}, "relations": {}}

    def made(self, kind, identifier):
        self.truth["kinds"].setdefault(kind, []).append(identifier)

    def related(self, relation, start, end):
        self.truth["relations"].setdefault(relation, []).append([start, end])

    def create(self, action, path, get=None, **params):
        """Creates something and returns the text at `path`. A first try that was taken for lost may
        have worked: then `get` finds what it made."""
        try:
            return self.session.iam(action, **params).findtext(path)
        except ServerError as error:
            if error.code != "EntityAlreadyExists" or get is None:
                raise
            return self.session.iam(get[0], **get[1]).findtext(path)

    def do(self, action, **params):
        self.session.iam(action, **params)

    def inline(self, what, name, identifier):
        self.do(f"Put{what}Policy", **{f"{what}Name": name, "PolicyName": "inline", "PolicyDocument": plan.permission(self.rng)})
        self.truth.setdefault("inline", []).append(identifier)

    def bounded(self, identifier, extra):
        if "PermissionsBoundary" in extra and not self.basics:
            self.truth.setdefault("boundaries", []).append([identifier, extra["PermissionsBoundary"]])

    def policies(self, count):
        arns = []
        for index in range(count):
            arn = self.create(
                "CreatePolicy", "Policy/Arn", PolicyName=f"policy-{index:04}",
                Path="/" if index % 5 else "/teams/", PolicyDocument=plan.permission(self.rng),
            )
            self.made("aws.iam-policy", arn)
            arns.append(arn)
        return arns

    def providers(self):
        for url, audience in plan.OIDC.values():
            arn = self.create(
                "CreateOpenIDConnectProvider", "OpenIDConnectProviderArn", Url=url,
                ClientIDList=[audience], ThumbprintList=["6938fd4d98bab03faadb97b34396831e3780aea1"],
            )
            self.made("aws.oidc-provider", arn)
        for index in range(2):
            pem = plan.certificate(f"idp-{index}", 400 + index)
            arn = self.create(
                "CreateSAMLProvider", "SAMLProviderArn", Name=f"corp-{index}",
                SAMLMetadataDocument=plan.saml_metadata(f"idp-{index}", pem),
            )
            self.made("aws.saml-provider", arn)

    def groups(self, count, policies):
        names = []
        for index in range(count):
            name = f"group-{index:03}"
            identifier = self.create("CreateGroup", "Group/GroupId", ("GetGroup", {"GroupName": name}), GroupName=name)
            self.made("aws.iam-group", identifier)
            self.attach("Group", name, identifier, policies, 2)
            if index % 3 == 0:
                self.inline("Group", name, identifier)
            names.append((name, identifier))
        return names

    def attach(self, what, name, identifier, policies, most):
        for arn in self.rng.sample(policies, self.rng.randint(0, min(most, len(policies)))):
            self.do(f"Attach{what}Policy", **{f"{what}Name": name, "PolicyArn": arn})
            self.related("has_grant", identifier, arn)

    def users(self, count, policies, groups):
        for index in range(count):
            name = f"user-{index:04}"
            extra = {}
            if index % 10 == 3 and policies:
                extra["PermissionsBoundary"] = policies[index % len(policies)]
            if index % 4 == 0:
                extra["Tags"] = [{"Key": "owner", "Value": f"person{index % 50}@example.com"}]
            identifier = self.create(
                "CreateUser", "User/UserId", ("GetUser", {"UserName": name}), UserName=name,
                Path="/" if index % 3 else "/people/", **extra,
            )
            # moto forgets the boundaries of users, so they are given and not remembered.
            self.made("aws.iam-user", identifier)
            self.attach("User", name, identifier, policies, 1)
            if index % 5 == 1:
                self.inline("User", name, identifier)
            if groups:
                for group, group_id in self.rng.sample(groups, self.rng.randint(0, min(2, len(groups)))):
                    self.do("AddUserToGroup", UserName=name, GroupName=group)
                    self.related("member_of", identifier, group_id)
            self.credentials(index, name, identifier)

    def credentials(self, index, name, user):
        for n in range(self.rng.choice([0, 1, 1, 2])):
            key = self.create("CreateAccessKey", "AccessKey/AccessKeyId", UserName=name)
            self.made("aws.access-key", key)
            self.related("authenticates_as", key, user)
            if n == 1:
                self.do("UpdateAccessKey", UserName=name, AccessKeyId=key, Status="Inactive")
                self.truth.setdefault("disabled", []).append(key)
        if index % 3 == 0:
            self.do("CreateLoginProfile", UserName=name, Password="Pass-word-1!", PasswordResetRequired="false")
            self.made("aws.console-password", user)
            self.related("authenticates_as", user, user)
        if index % 6 == 0:
            serial = self.create("CreateVirtualMFADevice", "VirtualMFADevice/SerialNumber", VirtualMFADeviceName=f"mfa-{name}")
            self.do("EnableMFADevice", UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321")
            self.made("aws.mfa-device", serial)
            self.related("authenticates_as", serial, user)
        if self.basics:
            return
        if index % 17 == 0:
            key = self.create(
                "UploadSSHPublicKey", "SSHPublicKey/SSHPublicKeyId", UserName=name,
                SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 example",
            )
            self.made("aws.ssh-public-key", key)
            self.related("authenticates_as", key, user)
        if index % 41 == 0:
            pem = plan.certificate(name, 300 + index)
            certificate = self.create("UploadSigningCertificate", "Certificate/CertificateId", UserName=name, CertificateBody=pem)
            self.made("aws.signing-certificate", certificate)
            self.related("authenticates_as", certificate, user)

    def roles(self, count, policies):
        for index in range(count):
            name = f"role-{index:05}"
            extra = {}
            if index % 9 == 4 and policies:
                extra["PermissionsBoundary"] = policies[index % len(policies)]
            if index % 4 == 0:
                extra["Tags"] = [{"Key": "team", "Value": f"team-{index % 60}"}, {"Key": "cost", "Value": "a=b c"}]
            identifier = self.create(
                "CreateRole", "Role/RoleId", ("GetRole", {"RoleName": name}), RoleName=name,
                Path="/" if index % 7 else "/apps/", Description=f"role number {index}",
                AssumeRolePolicyDocument=plan.trust(self.rng, self.account, index), **extra,
            )
            self.made("aws.iam-role", identifier)
            self.bounded(identifier, extra)
            self.attach("Role", name, identifier, policies, 2)
            if index % 4 == 2:
                self.inline("Role", name, identifier)
            if index % 20 == 0:
                profile = self.create("CreateInstanceProfile", "InstanceProfile/InstanceProfileId", InstanceProfileName=f"profile-{index:05}")
                self.do("AddRoleToInstanceProfile", InstanceProfileName=f"profile-{index:05}", RoleName=name)
                self.made("aws.instance-profile", profile)
                self.related("runs_as", profile, identifier)

    def read_role(self):
        """The role that an inventory assumes."""
        identifier = self.create(
            "CreateRole", "Role/RoleId", ("GetRole", {"RoleName": "rollcall-read"}), RoleName="rollcall-read",
            AssumeRolePolicyDocument=plan.trust(self.rng, self.account, 6),
        )
        self.made("aws.iam-role", identifier)

    def server_certificates(self, count):
        for index in range(count):
            identifier = self.create(
                "UploadServerCertificate", "ServerCertificateMetadata/ServerCertificateId",
                ServerCertificateName=f"site-{index}", CertificateBody=plan.certificate(f"site-{index}", 90), PrivateKey="none",
            )
            self.made("aws.server-certificate", identifier)

    def fill(self, sizes):
        policies = self.policies(sizes["policies"])
        self.providers()
        groups = self.groups(sizes["groups"], policies)
        self.users(sizes["users"], policies, groups)
        self.roles(sizes["roles"], policies)
        self.read_role()
        if not self.basics:
            # moto gives all of an account's server certificates the same id: one is enough.
            self.server_certificates(1)
        self.do("CreateAccountAlias", AccountAlias=f"acme-{self.account}")
        return self.truth


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", default="http://127.0.0.1:5000")
    parser.add_argument("--roles", type=int, default=2000)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--policies", type=int, default=200)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--members", type=int, default=3, help="further accounts of the organisation")
    parser.add_argument("--member-roles", type=int, default=20)
    parser.add_argument("--member-users", type=int, default=10)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--truth", help="where to write what was made, as JSON; standard output without")
    parser.add_argument("--only-basics", action="store_true", help="leave out what only moto has")
    return parser.parse_args()


def main():
    given = arguments()
    started = time.monotonic()
    rng = random.Random(given.seed)
    if not given.only_basics:
        urllib.request.urlopen(f"{given.endpoint}/moto-api/seed?a={given.seed}", data=b"").read()
    base = Session(given.endpoint)
    own = base.sts("GetCallerIdentity").findtext("Account")
    truth = {"own": own, "organization": None, "accounts": {}}
    accounts = {}
    if given.members:
        organization = base.organizations("CreateOrganization", FeatureSet="ALL")["Organization"]
        truth["organization"] = organization["Id"]
        for index in range(given.members):
            made = base.organizations("CreateAccount", AccountName=f"member-{index}", Email=f"member{index}@example.com")
            account = made["CreateAccountStatus"]["AccountId"]
            role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
            entered = base.sts("AssumeRole", RoleArn=role, RoleSessionName="fill")
            accounts[account] = entered.findtext("Credentials/AccessKeyId")
    sizes = {"roles": given.roles, "users": given.users, "policies": given.policies, "groups": given.groups}
    sessions = [base]
    truth["accounts"][own] = Filler(base, own, rng, given.only_basics).fill(sizes)
    small = {"roles": given.member_roles, "users": given.member_users, "policies": 5, "groups": 2}
    for account, key in accounts.items():
        session = Session(given.endpoint, key=key)
        sessions.append(session)
        filler = Filler(session, account, rng, given.only_basics)
        # AWS makes this role with the account.
        made = session.iam("GetRole", RoleName="OrganizationAccountAccessRole").findtext("Role/RoleId")
        filler.made("aws.iam-role", made)
        truth["accounts"][account] = filler.fill(small)
    text = json.dumps(truth, indent=1, sort_keys=True)
    if given.truth:
        with open(given.truth, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text)
    calls = sum(s.calls for s in sessions)
    retried = sum(s.retried for s in sessions)
    print(f"{calls} calls, {retried} retried, {time.monotonic() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
