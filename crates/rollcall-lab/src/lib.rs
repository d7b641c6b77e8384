//! Synthetic companies whose truth is known.

mod direct;
mod files;
mod keys;
mod plan;
mod truth;

pub use direct::{Unit, direct, direct_account, direct_unit, units};
pub use files::{write_files, write_repository};
pub use plan::{
    AccessKey, Account, Archetype, Cluster, Company, Defect, Entry, Group, Job, LIMITED, LabError,
    ManagedPolicy, McpServer, McpValue, Owner, Password, Person, Place, Planted, Repository, Role,
    Root, SIZES, ServiceAccount, Spec, Statement, Step, Team, Trigger, Use, User, Workflow,
};
pub use truth::{COMPLETE, Expect, truth, truth_of, write_truth};
