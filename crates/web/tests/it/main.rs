//! The application in process, on both engines. One binary for all of it: each binary links DataFusion anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod facts;
mod ingest;
mod matrix;
mod people;
mod performance;
mod portal;
mod protect;
mod segmentation;
mod set_up;
mod settings;
mod sign_in;
mod suppliers;
mod world;
