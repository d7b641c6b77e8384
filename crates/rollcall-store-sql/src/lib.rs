//! rollcall-store-sql
