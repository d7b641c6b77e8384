//! `deploy-keys`: SSH keys that open single repositories.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use rollcall_connector::transport::ListOf;
use rollcall_model::{EntityType, Reference, Relation};
use rollcall_record::{Problem, Record, ReferenceRecord, RelationRecord, entity};
use sha2::{Digest as _, Sha256};

use crate::definition::Stream;
use crate::run::{Job, Run, seen_by};
use crate::shapes::DeployKey;
use crate::{kinds, map};

const KEYS: &str = "GET /repos/{owner}/{repo}/keys";

pub(crate) const STREAM: Stream = Stream {
    name: "deploy-keys",
    title: "Deploy keys",
    part: Some("repository"),
    permissions: &["administration"],
    operations: &[KEYS],
    sees: "SSH keys that open single repositories: whether they may push, who added them and when they were used last",
    blind_spots: &["Who holds the private half is not known."],
    priority: true,
    organization_parts: &[],
    repository_parts: &[""],
    ..Stream::usual(read)
};

fn read<'a>(run: &'a Run<'a>) -> BoxFuture<'a, Result<(), Problem>> {
    run.each_repository(move |job| {
        async move {
            let Some(guard) = run.scope_of(&job, STREAM.permissions).await? else {
                return Ok(());
            };
            let query = [("per_page", "100")];
            let listed =
                job.organization.list::<ListOf<DeployKey>>(KEYS, &job.values(), &query).await;
            run.say_of(&job, guard, listed, |key, out| record(&job, &key, out)).await
        }
        .boxed()
    })
    .boxed()
}

fn record(job: &Job, from: &DeployKey, out: &mut Vec<Record>) -> Result<(), Problem> {
    let (organization, host) = (&job.organization, &job.organization.host);
    let id = from.id.to_string();
    let key = organization.key(kinds::DEPLOY_KEY, &id)?;
    let page = format!("{}/settings/keys", job.repository.full_name);
    let seen = seen_by(KEYS, host.page(&page));
    let public = from.key.as_deref().and_then(fingerprint);
    let (algorithm, print) = public.unzip();
    let added_by = from.added_by.as_deref().filter(|login| !login.is_empty());
    let record = entity(key.clone(), EntityType::Credential, from.title.as_deref().unwrap_or(&id))
        .created_at(from.created_at)
        .disabled(from.enabled.map(|enabled| !enabled))
        .attribute("read_only", from.read_only)
        .attribute("verified", from.verified)
        .attribute("fingerprint", &print)
        .attribute("algorithm", algorithm)
        .attribute("added_by", added_by)
        .evidence(seen.clone());
    out.push(Record::Entity(record));
    if let Some(print) = print {
        let name = Reference::new("ssh.key-fingerprint", "sha256", &print);
        out.push(Record::Reference(ReferenceRecord::new(&key, name)));
    }
    let level = if from.read_only == Some(true) { "read" } else { "write" };
    let repository = organization.repository_key(job.repository.id)?;
    let access = map::access(&key, repository, level, None);
    out.push(Record::Relation(access.evidence(seen.clone())));
    if let Some(login) = added_by.filter(|login| *login != map::GHOST) {
        let created = RelationRecord::new(host.login(login), Relation::Created, &key);
        out.push(Record::Relation(created.evidence(seen)));
    }
    if let Some(at) = from.last_used {
        out.push(map::used(&key, "github.deploy-key-last-used", at));
    }
    Ok(())
}

/// The algorithm of a public key in OpenSSH's form, and the SHA-256 of its content in base64
/// without padding, as `ssh-keygen -l` prints it.
fn fingerprint(public: &str) -> Option<(String, String)> {
    let mut words = public.split_ascii_whitespace();
    let (algorithm, content) = (words.next()?, words.next()?);
    let content = STANDARD.decode(content).ok()?;
    Some((algorithm.to_owned(), STANDARD_NO_PAD.encode(Sha256::digest(content))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fingerprint_is_what_ssh_keygen_prints() {
        // GitHub's own host key, whose fingerprint its documentation gives.
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a comment";
        let (algorithm, print) = fingerprint(key).unwrap();
        assert_eq!(algorithm, "ssh-ed25519");
        assert_eq!(print, "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
        assert_eq!(fingerprint("ssh-rsa"), None);
        assert_eq!(fingerprint("ssh-rsa !!!"), None);
    }

    proptest! {
        #[test]
        fn no_key_panics(text in "\\PC{0,80}") {
            let _ = fingerprint(&text);
        }
    }
}
