//! A proxy that breaks chosen answers.

mod http;
mod proxy;
mod rule;

pub use proxy::FaultProxy;
pub use rule::{Fault, SeenRequest, When};
