//! The columns through their public face: facts in, Parquet, figures out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod delivery;
mod invoices;
mod kit;
mod lines;
mod projection;
mod quality;
mod random;
mod scms;
mod spend;
