//! The facts: order lines, receipts, inspections, invoice lines. A changed row is a new row; the old one stays readable.

mod bulk;
mod fact;
mod projection;
mod work;

pub use bulk::{Bulk, Known, Loaded};
pub use fact::{Cell, Fact};
pub use projection::{Projected, invalidate, project, show};
pub use work::Project;
