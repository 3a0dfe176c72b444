//! The science: pure functions over numbers, dates and names.
//!
//! No I/O, no clock, no randomness of its own, no other crate of the house. What a function needs comes in, what it
//! found goes out, with the breakdown that explains it. Chapter numbers ("handbook 2.8") name the rule's source.
//!
//! | you have | look in |
//! |---|---|
//! | an amount, a price, a quantity, a period, a reason why a value is absent | [`money`], [`period`], [`missing`], [`rate`] |
//! | an order line and its receipts | [`delivery`], [`lead_time`] |
//! | lots, returns, invoices, queries, prices, costs | [`quality`], [`invoice`], [`service`], [`cost`] |
//! | a KPI definition somebody wrote | [`kpi`] |
//! | measures that become points, a score, a grade | [`scoring`], [`interval`], [`benchmark`] |
//! | a series over time, durations with open cases | [`trend`], [`survival`] |
//! | a supplier to place | [`segmentation`] |
//! | two records that may be one company, an identifier to check | [`identity`] |
//! | plain statistics | [`stats`], [`distributions`] |

pub mod benchmark;
pub mod code;
pub mod cost;
pub mod decimal;
pub mod delivery;
pub mod distributions;
pub mod document;
pub mod identity;
pub mod interval;
pub mod invoice;
pub mod kpi;
pub mod lead_time;
pub mod missing;
pub mod money;
pub mod period;
pub mod quality;
pub mod rate;
pub mod scoring;
pub mod segmentation;
pub mod service;
pub mod stats;
pub mod survival;
pub mod trend;
