#!/usr/bin/env python3
"""Compares what rollcall reads from workflows with an independent extraction and with zizmor.

    compare_zizmor.py SCAN REPOS --zizmor PATH > docs/comparison-zizmor.md

SCAN is the built example `scan` of connectors/code, REPOS a folder with clones `owner/name`. The
independent extraction is PyYAML without guessing of types and regular expressions (`compare.py`).
Every difference is put into a class by what stands in the file; one that fits no class is printed
as unexplained and makes the script fail. Needs: pyyaml, codeowners.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

import yaml

import compare

LOGINS = {
    "aws-actions/configure-aws-credentials": ("aws", ["role-to-assume"]),
    "google-github-actions/auth": ("gcp", ["service_account", "workload_identity_provider"]),
    "azure/login": ("azure", ["client-id"]),
    "hashicorp/vault-action": ("vault", ["role"]),
}
# Facts that both sides name: the column, and what it counts.
FACTS = {
    "jobs": "jobs",
    "triggers": "events that start a workflow, once for each file",
    "uses": "actions and workflows of other repositories, once for each job",
    "unpinned": "those of them that are not named by a full commit",
    "job secrets": "secrets named, once for each job; the built-in token is not one",
    "permissions": "what a job's token may do, scope by scope, and whether the job, the workflow or the default says it",
    "oidc jobs": "jobs that may ask for an OIDC token",
    "inherit": "jobs that hand all secrets to the workflow they call",
    "logins": "logins to AWS, Google Cloud, Azure and Vault, with the role, account, client or `computed`",
}
AUDITS = {
    "unpinned-uses": "`unpinned-uses`: lines that run code which can change under its name",
    "secrets-inherit": "`secrets-inherit`: jobs that hand over all secrets",
    "overprovisioned-secrets": "`overprovisioned-secrets`: files in which all secrets are taken at once",
    "secrets-outside-env": "`secrets-outside-env`: jobs that use a secret without an environment",
    "excessive-default": "`excessive-permissions`: jobs of which nothing says what their token may do",
    "excessive-workflow": "`excessive-permissions`: scopes that a whole workflow may write",
    "dangerous-triggers": "`dangerous-triggers`: `pull_request_target`, `workflow_run`, `issue_comment`",
    "unpinned-images": "`unpinned-images`: images of jobs and services without a digest",
    "self-hosted-runner": "`self-hosted-runner`: jobs on machines of the owner, or on a named group of runners",
}
CLASSES = {
    "silenced": "A comment `zizmor: ignore` in the file silences zizmor. What is declared is declared all the same, so "
                "rollcall tells it.",
    "handed over": "The job hands named secrets to the workflow it calls. zizmor looks only at jobs with steps of their "
                   "own; to rollcall the job uses the secret.",
    "callable": "Other workflows can call this one (`workflow_call`). zizmor leaves all such workflows out of this audit, "
                "since the caller may pass the secret; rollcall tells which secrets a job names, whoever sets them.",
    "workflow env": "The secret stands in the `env` of the whole workflow, which every job sees. zizmor counts only what "
                    "the job itself names.",
    "switched off": "The job's condition is `false`. zizmor passes over it; rollcall reads it, and says that it is "
                    "disabled.",
    "labeler": "zizmor lets `pull_request_target` pass where `actions/labeler` is all that runs. rollcall tells the "
               "trigger and judges later.",
    "computed name": "The secret is picked by a computed name. zizmor counts that as taking all of them; rollcall has "
                     "an attribute of its own for it, `computed_secret`.",
    "computed image": "The image is an expression. zizmor says that it may not be pinned; rollcall names no image that "
                      "it does not know.",
}


def independent(repo):
    """compare.py's facts, with permissions, logins and the files PyYAML cannot read."""
    out, _ = compare.independent(repo)
    for path in out["workflows"] - out["broken"]:
        tree = yaml.load((repo / path).read_text(errors="replace"), Loader=yaml.BaseLoader)
        if not isinstance(tree, dict):
            continue
        for job_id, job in (tree.get("jobs") or {}).items():
            if not isinstance(job, dict):
                continue
            source = "job" if "permissions" in job else "workflow" if "permissions" in tree else "default"
            said = {"job": job, "workflow": tree, "default": {"permissions": "default"}}[source]["permissions"]
            if isinstance(said, dict):
                said = [f"{scope}:{level}" for scope, level in said.items()] or ["none"]
            else:
                said = [said or "none"]
            out["permissions"] |= {(path, job_id, source, one) for one in said}
            for step in job.get("steps") or []:
                if not isinstance(step, dict) or "uses" not in step:
                    continue
                known = LOGINS.get(step["uses"].split("@")[0].lower())
                if not known:
                    continue
                inputs = {k.lower(): v for k, v in (step.get("with") or {}).items()}
                value = next((inputs[name] for name in known[1] if name in inputs), None)
                for env in (step.get("env"), job.get("env"), tree.get("env")):
                    named = compare.re.fullmatch(r"\$\{\{\s*env\.(\w+)\s*\}\}", value or "")
                    if named and isinstance(env, dict) and named.group(1) in env:
                        value = env[named.group(1)]
                        break
                if value is not None:
                    value = "computed" if "${{" in value or not value else value
                out["logins"].add((path, job_id, known[0], value))
    return out


