#!/usr/bin/env python3
"""Compares what the code connector reads from checkouts with independent counts.

    compare.py SCAN REPOS [--blame N] [--zizmor PATH]

SCAN is the built example `scan` of connectors/code, REPOS a folder with checkouts `owner/name`.
The independent side is git (which files are tracked, who changed lines), PyYAML without type
guessing, regular expressions over the text, and the package `codeowners`; zizmor where its findings
mean the same. Prints one Markdown table and every difference by name. Needs: pyyaml, codeowners.
"""

import argparse
import collections
import fnmatch
import json
import pathlib
import re
import subprocess
import sys

import codeowners
import yaml

SHA = re.compile(r"^[0-9a-f]{40}$", re.I)
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.S)
SECRET = re.compile(r"(?<![\w.-])secrets\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([^']+)'\s*\])", re.I)
INSTRUCTIONS = [
    "AGENTS.md", "CLAUDE.md", "GEMINI.md", ".cursorrules", ".windsurfrules", ".clinerules", ".goosehints",
    "CLAUDE.local.md", "QWEN.md", "WARP.md", "AGENT.md",
]
MCP = [
    ".mcp.json", ".vscode/mcp.json", ".cursor/mcp.json", ".roo/mcp.json", ".kiro/settings/mcp.json",
    "gemini-extension.json", ".github/mcp.json", ".junie/mcp/mcp.json",
]
EXCLUDED = {"node_modules", "bower_components", "site-packages", "__pycache__", ".venv", "venv", ".tox",
            ".terraform", ".gradle", ".yarn"}


def git(repo, *arguments):
    done = subprocess.run(["git", "-C", str(repo), *arguments], capture_output=True, text=True, errors="replace")
    return done.stdout


def walk_scalars(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk_scalars(value, path + (key,))
    elif isinstance(node, list):
        for item in node:
            yield from walk_scalars(item, path)
    elif isinstance(node, str):
        yield path, node


def secrets_in(text):
    names = set()
    for expression in EXPRESSION.findall(text):
        # Literals of expressions name nothing.
        code = re.sub(r"'(?:[^']|'')*'(?!\s*\])", "", expression)
        for a, b in SECRET.findall(code):
            names.add((a or b).upper())
    names.discard("GITHUB_TOKEN")
    return names


def independent(repo):
    """What the working tree declares, by other means."""
    tracked = [p for p in git(repo, "ls-files", "-z").split("\0") if p]
    tracked = [p for p in tracked if not EXCLUDED & set(p.split("/")[:-1])]
    tracked = [p for p in tracked if (repo / p).is_file()]
    out = collections.defaultdict(set)
    for path in tracked:
        name = path.rsplit("/", 1)[-1]
        if re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path):
            out["workflows"].add(path)
        if name in INSTRUCTIONS:
            out["instructions"].add(path)
        if any(path == m or path.endswith("/" + m) for m in MCP):
            out["mcp files"].add(path)
    for path in out["workflows"]:
        text = (repo / path).read_text(errors="replace")
        try:
            # BaseLoader leaves every scalar a text: `on` stays `on`.
            tree = yaml.load(text, Loader=yaml.BaseLoader)
        except yaml.YAMLError:
            out["broken"].add(path)
            continue
        if not isinstance(tree, dict):
            continue
        workflow_env = secrets_in(json.dumps(tree.get("env") or {}, ensure_ascii=False))
        top = tree.get("permissions")
        on = tree.get("on", tree.get("true"))
        events = [on] if isinstance(on, str) else list(on or [])
        for event in events:
            out["triggers"].add((path, event))
        for job_id, job in (tree.get("jobs") or {}).items():
            out["jobs"].add((path, job_id))
            if not isinstance(job, dict):
                continue
            names = set(workflow_env)
            for where, scalar in walk_scalars(job):
                names |= secrets_in(scalar)
                if where and where[-1] == "if" and "${{" not in scalar:
                    names |= secrets_in("${{" + scalar + "}}")
            for name in names:
                out["job secrets"].add((path, job_id, name))
            permissions = job.get("permissions", top)
            if permissions is None and "permissions" not in job and "permissions" not in tree:
                out["jobs on the default"].add((path, job_id))
            if permissions == "write-all" or isinstance(permissions, dict) and permissions.get("id-token") == "write":
                out["oidc jobs"].add((path, job_id))
            if job.get("secrets") == "inherit":
                out["inherit"].add((path, job_id))
            uses = [job["uses"]] if "uses" in job else []
            for step in job.get("steps") or []:
                if isinstance(step, dict) and "uses" in step:
                    uses.append(step["uses"])
                    role = (step.get("with") or {}).get("role-to-assume") if isinstance(step.get("with"), dict) else None
                    named = re.fullmatch(r"\$\{\{\s*env\.(\w+)\s*\}\}", role or "")
                    if named:
                        for env in (step.get("env"), job.get("env"), tree.get("env")):
                            if isinstance(env, dict) and named.group(1) in env:
                                role = env[named.group(1)]
                                break
                    if role and role.startswith("arn:") and "${{" not in role:
                        out["roles"].add((path, job_id, role))
            for text_of_use in uses:
                # `$/x` is `x` of this repository at this commit, like `./x`.
                if text_of_use.startswith(("./", "$/")) or text_of_use.startswith("docker://") or "@" not in text_of_use:
                    continue
                address, reference = text_of_use.split("@", 1)
                parts = address.rstrip("/").split("/")
                address = "/".join([p.lower() for p in parts[:2]] + parts[2:])
                out["uses"].add((path, job_id, address, reference))
                if not SHA.match(reference):
                    out["unpinned"].add((path, job_id, address, reference))
    return out, tracked


