"""What an account holds: policies, trusts and certificates, made from a seeded generator."""

import datetime
import json


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources="*", **extra):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **extra}


def deny(actions, resources="*", **extra):
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **extra}


def permission(rng):
    """A permission document: plain, with conditions, with denies, with negated elements."""
    service = rng.choice(["s3", "ec2", "lambda", "dynamodb", "sqs", "kms", "logs", "ecr"])
    arn = f"arn:aws:{service}:::acme-{rng.randrange(1000)}"
    choices = [
        lambda: document(allow(f"{service}:*", arn)),
        lambda: document(allow([f"{service}:Get*", f"{service}:List*"], [arn, f"{arn}/*"])),
        lambda: document(
            allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            deny("iam:*", Sid="NoIam"),
        ),
        lambda: document(
            allow(
                "sts:AssumeRole",
                f"arn:aws:iam::*:role/team-{rng.randrange(40)}-*",
                Condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme123456"}},
            )
        ),
        lambda: document({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}),
        lambda: document({"Effect": "Deny", "Action": "s3:*", "NotResource": [arn]}),
        lambda: document(
            allow(
                "ec2:*",
                Condition={
                    "StringLike": {"aws:RequestedRegion": ["eu-*", "us-east-1"]},
                    "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                },
            )
        ),
        lambda: document(allow("iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": service + ".amazonaws.com"}})),
    ]
    return rng.choice(choices)()


OIDC = {
    "github": ("https://token.actions.githubusercontent.com", "sts.amazonaws.com"),
    "eks": ("https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", "sts.amazonaws.com"),
    "gitlab": ("https://gitlab.com", "https://gitlab.com"),
}


def trust(rng, account, index):
    """A trust document: services, CI systems, clusters, SAML, other accounts, the deleted."""

    def federated(name, condition):
        url, audience = OIDC[name]
        host = url.removeprefix("https://")
        return {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{host}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{host}:aud": audience}, **condition(host)},
        }

    def role(principal, **extra):
        return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **extra}

    service = rng.choice(["ec2", "lambda", "ecs-tasks", "pods.eks", "bedrock-agentcore"])
    team = rng.randrange(60)
    choices = [
        lambda: document(role({"Service": f"{service}.amazonaws.com"})),
        lambda: document(role({"Service": ["ec2.amazonaws.com", "ssm.amazonaws.com"]})),
        lambda: document(federated("github", lambda h: {"StringLike": {f"{h}:sub": f"repo:acme/svc-{team}:ref:refs/heads/main"}})),
        lambda: document(federated("github", lambda h: {"StringLike": {f"{h}:sub": f"repo:acme/svc-{team}:*"}})),
        lambda: document(federated("eks", lambda h: {"StringEquals": {f"{h}:sub": f"system:serviceaccount:team-{team}:app"}})),
        lambda: document(federated("gitlab", lambda h: {"StringLike": {f"{h}:sub": f"project_path:acme/p{team}:ref_type:branch:ref:*"}})),
        lambda: document(role({"AWS": f"arn:aws:iam::{account}:root"})),
        lambda: document(role({"AWS": "111122223333"}, Condition={"StringEquals": {"sts:ExternalId": f"x{team}"}})),
        lambda: document(role({"AWS": ["AROAEXAMPLEDELETED01", f"arn:aws:iam::{account}:root"]})),
        lambda: document(
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{account}:saml-provider/corp-0"},
                "Action": "sts:AssumeRoleWithSAML",
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            }
        ),
        lambda: document(role("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme123456"}})),
    ]
    return choices[index % len(choices)]()


def certificate(name, days):
    """A self-signed certificate in PEM form."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def saml_metadata(name, pem):
    body = "".join(line for line in pem.splitlines() if not line.startswith("---"))
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
        f'entityID="https://{name}.example.com/saml"><md:IDPSSODescriptor '
        'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        '</md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="https://{name}.example.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
    ).ljust(1000)
