//! The plan of a company: what there is, who answers for it, when it was used. Parts are functions of
//! their number, so that a company of two million identities needs no more memory than its largest
//! account.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod aws_policies;
pub(crate) mod cast;
pub(crate) mod cluster;
pub(crate) mod company;
pub(crate) mod draw;
pub mod hub;
pub(crate) mod names;
pub(crate) mod pairs;
pub(crate) mod people;
pub(crate) mod policy;
pub(crate) mod repositories;
pub(crate) mod repository;
pub(crate) mod roles;
pub(crate) mod spec;
pub(crate) mod users;
pub(crate) mod workflows;

pub use account::{
    AccessKey, Account, Entry, Group, LIMITED, ManagedPolicy, Owner, Password, Role, Root, Use,
    User,
};
pub(crate) use aws_policies::{attached_in, policy as aws_policy, shown};
pub use cluster::{Cluster, ServiceAccount};
pub use company::Company;
pub(crate) use draw::{DAY, Domain, Draw, mix, token_text, unique_id};
pub use pairs::{Defect, Place, Planted};
pub use people::{Earlier, Employment, Leave, Person, Status, Team};
pub use policy::Statement;
pub(crate) use policy::{Text, document};
pub(crate) use repository::subjects_of;
pub use repository::{Job, McpServer, McpValue, Repository, Step, Trigger, Workflow};
pub(crate) use roles::ADMIN;
pub use spec::{Archetype, LabError, SIZES, Spec};
