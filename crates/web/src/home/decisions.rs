//! Everything that waits for a decision, each with its reason and the page where it is taken.

use askama::Template;
use axum::extract::State;
use chrono::NaiveDate;
use keelson_domain::{
    access::Permission,
    performance::decisions::{Decision, MissedKpi, waiting},
    segmentation::overrides::TierOverride,
};
use keelson_methods::kpi::Unit;

use crate::{
    App, Result, Signed,
    kit::{
        Html, Locale, NavItem, Page, Shell, Tone,
        format::{self, count},
        list::Blank,
        rows::{Row, Rows},
    },
    performance::words,
};

#[derive(Template)]
#[template(path = "home/decisions.html")]
struct Decisions {
    shell: Shell,
    rows: Rows,
    blank: Blank,
}

pub(super) async fn page(State(app): State<App>, signed: Signed) -> Result<Page> {
    let today = app.now().date_naive();
    let reader = Reader {
        currency: signed.organisation().currency.code(),
        locale: signed.locale(),
        today,
        signed: &signed,
    };
    let found = waiting(app.keelson.db.read(), today).await?;
    Ok(Page::whole(&Decisions {
        rows: Rows {
            rows: found.iter().map(|decision| reader.row(decision)).collect(),
        },
        blank: Blank::new(
            "circle-check",
            "Nothing waits for a decision",
            "Missed targets, requests, duplicates, refused rows and ending documents appear here by themselves.",
        ),
        shell: signed.shell(NavItem::Home),
    }))
}

/// Who reads the decisions, and how.
pub(super) struct Reader<'a> {
    pub(super) currency: &'a str,
    pub(super) locale: Locale,
    pub(super) today: NaiveDate,
    pub(super) signed: &'a Signed,
}

impl Reader<'_> {
    pub(super) fn row(&self, decision: &Decision) -> Row {
        let many = |number: u64, one: &str, many: &str| {
            format::counted(number as i64, one, many, self.locale)
        };
        match decision {
            Decision::TargetMissed {
                supplier,
                name,
                owner,
                quarter,
                kpis,
            } => Row {
                tone: Tone::Bad,
                icon: "trending-down",
                title: format!(
                    "{name} has missed {} two quarters running",
                    match kpis.as_slice() {
                        [one] => format!("its target for {}", one.name),
                        more => format!("{} targets", count(more.len() as i64, self.locale)),
                    }
                ),
                href: format!("/suppliers/{supplier}/scorecard?period={quarter}"),
                text: kpis
                    .iter()
                    .map(|kpi| self.missed(kpi))
                    .collect::<Vec<_>>()
                    .join(" "),
                tail: vec![Html::from("Agree a recovery plan")],
                who: owner.clone(),
            },
            Decision::OverrideRequested(over) => Row {
                tone: Tone::Info,
                icon: "clipboard-check",
                title: format!(
                    "{} asks for {} for {}",
                    over.requester_name,
                    over.tier.label(),
                    over.supplier_name
                ),
                href: self.overrides(),
                text: format!(
                    "Computed is {}. {}",
                    over.computed.label(),
                    crate::segmentation::reason(over)
                ),
                tail: vec![Html::from("Approve or decline")],
                who: Some(over.requester_name.clone()),
            },
            Decision::OverrideEnding(over) => Row {
                tone: Tone::Warn,
                icon: "calendar-clock",
                title: format!("The override of {} ends", over.supplier_name),
                href: self.overrides(),
                text: format!(
                    "{} then becomes {} again, as computed.",
                    over.tier.label(),
                    over.computed.label()
                ),
                tail: vec![Html::from("Renew or let it end"), self.due(over)],
                who: Some(over.requester_name.clone()),
            },
            Decision::Approvals { suppliers } => Row {
                tone: Tone::Info,
                icon: "clipboard-check",
                title: format!(
                    "{} for approval",
                    match suppliers {
                        1 => "1 supplier waits".to_owned(),
                        more => format!("{} suppliers wait", count(*more as i64, self.locale)),
                    }
                ),
                href: "/suppliers?status=under_review".to_owned(),
                text: "Their registration is complete; nobody can order from them before."
                    .to_owned(),
                tail: vec![Html::from("Approve or reject")],
                who: None,
            },
            Decision::Duplicates { open } => Row {
                tone: Tone::Info,
                icon: "git-merge",
                title: format!("{} may be one supplier twice", many(*open, "pair", "pairs")),
                href: "/duplicates".to_owned(),
                text: "A duplicate splits spend and scores. Each pair shows what speaks for it."
                    .to_owned(),
                tail: vec![Html::from("Merge or keep apart")],
                who: None,
            },
            Decision::Rejects {
                import,
                file,
                rejected,
                rows,
            } => Row {
                tone: Tone::Warn,
                icon: "file-up",
                title: format!("The last import refused {}", many(*rejected, "row", "rows")),
                href: format!("/imports/{import}"),
                text: format!(
                    "{file}: {} of {} are not loaded. Each carries its reason.",
                    count(*rejected as i64, self.locale),
                    many(*rows, "row", "rows")
                ),
                tail: vec![Html::from("Correct and load again")],
                who: None,
            },
            Decision::ImportFailed { import, file, why } => Row {
                tone: Tone::Bad,
                icon: "file-up",
                title: format!("The import of {file} failed"),
                href: format!("/imports/{import}"),
                text: why.clone(),
                tail: vec![Html::from("Look at it and load again")],
                who: None,
            },
            Decision::DocumentEnding {
                document_name,
                supplier,
                name,
                ends_on,
                ..
            } => Row {
                tone: Tone::Warn,
                icon: "file-badge",
                title: format!("{document_name} of {name} ends"),
                href: format!("/suppliers/{supplier}/documents"),
                text: String::new(),
                tail: vec![
                    Html::from("Ask for a new one"),
                    format::due(*ends_on, self.today, 14, self.locale),
                ],
                who: None,
            },
            Decision::Unclassified {
                suppliers,
                spend_minor,
            } => Row {
                tone: Tone::Warn,
                icon: "grid-2x2",
                title: format!(
                    "{} cannot be placed in a tier",
                    many(*suppliers, "supplier", "suppliers")
                ),
                href: "/segmentation?tier=unclassified".to_owned(),
                text: format!(
                    "Too little is known about them. They hold {} of yearly spend and are watched like bottlenecks.",
                    format::money_compact(*spend_minor, self.currency, self.locale)
                ),
                tail: vec![Html::from("Rate the largest")],
                who: None,
            },
        }
    }

    fn missed(&self, kpi: &MissedKpi) -> String {
        let write = |value: f64| words::value(kpi.unit, value, self.locale);
        let margin = match kpi.unit {
            Unit::Ppm => "well above",
            _ => "against",
        };
        format!(
            "{} {} {margin} {}.",
            kpi.name,
            write(kpi.value),
            write(kpi.target)
        )
    }

    fn due(&self, over: &TierOverride) -> Html {
        format::due(over.ends_on, self.today, 14, self.locale)
    }

    fn overrides(&self) -> String {
        if self.signed.may(Permission::ViewSegmentation) {
            "/segmentation/overrides".to_owned()
        } else {
            "/".to_owned()
        }
    }
}
