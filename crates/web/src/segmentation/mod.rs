//! Where each supplier sits, why, and overriding it.

mod list;
mod overrides;
mod why;

use keelson_domain::{access::Permission, segmentation::overrides::TierOverride};
use keelson_methods::segmentation::OverrideReason;

use crate::Routes;

pub(crate) use why::WhyTier;

pub(crate) fn routes() -> Routes {
    use Permission::{DefineSegmentation, OverrideTiers, ViewSegmentation};
    Routes::new()
        .get("/segmentation", ViewSegmentation, list::page)
        .get("/segmentation/export", Permission::ExportData, list::export)
        .post("/segmentation/tiers", DefineSegmentation, list::set_tiers)
        .get("/segmentation/overrides", ViewSegmentation, overrides::list)
        .get("/suppliers/{id}/why", ViewSegmentation, why::page)
        .get(
            "/suppliers/{id}/tier-override",
            OverrideTiers,
            overrides::ask,
        )
        .post(
            "/suppliers/{id}/tier-override",
            OverrideTiers,
            overrides::request,
        )
        .post(
            "/suppliers/{id}/tier-overrides/{over}/approval",
            OverrideTiers,
            overrides::approve,
        )
        .post(
            "/suppliers/{id}/tier-overrides/{over}/withdrawal",
            OverrideTiers,
            overrides::withdraw,
        )
}

/// Why a tier is overridden, in a sentence.
pub(crate) fn reason(over: &TierOverride) -> String {
    let words = reason_words(over.reason);
    if over.note.is_empty() {
        format!("{words}.")
    } else {
        format!("{words}: {}", over.note)
    }
}

fn reason_words(reason: OverrideReason) -> &'static str {
    match reason {
        OverrideReason::Merger => "A merger",
        OverrideReason::Regulatory => "A regulator demands it",
        OverrideReason::Roadmap => "The product roadmap demands it",
        OverrideReason::DataError => "The data behind it is wrong",
        OverrideReason::Other => "Another reason",
    }
}
