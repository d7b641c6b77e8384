//! The streams about everything but contents, one file each.

mod organization;
mod repositories;

use crate::definition::Stream;

/// The streams, in the order in which they are read.
pub(crate) const STREAMS: &[&Stream] = &[&organization::STREAM, &repositories::STREAM];
