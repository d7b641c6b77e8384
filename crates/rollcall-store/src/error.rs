//! What can go wrong in a store.

/// A store's refusal or failure.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the store is of no known form.
    #[error("{url:?} is no store address; expected sqlite:FILE or postgres://…")]
    Address {
        /// What was given, without a password.
        url: String,
    },
    /// The store was written by a newer rollcall.
    #[error(
        "the database has schema version {found}, which is newer than this rollcall understands \
         ({supported}); nothing was changed. Use the newer rollcall, or restore a backup"
    )]
    NewerSchema {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        supported: i64,
    },
    /// The store has not been brought to this program's schema, and this command does not do it.
    #[error("the database is not set up for this rollcall ({0}); run `rollcall migrate`")]
    OldSchema(String),
    /// The store cannot be written.
    #[error("the database is read-only ({0}); nothing was changed")]
    ReadOnly(String),
    /// No room is left.
    #[error("the disk is full ({0}); what was published before is intact")]
    Full(String),
    /// Another process holds the store for too long.
    #[error("the database is busy ({0}); try again")]
    Busy(String),
    /// The store cannot be reached or opened.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// What was named does not exist.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// What sort of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something of that name exists already.
    #[error("there is a {what} {name:?} already")]
    Exists {
        /// What sort of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Two keys share an id. Ids are 63 bits of SHA-256: this is a forged key or a defect.
    #[error("{first} and {second} have the same id {id}; the second was refused")]
    Collision {
        /// The id.
        id: i64,
        /// The key that is stored.
        first: String,
        /// The key that was refused.
        second: String,
    },
    /// Something stored is not what this program writes.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
    /// What the store's own library says.
    #[error("database error: {0}")]
    Database(String),
}

impl StoreError {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "store_address",
            Self::NewerSchema { .. } => "store_newer_schema",
            Self::OldSchema(_) => "store_old_schema",
            Self::ReadOnly(_) => "store_read_only",
            Self::Full(_) => "store_full",
            Self::Busy(_) => "store_busy",
            Self::Open(_) => "store_open",
            Self::NotFound { .. } => "not_found",
            Self::Exists { .. } => "exists",
            Self::Collision { .. } => "id_collision",
            Self::Corrupt(_) => "store_corrupt",
            Self::Database(_) => "store_database",
        }
    }
}
