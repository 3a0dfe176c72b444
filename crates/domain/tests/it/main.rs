//! The business on both engines. One binary for all of it: each binary links DataFusion anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod facts;
mod ingest;
mod performance;
mod queue;
mod record;
mod segmentation;
mod suppliers;