def scanned(lines):
    """The same facts from the connector's records, by repository."""
    repositories = collections.defaultdict(lambda: collections.defaultdict(set))
    changed = collections.defaultdict(dict)
    owned = collections.defaultdict(lambda: collections.defaultdict(set))
    for line in lines:
        line = json.loads(line)
        record = line.get("record")
        if not record:
            continue
        realm = line["scope"]["realm"]
        out = repositories[realm]
        if record["record"] == "entity":
            kind, key = record["key"]["kind"], record["key"]["id"]
            attributes = record.get("attributes", {})
            if kind == "code.workflow-file":
                out["workflows"].add(key)
            elif kind == "code.agent-instructions" and key.rsplit("/", 1)[-1] in INSTRUCTIONS:
                out["instructions"].add(key)
            elif kind == "code.mcp-config" and any(key == m or key.endswith("/" + m) for m in MCP):
                out["mcp files"].add(key)
            elif kind == "github.workflow-trigger":
                out["triggers"].add(tuple(key.split("#", 1)))
            elif kind == "github.workflow-job":
                job = tuple(key.split("#", 1))
                out["jobs"].add(job)
                out["job secrets"] |= {job + (name,) for name in attributes.get("secrets", [])}
                if record.get("disabled"):
                    out["off"].add(job)
                if attributes.get("id_token"):
                    out["oidc jobs"].add(job)
                if attributes.get("permissions_from") == "default":
                    out["jobs on the default"].add(job)
                if attributes.get("inherits_secrets"):
                    out["inherit"].add(job)
                evidence = record["evidence"][0]
                changed[realm].setdefault("jobs", {})[job] = evidence["line"]
        elif record["record"] == "relation":
            source, target = record["from"].get("key"), record["to"].get("reference")
            if record["relation"] == "calls" and target and target["namespace"] in ("github.action", "github.workflow"):
                if source["kind"] == "github.workflow-job" and not record["attributes"].get("local"):
                    use = tuple(source["id"].split("#", 1)) + (target["value"], record["attributes"].get("ref", ""))
                    out["uses"].add(use)
                    if not record["attributes"]["pinned"]:
                        out["unpinned"].add(use)
                        # zizmor passes over jobs whose condition is `false`.
                        if use[:2] not in out["off"]:
                            out["unpinned lines"] |= {(use[0], e["line"]) for e in record["evidence"]}
                if record["attributes"].get("inherits_secrets"):
                    path = source["id"].split("#", 1)[0]
                    out["inherit lines"] |= {(path, e["line"]) for e in record["evidence"]}
            elif record["relation"] == "runs_as" and target and target["namespace"] == "aws.arn" and source["kind"] == "github.workflow-job":
                out["roles"].add(tuple(source["id"].split("#", 1)) + (target["value"],))
            elif record["relation"] == "last_changed":
                to = record["to"]["key"]
                changed[realm][(to["kind"], to["id"])] = record["attributes"]["commit"]
            elif record["relation"] == "owned_by":
                owned[realm][source["id"]].add(target["value"])
    return repositories, changed, owned


