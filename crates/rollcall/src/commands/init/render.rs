//! The configuration that `init` writes.

use super::Found;

/// The text of the file.
pub(super) fn configuration(found: &Found) -> String {
    let mut text = String::from(
        "# The configuration of rollcall, written by `rollcall init` for what it found on this machine.\n\
         # Relative paths start at this file's folder. Secrets are never written here, only references to\n\
         # them: \"env:NAME\", \"file:PATH\", \"exec:COMMAND\" or \"vault:MOUNT/PATH#FIELD\".\n\
         # `rollcall connector show code` and `rollcall connector show aws` list every setting.\n\n\
         [store]\nurl = \"sqlite:rollcall.db\"\n# url = \"env:ROLLCALL_DATABASE_URL\"   # a PostgreSQL address, for several processes\n\n\
         # [transport]\n# proxy = \"http://proxy.example:3128\"\n# extra_ca_files = [\"company-ca.pem\"]\n\n",
    );
    code(&mut text, found);
    aws(&mut text, found);
    text
}

fn code(text: &mut String, found: &Found) {
    text.push_str(
        "# Workflows, agents, MCP servers and code owners that are declared in files on this machine.\n",
    );
    let roots: Vec<String> =
        found.checkouts.roots.iter().map(|path| path.display().to_string()).collect();
    let homes: Vec<String> =
        found.homes.iter().map(|home| home.path.display().to_string()).collect();
    let off = if roots.is_empty() && homes.is_empty() { "# " } else { "" };
    text.push_str(&format!(
        "{off}[[source]]\n{off}name = \"code\"\n{off}kind = \"code\"\n{off}[source.config]\n"
    ));
    for (name, paths, example) in [("roots", &roots, "~/src"), ("homes", &homes, "~")] {
        if paths.is_empty() {
            text.push_str(&format!("# {name} = [\"{example}\"]\n"));
        } else {
            text.push_str(&format!("{name} = [\n"));
            paths.iter().for_each(|path| text.push_str(&format!("  {},\n", quoted(path))));
            text.push_str("]\n");
        }
    }
    text.push_str("# exclude = [\"**/archive/**\"]\n\n");
}

fn aws(text: &mut String, found: &Found) {
    let aws = &found.aws;
    text.push_str(
        "# IAM of AWS accounts. `rollcall check aws` says what the credential may read and prints the policy\n\
         # with the least it needs.\n",
    );
    if aws.enabled() {
        source(text, "", "aws", aws.profile());
        text.push_str("# organization = true                                  # every account of the organisation\n");
        text.push_str("# role_arn = \"arn:aws:iam::123456789012:role/rollcall-read\"   # a role to read with\n\n");
        let others: Vec<&str> = aws.others().collect();
        if !others.is_empty() {
            text.push_str("# Further profiles; enable those that lead to other accounts.\n");
        }
        for profile in others {
            source(text, "# ", &format!("aws-{}", name_of(profile)), Some(profile));
            text.push('\n');
        }
    } else {
        text.push_str(
            "# No AWS profile or credential was found here. To enable: make a credential known to the AWS command\n\
             # line (`aws configure sso`), and take the marks away.\n",
        );
        source(text, "# ", "aws", Some("NAME"));
        text.push_str("# organization = true                                  # every account of the organisation\n");
    }
}

fn source(text: &mut String, off: &str, name: &str, profile: Option<&str>) {
    text.push_str(&format!(
        "{off}[[source]]\n{off}name = {}\n{off}kind = \"aws\"\n{off}[source.config]\n",
        quoted(name)
    ));
    match profile {
        Some(profile) => text.push_str(&format!("{off}profile = {}\n", quoted(profile))),
        None => text.push_str(&format!(
            "{off}# profile = \"NAME\"   # otherwise the environment or the default profile\n"
        )),
    }
}

/// A name for a source from a profile's.
fn name_of(profile: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    profile.chars().map(|c| if fits(c) { c } else { '-' }).take(60).collect()
}

/// A TOML text.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::aws::AwsFound;
    use super::super::checkouts::Checkouts;
    use super::super::homes::HomeFound;
    use super::*;
    use crate::config::Config;

    fn found(roots: &[&str], homes: &[&str], profiles: &[&str]) -> Found {
        Found {
            file: String::new(),
            written: false,
            checkouts: Checkouts {
                found: roots.len(),
                roots: roots.iter().map(PathBuf::from).collect(),
                cut_short: false,
            },
            homes: homes
                .iter()
                .map(|h| HomeFound { path: h.into(), clients: Vec::new() })
                .collect(),
            aws: AwsFound {
                profiles: profiles.iter().map(|p| (*p).to_owned()).collect(),
                ..AwsFound::default()
            },
            enabled: Vec::new(),
            cannot_see: Vec::new(),
        }
    }

    fn names(text: &str) -> Vec<String> {
        let config = Config::parse(text, Path::new("/r/rollcall.toml"), "t").unwrap();
        config.sources.into_iter().map(|source| source.name).collect()
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        let odd = ["/a \"b\"/c\\d"];
        let text = configuration(&found(&odd, &["/h"], &["default", "a b"]));
        assert_eq!(names(&text), ["code", "aws"]);
        assert!(
            text.contains("# name = \"aws-a-b\"") && text.contains("# profile = \"a b\""),
            "{text}"
        );
        assert_eq!(names(&configuration(&found(&[], &["/h"], &[]))), ["code"]);
        assert_eq!(names(&configuration(&found(&[], &[], &[]))), Vec::<String>::new());
    }

    #[test]
    fn what_is_switched_off_works_when_the_marks_are_taken_away() {
        let text = configuration(&found(&["/r"], &["/h"], &[]));
        let aws = text.split("take the marks away.\n").nth(1).unwrap();
        let enabled: String =
            aws.lines().map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
        assert_eq!(names(&enabled), ["aws"], "{enabled}");
    }
}
