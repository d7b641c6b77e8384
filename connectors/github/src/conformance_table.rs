//! Which shape reads the answers of which operation.

pub(crate) fn accepts(operation: &str, _body: &[u8]) -> Result<(), String> {
    Err(format!("{operation} is not read"))
}
