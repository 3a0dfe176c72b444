//! Files in: mapping, validation, rejects, provenance.

mod rows;

pub use rows::{
    InspectionRow, InvoiceLineRow, Kind, OrderLineRow, Provenance, ReceiptRow, Row, SupplierRef,
    SupplierRow,
};
