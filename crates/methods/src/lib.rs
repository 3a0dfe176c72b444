//! The science: pure functions over numbers, dates and names.
//!
//! No I/O, no clock, no randomness of its own, no other crate of the house. What a function needs comes in, what it
//! found goes out, with the breakdown that explains it. Chapter numbers ("handbook 2.8") name the rule's source.

pub mod benchmark;
pub mod code;
pub mod cost;
pub mod decimal;
pub mod delivery;
pub mod distributions;
pub mod document;
pub mod identity;
pub mod interval;
pub mod kpi;
pub mod lead_time;
pub mod missing;
pub mod money;
pub mod period;
pub mod rate;
pub mod scoring;
pub mod segmentation;
pub mod stats;
pub mod survival;
pub mod trend;
