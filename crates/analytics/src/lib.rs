//! Columnar facts: the projection to Parquet and the questions over many rows. The only crate that knows Arrow and DataFusion.
//!
//! The domain hands over facts month by month ([`Analytics::write_month`]), says which files are current
//! ([`Analytics::set_months`]) and asks: measures by definition, the lines behind them, spend, the figures of a
//! supplier's deliveries. Every delivery figure goes through `keelson_methods::delivery::judge`; this crate brings it to
//! millions of lines and adds up.

mod answers;
mod error;
mod facts;
mod figures;
mod judged;
mod lines;
mod measure;
mod projection;
mod session;
mod spend;

pub use error::{Error, Result};
pub use facts::{Fact, Inspection, InvoiceLine, Kind, LineReceipt, OrderLine, Receipt};
pub use figures::SupplierFigures;
pub use lines::{Line, LineFact, Lines, LinesRequest, Reason, Sort, Standing};
pub use measure::{By, Group, LeadTimeFigures, Measured, Request};
pub use projection::{MonthFile, MonthWriter};
pub use session::{Analytics, Limits};
pub use spend::Spend;
