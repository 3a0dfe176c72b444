//! Tables and documents in and out: CSV, XLSX and JSON come in, CSV and XLSX go out. Knows no database.
//!
//! [`table`] reads: one streaming interface over the three formats, in memory that does not grow with the file, behind
//! budgets ([`Limits`]) that a hostile file cannot talk its way around. [`mod@write`] writes, so that nobody's spreadsheet
//! runs a formula that a supplier typed into a name.

mod error;
mod limits;
pub mod table;
pub mod write;

pub use error::TableError;
pub use limits::Limits;
pub use table::{Cell, CellKind, Format, ReadOptions, Row, RowProblem, Table};
