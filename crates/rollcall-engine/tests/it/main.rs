//! The engine against both databases, with a provider that misbehaves on command.

mod faults;
mod fixture;
mod held;
mod processes;
mod scopes;
mod world;