def scanned(lines):
    """The same facts and those zizmor has, from the connector's records, by repository."""
    lines = list(lines)
    repositories, _, _ = compare.scanned(lines)
    problems = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in lines:
        line = json.loads(line)
        for weight in ("problem", "note"):
            if weight in line and line[weight].get("scope", {}).get("stream") == "declarations":
                evidence = line[weight].get("evidence") or {}
                realm = line[weight]["scope"]["realm"]
                problems[realm][evidence.get("file")].append((weight, line[weight]["code"], evidence.get("line")))
        record = line.get("record")
        if not record or line["scope"]["stream"] != "declarations" and record["record"] != "entity":
            continue
        out = repositories[line["scope"]["realm"]]
        if record["record"] == "entity":
            kind, key, attributes = record["key"]["kind"], record["key"]["id"], record.get("attributes", {})
            if kind == "code.workflow-file":
                for one in attributes.get("permissions", []):
                    if one.endswith(":write"):
                        out["excessive-workflow"].add((key, one.split(":")[0]))
            elif kind == "github.workflow-trigger":
                path, event = key.split("#", 1)
                if event in ("pull_request_target", "workflow_run", "issue_comment"):
                    out["dangerous-triggers"].add((path, event))
            elif kind == "github.workflow-job":
                path, job = key.split("#", 1)
                said = attributes.get("permissions", [])
                out["permissions"] |= {(path, job, attributes.get("permissions_from"), one) for one in said}
                for login in attributes.get("logins", []):
                    if login["to"] in ("aws", "gcp", "azure", "vault"):
                        value = login.get("as")
                        # A computed text is a template: `{…}` stands where an expression did.
                        value = "computed" if value is not None and ("{" in value or not value) else value
                        out["logins"].add((path, job, login["to"], value))
                if attributes.get("permissions_from") == "default":
                    out["excessive-default"].add((path, job))
                secret = attributes.get("secrets") or attributes.get("computed_secret") or attributes.get("all_secrets")
                if secret and not attributes.get("environment"):
                    out["secrets-outside-env"].add((path, job))
                if attributes.get("all_secrets"):
                    out["overprovisioned-secrets"].add((path,))
                if attributes.get("computed_secret"):
                    out["computed secret"].add((path,))
                if attributes.get("self_hosted") or attributes.get("runner_group"):
                    out["self-hosted-runner"].add((path, job))
                if attributes.get("inherits_secrets"):
                    out["secrets-inherit"].add((path, job))
        elif record["record"] == "relation" and record["relation"] == "calls":
            source, target = record["from"].get("key"), record["to"].get("reference")
            if not target or source["kind"] != "github.workflow-job" or record["attributes"].get("pinned"):
                continue
            path, job = source["id"].split("#", 1)
            if target["namespace"] in ("github.action", "github.workflow"):
                out["unpinned-uses"] |= {(path, evidence["line"]) for evidence in record["evidence"]}
            elif target["namespace"] == "container.image":
                out["unpinned-images"] |= {(path, evidence["line"]) for evidence in record["evidence"]}
    return repositories, problems


