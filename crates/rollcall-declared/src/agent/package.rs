//! What a server is started from: a package, an image, or a program of the machine.

use serde::{Deserialize, Serialize};

use crate::workflow::Target;

/// What a server is started from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Package {
    /// Where it comes from: `npm`, `pypi`, `docker`, `local`.
    pub ecosystem: String,
    /// Its name, without a version.
    pub name: String,
    /// The version that is asked for, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether the same thing runs tomorrow: an exact version or a digest. Programs of the machine
    /// are as they were installed, so nothing is said of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

/// The package behind a command and its arguments.
#[must_use]
pub(crate) fn read(command: &str, args: &[&str]) -> Package {
    let program = base(command);
    let program = program.strip_suffix(".exe").or(program.strip_suffix(".cmd")).unwrap_or(program);
    let rest = |skip: usize| args.get(skip..).unwrap_or_default();
    match (program, args.first().copied().unwrap_or_default()) {
        // `cmd /c npx …` and `env npx …`
        ("cmd", "/c" | "/C") => {
            args.get(1).map_or_else(|| local(program), |inner| read(inner, rest(2)))
        }
        ("env", first) if !first.is_empty() && !first.contains('=') => read(first, rest(1)),
        ("npx" | "bunx" | "pnpx", _) => npm(args),
        ("npm", "exec" | "x") | ("pnpm" | "yarn", "dlx") | ("bun", "x") => npm(rest(1)),
        ("uvx", _) => python(args),
        ("uv", "tool") => python(rest(2)),
        ("uv", "run") => python_run(rest(1)),
        ("pipx", "run") => python(rest(1)),
        ("docker" | "podman" | "nerdctl", "run") => image(rest(1)),
        ("node" | "python" | "python3" | "deno" | "bun" | "tsx", _) => script(program, args),
        _ => local(program),
    }
}

fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn local(name: &str) -> Package {
    Package { ecosystem: "local".to_owned(), name: name.to_owned(), version: None, pinned: None }
}

fn npm(args: &[&str]) -> Package {
    let mut named = None;
    let mut first = None;
    let mut i = 0;
    while let Some(arg) = args.get(i) {
        match *arg {
            "-p" | "--package" => {
                named = args.get(i + 1).copied();
                i += 1;
            }
            "-c" | "--call" | "--registry" => i += 1,
            _ if arg.starts_with("--package=") => named = arg.strip_prefix("--package="),
            _ if arg.starts_with('-') => {}
            _ => {
                first = Some(*arg);
                break;
            }
        }
        i += 1;
    }
    let Some(text) = named.or(first) else { return local("npx") };
    // A scope begins with the same sign as a version.
    let split = text.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
    let (name, version) = split.map_or((text, None), |at| (&text[..at], text.get(at + 1..)));
    let pinned = version.is_some_and(is_exact);
    package("npm", name, version, pinned)
}

fn python(args: &[&str]) -> Package {
    let mut named = None;
    let mut first = None;
    let mut i = 0;
    while let Some(arg) = args.get(i) {
        match *arg {
            "--from" | "--spec" => {
                named = args.get(i + 1).copied();
                i += 1;
            }
            "--with" | "--python" | "-p" | "--index-url" | "--index" => i += 1,
            _ if arg.starts_with("--from=") => named = arg.strip_prefix("--from="),
            _ if arg.starts_with('-') => {}
            _ => {
                first = Some(*arg);
                break;
            }
        }
        i += 1;
    }
    let Some(text) = named.or(first) else { return local("uvx") };
    if let Some(address) = text.strip_prefix("git+") {
        let (address, reference) = address.rsplit_once('@').unwrap_or((address, ""));
        let name = crate::secret::url::host(address).unwrap_or_default();
        let tail = base(address.trim_end_matches(".git"));
        let pinned = reference.len() == 40 && reference.bytes().all(|b| b.is_ascii_hexdigit());
        let version = (!reference.is_empty()).then_some(reference);
        return package("git", &format!("{name}/{tail}"), version, pinned);
    }
    let at = text.find(['=', '@', '<', '>', '~', '!', '[']).unwrap_or(text.len());
    let version = text[at..].trim_start_matches(|c: char| "=@<>~![".contains(c));
    let exact = (text[at..].starts_with("==") || text[at..].starts_with('@')) && is_exact(version);
    package("pypi", &text[..at], (!version.is_empty()).then_some(version), exact)
}

