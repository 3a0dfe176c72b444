//! The columns through their public face: facts in, Parquet, figures out.

mod delivery;
mod kit;
mod projection;
