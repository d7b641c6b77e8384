//! Node ids, as GraphQL names things: a prefix and the packed number.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The node id of a number; the number in MessagePack behind a zero, in an array of two.
pub(crate) fn id(prefix: &str, number: u64) -> String {
    let mut bytes = vec![0x92, 0x00];
    match u32::try_from(number) {
        Ok(number) => {
            bytes.push(0xce);
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        Err(_) => {
            bytes.push(0xcf);
            bytes.extend_from_slice(&number.to_be_bytes());
        }
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The prefix and the number of a node id.
pub(crate) fn read(node: &str) -> Option<(&str, u64)> {
    let (prefix, packed) = node.split_once('_')?;
    let bytes = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let number = match bytes.as_slice() {
        [0x92, 0, 0xce, rest @ ..] => u32::from_be_bytes(rest.try_into().ok()?).into(),
        [0x92, 0, 0xcf, rest @ ..] => u64::from_be_bytes(rest.try_into().ok()?),
        _ => return None,
    };
    Some((prefix, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_are_read_again() {
        assert!(id("R", 700_000_001).starts_with("R_kgDO"));
        for number in [0, 7, 4_000_000_000, 1 << 40] {
            assert_eq!(read(&id("U", number)), Some(("U", number)));
        }
        assert_eq!(read("R_"), None);
        assert_eq!(read("nonsense"), None);
    }
}
