//! Synthetic companies whose truth is known: for tests, for the demo, for measuring.
//!
//! A [`Company`] follows from a [`Spec`]: people, teams, AWS accounts, repositories, clusters, and in
//! them defects with near-miss twins. It can be had as records ([`direct`]), as checkouts
//! ([`write_files`]), and over HTTP: as AWS ([`serve_aws`] of a [`Lab`], which events can change), as
//! GitHub ([`serve_github`] of a [`GitHubLab`]), and as its directory ([`serve_directory`]). What is true of it is written by [`write_truth`], from the plan alone. `docs/lab.md` has
//! the whole.

mod aws;
mod direct;
mod directory;
mod files;
mod github;
mod keys;
mod plan;
mod story;
mod truth;

pub use aws::answers::AwsOptions;
pub use aws::{Fault, FaultKind};
pub use direct::{Unit, direct, direct_account, direct_unit, units};
pub use directory::{
    DirectoryFault, DirectoryFaultKind, DirectoryLab, DirectoryOptions, serve_directory,
};
pub use files::{write_files, write_repository};
pub use github::{
    Change, Delivery, GitHubFault, GitHubFaultKind, GitHubKeys, GitHubLab, GitHubOptions, Limits,
    serve_github,
};
pub use plan::hub;
pub use plan::{
    AccessKey, Account, Archetype, Cluster, Company, Defect, Earlier, Employment, Entry, Group,
    Job, LIMITED, LabError, Leave, ManagedPolicy, McpServer, McpValue, Owner, Password, Person,
    Place, Planted, Repository, Role, Root, SIZES, ServiceAccount, Spec, Statement, Status, Step,
    Team, Trigger, Use, User, Workflow,
};
pub use story::{EVENTS, Happened, Lab, ServerHandle, serve_aws};
pub use truth::{COMPLETE, Expect, truth, truth_of, write_truth};
