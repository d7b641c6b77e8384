//! What repositories hold: the streams that read contents, and what belongs to them.

use rollcall_connector::KindDef;

use crate::definition::Stream;

/// The streams about contents, in the order in which they are read, after all others.
pub(crate) const STREAMS: &[&Stream] = &[];

/// The kinds that only these streams emit.
pub(crate) fn kinds() -> Vec<KindDef> {
    Vec::new()
}
