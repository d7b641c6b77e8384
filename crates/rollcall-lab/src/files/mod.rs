//! Checkouts on disk: git repositories with the files that the plan says, committed by the people and
//! at the times that the plan says.

pub(crate) mod git;
pub(crate) mod history;
pub(crate) mod snapshot;
mod text;

use std::path::Path;

use crate::plan::{Company, LabError, Repository};

/// Writes every repository as a checkout below a folder; how many there were. The same company is
/// the same commits.
///
/// # Errors
/// When a file cannot be written.
pub fn write_files(company: &Company, folder: &Path) -> Result<u64, LabError> {
    for number in 0..company.repositories {
        write_repository(company, number, folder)?;
    }
    Ok(company.repositories)
}

/// Writes one repository below a folder.
///
/// # Errors
/// As [`write_files`].
pub fn write_repository(company: &Company, number: u64, folder: &Path) -> Result<(), LabError> {
    write_one(company, &company.repository(number), folder)
}

/// Writes a repository that may be none of the plan.
pub(crate) fn write_one(
    company: &Company,
    repository: &Repository,
    folder: &Path,
) -> Result<(), LabError> {
    let home = folder.join(&repository.name);
    let remote = format!("https://github.com/{}.git", repository.slug(&company.name));
    let mut git = git::Git::init(&home, &remote)?;
    for commit in history::commits(company, repository) {
        for path in &commit.paths {
            let text = text::of(company, repository, path);
            git.write(path, text.as_bytes())?;
        }
        let person = company.person(commit.author);
        git.commit(&person.name, &person.email, commit.at, commit.message)?;
    }
    git.finish()
}
