//! The definitions a new installation starts with.

use super::{
    Definition, DeliveryRules, InvoiceRules, LeadTimeRules, Measure, PriceRules, QualityRules,
};

/// The handbook's ten KPIs with its defaults. Source: handbook 2.1 to 2.5, minimum n from 2.2 and 2.8.
pub(super) fn definitions() -> Vec<Definition> {
    let delivery = |id, name, measure, description| Definition {
        delivery: Some(DeliveryRules::default()),
        ..bare(id, name, measure, description)
    };
    let lead_time = |id, name, measure, description| Definition {
        lead_time: Some(LeadTimeRules::default()),
        ..bare(id, name, measure, description)
    };
    let quality = |id, name, measure, description| Definition {
        quality: Some(QualityRules::default()),
        ..bare(id, name, measure, description)
    };
    vec![
        delivery(
            "otd",
            "On-time delivery",
            Measure::OnTimeDelivery,
            "Share of order lines whose last needed part arrived inside the delivery window. Over-delivery is ignored.",
        ),
        delivery(
            "otif-line",
            "On time, in full (lines)",
            Measure::OtifLine,
            "Share of order lines that arrived inside the delivery window and within the quantity tolerance.",
        ),
        delivery(
            "otif-quantity",
            "On time, in full (quantity)",
            Measure::OtifQuantity,
            "Share of the ordered quantity that arrived inside the delivery window.",
        ),
        delivery(
            "otif-order",
            "On time, in full (orders)",
            Measure::OtifOrder,
            "Share of orders of which every due line was on time and in full.",
        ),
        lead_time(
            "lead-time-bias",
            "Lead-time bias",
            Measure::LeadTimeBias,
            "Mean difference between actual and promised lead time, in days. Positive means later than promised.",
        ),
        lead_time(
            "lead-time-within-2-days",
            "Lead time within 2 days",
            Measure::LeadTimeWithin,
            "Share of delivered lines that were complete at most 2 days before or after the promised date.",
        ),
        quality(
            "ppm",
            "Defective parts per million",
            Measure::Ppm,
            "Defective units per million units received. Only defects confirmed as caused by the supplier count.",
        ),
        quality(
            "lot-acceptance",
            "Lot acceptance",
            Measure::LotAcceptance,
            "Share of inspected lots accepted the first time, without concession, sorting or rework.",
        ),
        Definition {
            price: Some(PriceRules::default()),
            ..bare(
                "ppv",
                "Purchase price variance",
                Measure::Ppv,
                "Difference between actual and baseline price, as a share of the baseline value. Positive is unfavourable.",
            )
        },
        Definition {
            invoice: Some(InvoiceRules::default()),
            ..bare(
                "invoice-accuracy",
                "Invoice accuracy",
                Measure::InvoiceAccuracy,
                "Share of invoices that match order and receipt the first time.",
            )
        },
    ]
}

fn bare(id: &str, name: &str, measure: Measure, description: &str) -> Definition {
    Definition {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        measure,
        direction: measure.direction(),
        unit: measure.unit(),
        minimum_n: measure.standard_minimum_n(),
        delivery: None,
        lead_time: None,
        quality: None,
        price: None,
        invoice: None,
    }
}