def zizmor(program, repo):
    """zizmor's findings in the terms of AUDITS."""
    command = [program, "--offline", "--no-exit-codes", "--persona=auditor", "--format=json-v1",
               "--collect=workflows", "--no-config", "."]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repo)
    if done.returncode:
        sys.exit(done.stderr)
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout):
        for location in finding["locations"]:
            symbolic = location["symbolic"]
            if symbolic["kind"] != "Primary":
                continue
            path = symbolic["key"]["Local"]["verbatim_path"].removeprefix("./")
            line = location["concrete"]["location"]["start_point"]["row"] + 1
            route = [step.get("Key", step.get("Index")) for step in symbolic["route"]["route"]]
            audit = finding["ident"]
            job = (path, route[1]) if route[:1] == ["jobs"] and len(route) > 1 else None
            if audit in ("unpinned-uses", "unpinned-images"):
                found[audit].add((path, line))
            elif audit in ("secrets-inherit", "secrets-outside-env", "self-hosted-runner") and job:
                found[audit].add(job)
            elif audit == "overprovisioned-secrets":
                found[audit].add((path,))
            elif audit == "dangerous-triggers":
                found[audit].add((path, symbolic["annotation"].split()[0]))
            elif audit == "excessive-permissions":
                if job and "default permissions" in symbolic["annotation"]:
                    found["excessive-default"].add(job)
                elif "overly broad at the workflow level" in symbolic["annotation"]:
                    found["excessive-workflow"].add((path, symbolic["annotation"].split(":")[0]))
    return found


def explain(repo, audit, item, by_us, ours):
    """The class of a difference with zizmor; nothing where none fits."""
    text = (repo / item[0]).read_text(errors="replace")
    lines = text.split("\n")
    tree = yaml.load(text, Loader=yaml.BaseLoader)
    jobs = tree.get("jobs") or {}
    on = tree.get("on", {})
    if isinstance(item[-1], int):
        job = job_at(text, item[1])
    else:
        job = item[1] if len(item) > 1 and item[1] in jobs else None
    body = jobs.get(job) or {}
    name = audit.replace("excessive-default", "excessive-permissions").replace("excessive-workflow", "excessive-permissions")
    silenced = [n for n, line in enumerate(lines, 1) if "zizmor: ignore" in line and name in line]
    if by_us:
        if str(body.get("if", "")).replace("${{", "").replace("}}", "").strip() == "false":
            return "switched off"
        if silenced and (not isinstance(item[-1], int) or item[1] in silenced):
            return "silenced"
        if audit == "dangerous-triggers":
            uses = {step.get("uses", "").split("@")[0] for b in jobs.values() for step in b.get("steps") or []}
            return "labeler" if uses == {"actions/labeler"} else None
        if audit == "secrets-outside-env":
            if "uses" in body:
                return "handed over"
            events = [on] if isinstance(on, str) else list(on)
            if "workflow_call" in events:
                return "callable"
            in_job = any(compare.secrets_in(scalar) for _, scalar in compare.walk_scalars(body))
            if not in_job and compare.secrets_in(json.dumps(tree.get("env") or {})):
                return "workflow env"
        return None
    if audit == "unpinned-images" and "${{" in lines[item[1] - 1]:
        return "computed image"
    if audit == "overprovisioned-secrets" and item in ours["computed secret"]:
        return "computed name"
    return None


def job_at(text, line):
    """The job around a line."""
    for key, value in yaml.compose(text, Loader=yaml.SafeLoader).value:
        if key.value == "jobs":
            for job, body in value.value:
                if job.start_mark.line < line <= body.end_mark.line:
                    return job.value
    return None


def cell(ours, theirs):
    return str(len(ours)) if ours == theirs else f"**{len(ours)}** / {len(theirs)}"


