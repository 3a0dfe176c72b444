//! The facts: order lines, receipts, inspections, invoice lines. A changed row is a new row; the old one stays readable.

mod bulk;
mod check;
mod embedded;
mod fact;
mod projection;
mod work;

pub use bulk::{Bulk, Known, Loaded};
pub use check::check;
pub use fact::{Cell, Fact};
pub use projection::{Projected, invalidate, project, show};
pub use work::Project;
