//! What tests stand on: both databases, a clock that stands still, real data when it is there, the in-process application.
//!
//! ```ignore
//! use keelson_testkit::{TestDb, db_test};
//!
//! #[db_test]
//! async fn an_approved_supplier_can_be_blocked(t: TestDb) {
//!     let supplier = keelson_testkit::supplier(&t).named("Alder Castings").create().await;
//!     // What it has to hold, on both engines.
//! }
//! ```
//!
//! becomes `an_approved_supplier_can_be_blocked::sqlite` and `…::postgres`. A factory is a builder with sensible values that
//! calls the business operation a user would cause, never SQL of its own, so a record made by a test is one the product can make.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "app")]
mod app;
mod clock;
mod postgres;
mod real_data;
mod test_db;

#[cfg(feature = "app")]
pub use app::{Answer, TestApp, Visitor};
pub use clock::TestClock;
pub use keelson_domain::Engine;
pub use keelson_testkit_macros::db_test;
pub use real_data::{real_data, skip};
pub use test_db::{TestDb, rng, run_on};
