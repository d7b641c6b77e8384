//! The credential report: a CSV file, read by the names of its columns.
//!
//! `N/A` (does not apply), `no_information` (never, or not tracked) and `not_supported` (AWS does
//! not tell for this row) are three different things, and none of them is a date.

use rollcall_model::Timestamp;

/// A cell of the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cell<T> {
    /// It says so.
    Known(T),
    /// `N/A`: it does not apply.
    NotApplicable,
    /// `no_information`: never, or never tracked.
    NoInformation,
    /// `not_supported`: AWS does not tell for this row.
    NotSupported,
    /// The column is missing, or its content is none of the above.
    Unreadable,
}

impl<T> Cell<T> {
    /// The value, where there is one.
    pub(crate) fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) user: String,
    pub(crate) arn: String,
    pub(crate) created_at: Cell<Timestamp>,
    pub(crate) password_enabled: Cell<bool>,
    pub(crate) password_last_used: Cell<Timestamp>,
    pub(crate) password_last_changed: Cell<Timestamp>,
    pub(crate) password_next_rotation: Cell<Timestamp>,
    pub(crate) mfa_active: Cell<bool>,
    pub(crate) keys: [KeyCells; 2],
    pub(crate) certificates_active: [Cell<bool>; 2],
    /// Whether it has a cell for every column; one that has not was cut off.
    pub(crate) whole: bool,
}

/// What a row says about one of two access keys. The report has no key ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KeyCells {
    pub(crate) active: Cell<bool>,
    pub(crate) rotated_at: Cell<Timestamp>,
    pub(crate) used_at: Cell<Timestamp>,
    pub(crate) region: Option<String>,
    pub(crate) service: Option<String>,
}

impl Row {
    /// Whether this is the row of the root user.
    pub(crate) fn is_root(&self) -> bool {
        self.user == "<root_account>"
    }
}

/// Reads a report.
///
/// # Errors
/// With the reason when it is no report: not CSV, without the columns that name a user.
pub(crate) fn parse(content: &[u8]) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content);
    let headers = reader.headers().map_err(|e| e.to_string())?.clone();
    let column = |name: &str| headers.iter().position(|h| h.trim() == name);
    let (Some(user), Some(arn)) = (column("user"), column("arn")) else {
        return Err("it has no columns user and arn".to_owned());
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let text = |name: &str| column(name).and_then(|i| record.get(i)).map(str::trim);
        let time = |name: &str| cell(text(name), |t| t.parse().ok());
        let flag = |name: &str| cell(text(name), |t| t.to_ascii_lowercase().parse().ok());
        let said =
            |name: &str| text(name).filter(|t| !t.is_empty() && *t != "N/A").map(str::to_owned);
        let key = |n: u8| KeyCells {
            active: flag(&format!("access_key_{n}_active")),
            rotated_at: time(&format!("access_key_{n}_last_rotated")),
            used_at: time(&format!("access_key_{n}_last_used_date")),
            region: said(&format!("access_key_{n}_last_used_region")),
            service: said(&format!("access_key_{n}_last_used_service")),
        };
        rows.push(Row {
            user: record.get(user).unwrap_or_default().to_owned(),
            arn: record.get(arn).unwrap_or_default().to_owned(),
            created_at: time("user_creation_time"),
            password_enabled: flag("password_enabled"),
            password_last_used: time("password_last_used"),
            password_last_changed: time("password_last_changed"),
            password_next_rotation: time("password_next_rotation"),
            mfa_active: flag("mfa_active"),
            keys: [key(1), key(2)],
            certificates_active: [flag("cert_1_active"), flag("cert_2_active")],
            whole: record.len() >= headers.len(),
        });
    }
    Ok(rows)
}

fn cell<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Cell<T> {
    match text {
        Some("N/A") => Cell::NotApplicable,
        Some("no_information") => Cell::NoInformation,
        Some("not_supported") => Cell::NotSupported,
        Some(text) => read(text).map_or(Cell::Unreadable, Cell::Known),
        None => Cell::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REPORT: &str = "\
user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info
<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,2026-10-01T08:00:00+00:00,not_supported,not_supported,TRUE,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,
ann,arn:aws:iam::123456789012:user/ann,2021-01-01T00:00:00+00:00,true,no_information,2021-01-02T00:00:00+00:00,N/A,false,true,2021-02-01T00:00:00+00:00,2026-11-01T10:00:00+00:00,eu-west-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A,\"1, more\"
";

    #[test]
    fn cells_are_told_apart() {
        let rows = parse(REPORT.as_bytes()).unwrap();
        let (root, ann) = (&rows[0], &rows[1]);
        assert!(root.is_root() && !ann.is_root());
        assert_eq!(root.password_enabled, Cell::NotSupported);
        assert_eq!(root.mfa_active, Cell::Known(true));
        assert_eq!(root.keys[0].used_at, Cell::NotApplicable);
        assert_eq!(root.password_last_used, Cell::Known("2026-10-01T08:00:00Z".parse().unwrap()));
        assert_eq!(ann.password_last_used, Cell::NoInformation);
        assert_eq!(ann.password_enabled, Cell::Known(true));
        assert_eq!(ann.keys[0].service.as_deref(), Some("s3"));
        assert_eq!(ann.keys[1].region, None);
    }

    #[test]
    fn columns_are_found_by_name_and_a_missing_one_is_no_answer() {
        let rows = parse(b"mfa_active,arn,user\ntrue,a,ann\nfalse,b\n").unwrap();
        assert_eq!((rows[0].user.as_str(), rows[0].mfa_active), ("ann", Cell::Known(true)));
        assert_eq!(rows[0].password_enabled, Cell::Unreadable);
        assert_eq!(rows[1].user, "", "a short row has no user");
        assert!(rows[0].whole && !rows[1].whole);
        assert!(parse(b"<html></html>").is_err());
        assert!(parse(b"").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0..900_usize) {
            let _ = parse(&bytes);
            let _ = parse(&REPORT.as_bytes()[..cut.min(REPORT.len())]);
            let mut with_header = b"user,arn\n".to_vec();
            with_header.extend(bytes);
            let _ = parse(&with_header);
        }
    }
}
