//! The columns through their public face: facts in, Parquet, figures out.

mod delivery;
mod invoices;
mod kit;
mod lines;
mod projection;
mod quality;
mod random;
mod scms;
mod spend;