fn python_run(args: &[&str]) -> Package {
    if let Some(at) = args.iter().position(|arg| *arg == "--with") {
        return python(args.get(at + 1..).unwrap_or_default());
    }
    script("uv", args)
}

fn image(args: &[&str]) -> Package {
    let takes_value = |flag: &str| {
        matches!(
            flag,
            "-e" | "--env"
                | "-v"
                | "--volume"
                | "-p"
                | "--publish"
                | "--name"
                | "--network"
                | "--mount"
                | "-w"
                | "--workdir"
                | "--entrypoint"
                | "--env-file"
                | "-u"
                | "--user"
                | "--platform"
                | "-l"
                | "--label"
                | "--add-host"
                | "--pull"
                | "-m"
                | "--memory"
                | "--cpus"
        )
    };
    let mut i = 0;
    while let Some(arg) = args.get(i) {
        if takes_value(arg) {
            i += 1;
        } else if !arg.starts_with('-') {
            break;
        }
        i += 1;
    }
    let Some(text) = args.get(i) else { return local("docker") };
    match crate::workflow::split_image(text) {
        Target::Image { image, tag, digest } => {
            let pinned = digest.is_some();
            package("docker", &image, digest.or(tag).as_deref(), pinned)
        }
        _ => local("docker"),
    }
}

fn script(program: &str, args: &[&str]) -> Package {
    let module = args.iter().position(|arg| *arg == "-m").and_then(|at| args.get(at + 1));
    let file =
        args.iter().find(|arg| !arg.starts_with('-') && (arg.contains('.') || arg.contains('/')));
    match (module, file) {
        (Some(module), _) => local(module),
        (None, Some(file)) => local(base(file)),
        (None, None) => local(program),
    }
}

fn package(ecosystem: &str, name: &str, version: Option<&str>, pinned: bool) -> Package {
    Package {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        version: version.map(str::to_owned),
        pinned: Some(pinned),
    }
}

/// A version that names one release: `1.2.3`, `2026.1`, `v1.0.0-rc.1`.
fn is_exact(version: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version);
    version.starts_with(|c: char| c.is_ascii_digit())
        && version.contains('.')
        && !version.split('.').any(|part| matches!(part, "x" | "X" | "*"))
        && !version.contains([' ', '|', '<', '>', '^', '~'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let Package { ecosystem, name, version, pinned } = read(words[0], &words[1..]);
        format!(
            "{ecosystem} {name} {} {}",
            version.unwrap_or_default(),
            pinned.map_or("?", |p| if p { "pinned" } else { "loose" })
        )
    }

    #[test]
    fn packages_are_read_from_command_lines() {
        for (line, expected) in [
            ("npx -y @a/b", "npm @a/b  loose"),
            ("npx -y @a/b@1.2.3 --flag", "npm @a/b 1.2.3 pinned"),
            ("npx b@latest", "npm b latest loose"),
            ("npx --package=@a/b@2.0.0 run", "npm @a/b 2.0.0 pinned"),
            ("cmd /c npx -y c", "npm c  loose"),
            ("pnpm dlx c@^1.2.3", "npm c ^1.2.3 loose"),
            ("uvx mcp-server-git", "pypi mcp-server-git  loose"),
            ("uvx mcp-server-git==1.2.3", "pypi mcp-server-git 1.2.3 pinned"),
            ("uvx mcp-server-git@latest", "pypi mcp-server-git latest loose"),
            ("uvx --from git+https://github.com/a/b@main x", "git github.com/b main loose"),
            ("docker run -i --rm -e TOKEN ghcr.io/a/b", "docker ghcr.io/a/b  loose"),
            ("docker run a/b:1.0", "docker a/b 1.0 loose"),
            ("docker run a/b@sha256:ab", "docker a/b sha256:ab pinned"),
            ("node ./dist/server.js", "local server.js  ?"),
            ("python -m my.server", "local my.server  ?"),
            ("/opt/bin/thing --x", "local thing  ?"),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }
}