def table(header, rows):
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("scan")
    arguments.add_argument("repos", type=pathlib.Path)
    arguments.add_argument("--zizmor", default="zizmor")
    options = arguments.parse_args()
    done = subprocess.run([options.scan, "--no-history", str(options.repos.resolve())], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    repositories, problems = scanned(done.stdout.splitlines())
    version = subprocess.run([options.zizmor, "--version"], capture_output=True, text=True).stdout.split()[-1]
    repos = sorted((p for p in options.repos.glob("*/*") if (p / ".git").exists()), key=lambda p: str(p).lower())
    facts, audits, unequal, differing = [], [], [], collections.defaultdict(list)
    sums, total = collections.Counter(), collections.Counter()
    for repo in repos:
        name = f"{repo.parent.name}/{repo.name}"
        ours, theirs = repositories[f"github.com/{name}"], independent(repo)
        commit = compare.git(repo, "rev-parse", "--short=10", "HEAD").strip()
        mine = {p: f for p, f in problems[f"github.com/{name}"].items() if p in theirs["workflows"]}
        hidden = {path for path, found in mine.items() if any(weight == "problem" for weight, _, _ in found)}
        unequal += [f"{name}: {path} has a problem without a line" for path, found in mine.items()
                    if any(line is None for _, _, line in found)]
        unequal += [f"{name}: PyYAML cannot read {path}, and no problem says so" for path in theirs["broken"] - hidden]
        whole = len(theirs["workflows"] - hidden)
        row = [name, f"`{commit}`", cell(ours["workflows"], theirs["workflows"]), str(whole), str(len(hidden))]
        sums.update({"workflows": len(ours["workflows"]), "whole": whole, "hidden": len(hidden)})
        for fact in FACTS:
            row.append(cell(ours[fact], theirs[fact]))
            sums[fact] += len(ours[fact])
            unequal += [f"{name}: {fact}: only rollcall {item}" for item in sorted(ours[fact] - theirs[fact], key=str)]
            unequal += [f"{name}: {fact}: only PyYAML {item}" for item in sorted(theirs[fact] - ours[fact], key=str)]
        facts.append(row)
        found = zizmor(options.zizmor, repo)
        row = [name]
        for audit in AUDITS:
            row.append(cell(ours[audit], found[audit]))
            total[audit, "rollcall"] += len(ours[audit])
            total[audit, "zizmor"] += len(found[audit])
            total[audit, "both"] += len(ours[audit] & found[audit])
            for by_us, items in ((True, ours[audit] - found[audit]), (False, found[audit] - ours[audit])):
                for item in sorted(items, key=str):
                    why = explain(repo, audit, item, by_us, ours)
                    differing[audit, "rollcall" if by_us else "zizmor", why].append((name, item))
        audits.append(row)
    sums_row = ["**all**", "", *[str(sums[c]) for c in ["workflows", "whole", "hidden", *FACTS]]]
    print(f"""# Workflows beside other means

What rollcall reads from the workflows of {len(repos)} public repositories, beside an extraction that shares none of its
code (PyYAML {yaml.__version__} without guessing of types, and regular expressions over the text) and beside zizmor {version},
a linter of workflows. This page is what the script prints; `FOLDER` holds clones as `owner/name`.

```sh
cargo build -p rollcall-code --example scan
python3 tests/code/compare_zizmor.py target/debug/examples/scan FOLDER --zizmor zizmor > docs/comparison-zizmor.md
```

Where both sides name exactly the same things (the same paths, jobs and names, not only as many) one number is shown;
else rollcall's and theirs.

## Facts

Every workflow file is read whole, or has a problem that names its line.
""")
    for fact, title in FACTS.items():
        print(f"- **{fact}**: {title}.")
    print()
    table(["repository", "commit", "files", "read whole", "with a located problem", *FACTS], [*facts, sums_row])
    if unequal:
        print("These differ:\n")
        for one in unequal:
            print(f"- {one}")
        print()
    else:
        print("Nothing differs.\n")
    print("## zizmor\n\nAudits that ask for what rollcall reads too, run as `--persona=auditor --offline`:\n")
    for title in AUDITS.values():
        print(f"- {title}.")
    print()
    sums_row = ["**all**"]
    for audit in AUDITS:
        a, b = total[audit, "rollcall"], total[audit, "zizmor"]
        sums_row.append(str(a) if a == b == total[audit, "both"] else f"**{a}** / {b}, both {total[audit, 'both']}")
    table(["repository", *AUDITS], [*audits, sums_row])
    print("## Differences with zizmor, one by one\n")
    classes = collections.defaultdict(list)
    for (audit, side, why), items in sorted(differing.items(), key=str):
        classes[why].append((audit, side, items))
    for why, title in CLASSES.items():
        if why not in classes:
            continue
        count = sum(len(items) for _, _, items in classes[why])
        print(f"### {why.capitalize()}: {count}\n\n{title}\n")
        rows = []
        for audit, side, items in classes[why]:
            grouped = collections.defaultdict(list)
            for name, item in items:
                path = item[0].removeprefix(".github/workflows/")
                grouped[name].append(f"`{path}`" + (f" {item[1]}" if len(item) > 1 else ""))
            rows += [[audit, side, name, ", ".join(found)] for name, found in grouped.items()]
        table(["audit", "only", "repository", "where (job or line)"], rows)
    if None in classes:
        print("### Unexplained\n")
        for audit, side, items in classes[None]:
            for name, item in items:
                print(f"- {audit}: only {side}: {name} {item}")
    sys.exit(1 if unequal or None in classes else 0)


if __name__ == "__main__":
    main()