def blame_check(repo, changed, limit):
    """Jobs whose last change is the one `git blame` names, of a sample."""
    agree, differ = 0, []
    jobs = changed.get("jobs", {})
    by_file = collections.defaultdict(list)
    for (path, job), line in jobs.items():
        by_file[path].append((line, job))
    for path in sorted(by_file)[:limit]:
        text = (repo / path).read_text(errors="replace")
        lines = text.split("\n")
        porcelain = git(repo, "blame", "--line-porcelain", "--diff-algorithm=histogram", "--", path)
        origin, time, commit = [], {}, None
        for row in porcelain.split("\n"):
            match = re.match(r"^([0-9a-f]{40}) \d+ \d+", row)
            if match:
                commit = match.group(1)
            elif row.startswith("committer-time "):
                time[commit] = int(row.split()[1])
            elif row.startswith("\t"):
                origin.append(commit)
        starts = sorted(by_file[path])
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        spans = {}
        for key, value in tree.value:
            if key.value == "jobs":
                for job_key, job_value in value.value:
                    last = job_value.end_mark.line
                    while last > job_key.start_mark.line and (last > len(lines) - 1 or not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
                        last -= 1
                    spans[job_key.value] = (job_key.start_mark.line, max(last, job_key.start_mark.line + 1))
        for _, job in starts:
            first, last = spans[job]
            latest = max((time[c], c) for c in origin[first:last])
            ours = changed.get(("github.workflow-job", f"{path}#{job}"))
            if ours == latest[1] or ours and time.get(ours) == latest[0]:
                agree += 1
            else:
                differ.append((path, job, ours, latest[1]))
    return agree, differ


def files_check(repo, changed):
    """Workflow files whose last change is the one `git log` names."""
    agree, differ = 0, []
    for (kind, path), commit in changed.items():
        if kind != "code.workflow-file" or kind == "jobs":
            continue
        expected = git(repo, "log", "-1", "--format=%H", "--", path).strip()
        if expected == commit:
            agree += 1
        else:
            differ.append((path, commit, expected))
    return agree, differ


def owners_check(repo, ours, paths):
    place = next((p for p in [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"] if (repo / p).is_file()), None)
    if not place:
        return None, []
    parser = codeowners.CodeOwners((repo / place).read_text())
    agree, differ = 0, []
    for path in paths:
        expected = {value.lower().lstrip("@") for _, value in parser.of(path)}
        if expected == ours.get(path, set()):
            agree += 1
        else:
            differ.append((path, sorted(ours.get(path, set())), sorted(expected)))
    return agree, differ


def zizmor_findings(zizmor, repo):
    """Lines of workflows with a finding, by audit. Findings that a comment in the file silences are not told."""
    done = subprocess.run(
        [zizmor, "--offline", "--no-exit-codes", "--persona=auditor", "--format=json-v1", "--collect=workflows",
         "--no-config", str(repo)],
        capture_output=True, text=True)
    found = collections.defaultdict(set)
    for finding in json.loads(done.stdout):
        for location in finding["locations"]:
            if location["symbolic"]["kind"] != "Primary":
                continue
            path = location["symbolic"]["key"]["Local"]["verbatim_path"]
            path = str(pathlib.Path(path).resolve().relative_to(repo.resolve()))
            line = location["concrete"]["location"]["start_point"]["row"] + 1
            found[finding["ident"]].add((path, line))
    return found


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("scan")
    arguments.add_argument("repos", type=pathlib.Path)
    arguments.add_argument("--blame", type=int, default=0, help="workflow files of each repository to blame")
    arguments.add_argument("--zizmor")
    options = arguments.parse_args()
    done = subprocess.run([options.scan, str(options.repos.resolve())], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    repositories, changed, owned = scanned(done.stdout.splitlines())
    columns = ["workflows", "triggers", "jobs", "uses", "unpinned", "job secrets", "oidc jobs",
               "jobs on the default", "inherit", "roles", "instructions", "mcp files"]
    header = ["repository", *columns, "last change of files (git log)"]
    if options.blame:
        header.append("last change of jobs (git blame)")
    header.append("owners (codeowners)")
    if options.zizmor:
        header += ["lines with unpinned uses (zizmor)", "lines with secrets: inherit (zizmor)"]
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    notes = []
    for repo in sorted(p for p in options.repos.glob("*/*") if (p / ".git").exists()):
        name = f"{repo.parent.name}/{repo.name}"
        realm = f"github.com/{name}"
        expected, _ = independent(repo)
        ours = repositories[realm]
        row = [name]
        for column in columns:
            a, b = ours[column], expected[column]
            row.append(str(len(a)) if a == b else f"**{len(a)}** / {len(b)}")
            for item in sorted(a - b, key=str):
                notes.append(f"{name} {column}: only ours {item}")
            for item in sorted(b - a, key=str):
                notes.append(f"{name} {column}: only theirs {item}")
        agree, differ = files_check(repo, {k: v for k, v in changed[realm].items() if k != "jobs"})
        row.append(f"{agree} of {agree + len(differ)}")
        notes += [f"{name} last change of file: {d}" for d in differ]
        if options.blame:
            agree, differ = blame_check(repo, changed[realm], options.blame)
            row.append(f"{agree} of {agree + len(differ)}")
            notes += [f"{name} last change of job: {d}" for d in differ]
        agree, differ = owners_check(repo, owned[realm], sorted(ours["workflows"]))
        row.append("none" if agree is None else f"{agree} of {agree + len(differ)}")
        notes += [f"{name} owners: {d}" for d in differ]
        if options.zizmor:
            found = zizmor_findings(options.zizmor, repo)
            for audit, lines in [("unpinned-uses", "unpinned lines"), ("secrets-inherit", "inherit lines")]:
                a, b = ours[lines], found[audit]
                row.append(str(len(a)) if a == b else f"**{len(a)}** / {len(b)}")
                notes += [f"{name} zizmor {audit}: only ours {item}" for item in sorted(a - b)]
                notes += [f"{name} zizmor {audit}: only theirs {item}" for item in sorted(b - a)]
        print("| " + " | ".join(row) + " |", flush=True)
    print()
    for note in notes:
        print(note)


if __name__ == "__main__":
    main()
