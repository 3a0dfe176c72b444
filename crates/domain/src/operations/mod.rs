//! The facts: order lines, receipts, inspections, invoice lines.
