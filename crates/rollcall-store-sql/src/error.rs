//! From sqlx's errors to the port's.

use rollcall_store::StoreError;
use sqlx::Error;

pub(crate) type Answer<T> = Result<T, StoreError>;

/// Translates an error of the database library.
pub(crate) fn translate(error: Error) -> StoreError {
    let text = error.to_string();
    match &error {
        Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            match code.parse::<i64>() {
                // PostgreSQL's SQLSTATE has five characters, SQLite's extended codes at most four.
                Ok(number) if code.len() < 5 => sqlite(number, text),
                _ => postgres(&code, text),
            }
        }
        Error::PoolTimedOut => StoreError::Busy("no connection became free".to_owned()),
        Error::Io(_) | Error::Tls(_) | Error::Configuration(_) => StoreError::Open(text),
        _ => StoreError::Database(text),
    }
}

/// SQLite's primary result code is the low byte of the extended one: sqlite.org/rescode.html.
fn sqlite(code: i64, text: String) -> StoreError {
    match code & 0xff {
        5 | 6 => StoreError::Busy(text),
        8 => StoreError::ReadOnly(text),
        13 => StoreError::Full(text),
        // The write-ahead log and its index report a full disk as I/O errors.
        10 if matches!(code >> 8, 3 | 18 | 19 | 24) => StoreError::Full(text),
        14 => StoreError::Open(text),
        11 | 26 => StoreError::Corrupt(text),
        _ => StoreError::Database(text),
    }
}

/// PostgreSQL's codes: its manual, appendix A.
fn postgres(code: &str, text: String) -> StoreError {
    match code {
        "25006" => StoreError::ReadOnly(text),
        "53100" => StoreError::Full(text),
        "40001" | "40P01" | "55P03" | "57014" => StoreError::Busy(text),
        code if code.starts_with("08") || code.starts_with("28") || code.starts_with("3D") => {
            StoreError::Open(text)
        }
        _ => StoreError::Database(text),
    }
}

pub(crate) fn corrupt(what: impl Into<String>) -> StoreError {
    StoreError::Corrupt(what.into())
}
