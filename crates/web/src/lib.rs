//! Pages, JSON and the portal: the only crate that knows HTTP and HTML

pub mod assets;
pub mod charts;
pub mod kit;
