//! Invented data for the gallery: the pump maker Aldermark and some of its suppliers.

use chrono::NaiveDate;

use super::{Components, Portal, Record, SignIn};
use crate::{
    charts::{self, Column, Columns, Course, Point, Unit, spark},
    kit::{
        Html, Locale,
        filter::{ChangedView, FilterGroup, FilterMenu},
        form::{Choice, Errors, Field},
        format,
        list::{Address, Blank, BulkAction, BulkBar, Neighbours, Sort, Tabs},
        marks::{self, Better, Level, Tone},
        panel::{
            Diff, DiffRow, Entry, Figure, Figures, Notice, Props, Segments, Steps, Timeline, Why,
            WhyPart,
        },
        rows::{Menu, RecordHead, Row, Rows, Task, Tasks, link_button},
        shell::{
            BareShell, Create, Flash, NavItem, Person, PinnedView, PortalNav, PortalShell, Shell,
        },
    },
};

const EN: Locale = Locale::EnGb;

pub(super) fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

pub(super) fn today() -> NaiveDate {
    on(2026, 11, 23)
}

pub(super) fn shell(current: NavItem) -> Shell {
    Shell {
        organisation: "Aldermark".into(),
        demo: true,
        person: Person {
            name: "Ingrid Lund".into(),
            role: "Supplier manager".into(),
        },
        current,
        counts: vec![(NavItem::Duplicates, 4)],
        pinned: vec![
            PinnedView {
                name: "Strategic, Europe".into(),
                href: "/_gallery/list?tier=Strategic".into(),
            },
            PinnedView {
                name: "Certificates expiring".into(),
                href: "/_gallery/list?q=a".into(),
            },
        ],
        creates: vec![
            Create {
                label: "New supplier".into(),
                href: "/_gallery/form".into(),
                key: 's',
            },
            Create {
                label: "New import".into(),
                href: "/_gallery/form".into(),
                key: 'i',
            },
        ],
        ..Shell::default()
    }
}

/// One row of the sample list.
pub(super) struct Supplier {
    pub(super) key: usize,
    pub(super) name: String,
    pub(super) category: &'static str,
    pub(super) tier: &'static str,
    pub(super) bars: u8,
    pub(super) spend_minor: i64,
    pub(super) score: Option<f64>,
    pub(super) ends: NaiveDate,
}

impl Supplier {
    pub(super) fn spend(&self) -> String {
        format::money_compact(self.spend_minor, "EUR", EN)
    }

    pub(super) fn score(&self) -> Html {
        let tone = match self.score {
            Some(score) if score < 75.0 => Tone::Bad,
            Some(score) if score < 80.0 => Tone::Warn,
            _ => Tone::Ok,
        };
        marks::score_bar(self.score, tone, "too few order lines", EN)
    }

    pub(super) fn course(&self) -> Html {
        let values: Vec<Option<f64>> = (0..8)
            .map(|i| {
                self.score
                    .filter(|_| (self.key + i) % 7 != 3)
                    .map(|score| score - (i * self.key % 5) as f64)
            })
            .collect();
        spark(
            &values,
            if self.key.is_multiple_of(3) {
                Course::Better
            } else {
                Course::Neither
            },
        )
    }

    pub(super) fn risk(&self) -> Html {
        match self.key % 4 {
            0 => marks::level("High", Level::High),
            1 => marks::level("Medium", Level::Medium),
            _ => marks::level("Low", Level::Low),
        }
    }

    pub(super) fn ends(&self) -> Html {
        format::due(self.ends, today(), 45, EN)
    }
}

const NAMES: [(&str, &str); 20] = [
    ("Norrfjord Castings AB", "Castings"),
    ("Kessler Präzision GmbH", "Machined parts"),
    ("Tanaka Seimitsu K.K.", "Bearings"),
    ("Brenta Motori S.p.A.", "Motors and drives"),
    ("Lumen Sensors Oy", "Electronics"),
    ("Minh Phát Electronics", "Electronics"),
    ("Vallefer Forgiature S.r.l.", "Forgings"),
    ("Oriel Polymers Ltd", "Seals"),
    ("Gdynia Logistyka Sp. z o.o.", "Freight"),
    ("Sierra Molding S.A. de C.V.", "Plastics"),
    ("Rhônefil SAS", "Filters"),
    ("Aurelia Steel N.V.", "Steel"),
    ("Deccan Fasteners Pvt Ltd", "Fasteners"),
    ("Korund Keramik GmbH", "Ceramics"),
    ("Tidal Coatings A/S", "Coatings"),
    ("Castelo Embalagens Lda", "Packaging"),
    ("Clearpath IT Services", "IT services"),
    ("Östra Hydraulik AB", "Hydraulics"),
    ("Pacific Alloys Pty Ltd", "Castings"),
    (
        "Gesellschaft für Oberflächenveredelung und Beschichtungstechnik mbH & Co. KG",
        "Coatings",
    ),
];

pub(super) fn suppliers(query: &str, tier: &str, sort: &Sort) -> Vec<Supplier> {
    let mut all: Vec<Supplier> = (0..NAMES.len() * 3)
        .map(|key| {
            let (name, category) = NAMES[key % NAMES.len()];
            let (tier, bars) = [("Strategic", 3), ("Leverage", 2), ("Routine", 1)][key / 5 % 3];
            let suffix = ["", " (Nord)", " (Service)"][key / NAMES.len()];
            Supplier {
                key,
                name: format!("{name}{suffix}"),
                category,
                tier,
                bars,
                spend_minor: 482_000_000 / (key as i64 + 1),
                score: (key % 11 != 8).then(|| 68.0 + (key * 37 % 250) as f64 / 10.0),
                ends: today() + chrono::TimeDelta::days((key * 53 % 500) as i64 - 20),
            }
        })
        .filter(|supplier| tier.is_empty() || supplier.tier == tier)
        .filter(|supplier| {
            format!("{} {}", supplier.name, supplier.category)
                .to_lowercase()
                .contains(&query.to_lowercase())
        })
        .collect();
    all.sort_by(|a, b| match sort.key.as_str() {
        "name" => a.name.cmp(&b.name),
        "tier" => a.bars.cmp(&b.bars),
        "score" => a.score.unwrap_or(-1.0).total_cmp(&b.score.unwrap_or(-1.0)),
        _ => a.spend_minor.cmp(&b.spend_minor),
    });
    if sort.descends() {
        all.reverse();
    }
    all
}

pub(super) fn views(locale: Locale) -> Tabs {
    Tabs::new("Saved views")
        .counted("All suppliers", "/_gallery/list", true, 60, locale)
        .counted(
            "Strategic",
            "/_gallery/list?tier=Strategic",
            false,
            20,
            locale,
        )
        .counted("At risk", "/_gallery/list?q=k", false, 6, locale)
}

pub(super) fn filters(tier: &str) -> FilterMenu {
    let tiers = ["Strategic", "Leverage", "Routine"].map(|name| Choice::new(name, name));
    FilterMenu::filters(vec![FilterGroup {
        legend: "Tier".into(),
        name: "tier".into(),
        choices: tiers.to_vec(),
        chosen: vec![tier.to_owned()],
    }])
}

pub(super) fn columns() -> FilterMenu {
    let names = ["Category", "Tier", "Spend", "Score", "Risk"];
    FilterMenu::columns(vec![FilterGroup {
        legend: "Columns".into(),
        name: "column".into(),
        choices: names
            .map(|name| Choice::new(name.to_lowercase(), name))
            .to_vec(),
        chosen: names.map(str::to_lowercase).to_vec(),
    }])
}

pub(super) fn changed(address: &Address) -> ChangedView {
    ChangedView {
        reset: "/_gallery/list".into(),
        save: "/_gallery/views".into(),
        address: address.clone(),
        name: String::new(),
        replaces: Some("7".into()),
        may_share: true,
    }
}

pub(super) fn bulk() -> BulkBar {
    let action = |text: &str, icon, href: &str| BulkAction {
        text: text.into(),
        icon,
        href: href.into(),
    };
    BulkBar {
        noun: "suppliers".into(),
        actions: vec![
            action("Assign", "user-round", "/_gallery/list/assign"),
            action("Plan review", "calendar-plus", "/_gallery/list/review"),
        ],
    }
}

fn figures() -> Figures {
    let course = |values: &[f64], course| {
        spark(&values.iter().map(|v| Some(*v)).collect::<Vec<_>>(), course)
    };
    let (spend, unit) = format::money_parts(4_820_000_000, "EUR", EN);
    Figures::new(vec![
        Figure::new("Managed spend", spend)
            .unit(unit)
            .spark(course(
                &[44.0, 44.6, 45.1, 45.8, 46.3, 47.4, 48.2],
                Course::Neither,
            ))
            .note(marks::delta(3.1, 1, "%", Better::Neither, EN))
            .note("on last year")
            .href("/_gallery/list"),
        Figure::new("Portfolio score", "81.4")
            .spark(course(
                &[78.2, 78.9, 79.4, 79.2, 80.2, 80.9, 81.4],
                Course::Better,
            ))
            .note(marks::delta(1.2, 1, "", Better::Higher, EN))
            .note("target 80")
            .href("/_gallery/list"),
        Figure::new("On-time delivery", "94.1")
            .unit("%")
            .spark(course(
                &[93.8, 94.2, 94.6, 94.9, 94.5, 94.5, 94.1],
                Course::Worse,
            ))
            .note(marks::delta(-0.4, 1, "", Better::Higher, EN))
            .note("target 95%")
            .href("/_gallery/list"),
        Figure::new("Defects", "212")
            .unit(" ppm")
            .note(marks::delta(-34.0, 0, "", Better::Lower, EN))
            .note("target 350"),
        Figure::missing("Invoice accuracy", "no invoices in the period"),
        Figure::new("Next key date", "23")
            .unit(" days")
            .note("notice, 16 Dec 2026"),
    ])
}

fn why() -> Why {
    let part = |name: &str, source: &str, share: Option<f64>, points: Html| WhyPart {
        name: name.into(),
        source: source.into(),
        href: share.map(|_| "/_gallery/list".to_owned()),
        share,
        points,
    };
    let mut why = Why::new(
        marks::tier("Strategic", 3),
        "Show how the tier was set",
        "86.5 points put Norrfjord in the strategic tier",
    );
    why.text =
        "Strategic starts at 75. Computed on 1 Nov 2026 with policy 3, confirmed by Ruth Sandoval."
            .into();
    why.parts = vec![
        part(
            "Spend",
            "€4.82m a year, first of 412",
            Some(0.95),
            "28.5 of 30".into(),
        ),
        part(
            "Business impact",
            "Pump housings for three product lines",
            Some(0.9),
            "27.0 of 30".into(),
        ),
        part(
            "Supply risk",
            "Two qualified sources, 26 weeks of tooling",
            Some(0.75),
            "18.8 of 25".into(),
        ),
        part(
            "Innovation potential",
            "Not assessed yet",
            None,
            format::missing("not assessed yet"),
        ),
    ];
    why.total = Some("86.5".into());
    why.next = vec!["Below 70 for two quarters in a row would move it to leverage.".into()];
    why.rules = Some(("See the tier policy".into(), "/_gallery".into()));
    why
}

fn timeline() -> Timeline {
    let entry = |who: Option<&str>, icon, what: &str, when: &str, note: Option<&str>| Entry {
        who: who.map(str::to_owned),
        icon,
        what: what.into(),
        when: when.into(),
        note: note.map(str::to_owned),
    };
    Timeline {
        days: vec![
            (
                "Today".into(),
                vec![
                    entry(
                        Some("Ingrid Lund"),
                        "message-square",
                        "logged a call",
                        "2 hours ago",
                        Some("Furnace repair moved to week 3. No effect on December call-offs."),
                    ),
                    entry(None, "gauge", "Scorecard Q3 2026 published", "07:15", None),
                ],
            ),
            (
                "Last week".into(),
                vec![entry(
                    Some("Omar Mansour"),
                    "file-text",
                    "uploaded a price review",
                    "19 Nov",
                    None,
                )],
            ),
        ],
    }
}

fn props() -> Props {
    Props::default()
        .row("Owner", marks::person("Ingrid Lund"))
        .row("Status", marks::badge("Active", Tone::Ok))
        .row(
            "Code of conduct",
            marks::level("Signed, audited May 2026", Level::Low),
        )
        .row_or("DUNS", None::<Html>, "not reported")
        .row("LEI", marks::code("529900T8BM49AURSDO55"))
}

pub(super) fn components() -> Components {
    let mut shell = shell(NavItem::Home);
    shell.flash = vec![
        Flash::ok("Kessler Präzision was retired.").with_undo("/_gallery/undo"),
        Flash::bad("The import stopped at row 4,010: 31 February is not a date."),
    ];
    let change = |field: &str, before: Option<&str>, after: Option<&str>| DiffRow {
        field: field.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let row =
        |tone: Tone, icon, title: &str, text: &str, act: &str, by: NaiveDate, who: &str| Row {
            tone,
            icon,
            title: title.into(),
            href: "/_gallery/record".into(),
            text: text.into(),
            tail: vec![act.into(), format::due(by, today(), 10, EN)],
            who: Some(who.into()),
        };
    Components {
        shell,
        figures: figures(),
        periods: Segments {
            label: "Period".into(),
            choices: ["Quarter", "Year to date", "12 months"]
                .map(|text| (text.to_owned(), "/_gallery".to_owned(), text == "12 months"))
                .to_vec(),
        },
        why: why(),
        rows: Rows {
            rows: vec![
                row(
                    Tone::Bad,
                    "trending-down",
                    "Kessler Präzision has missed its delivery target two months running",
                    "On-time delivery 91.2% against 95%.",
                    "Agree recovery plan",
                    on(2026, 11, 19),
                    "Omar Mansour",
                ),
                row(
                    Tone::Warn,
                    "calendar-clock",
                    "Norrfjord frame agreement: the notice window closes in 23 days",
                    "Renews for 24 months on 31 Jan 2027 unless we act.",
                    "Renew or renegotiate",
                    on(2026, 12, 16),
                    "Ingrid Lund",
                ),
            ],
        },
        timeline: timeline(),
        props: props(),
        steps: Steps {
            label: "Import".into(),
            steps: ["Upload", "Map columns", "Preview", "Run"]
                .map(|text| (text.to_owned(), Some("/_gallery".to_owned())))
                .to_vec(),
            current: 2,
        },
        diff: Diff {
            caption: "What the import would change".into(),
            rows: vec![
                change("Legal name", Some("Norrfjord Castings"), Some("Norrfjord Castings AB")),
                change("City", Some("Jönköping"), Some("Jönköping")),
                change("VAT number", None, Some("SE556012579001")),
            ],
        },
        blank: Blank::new(
            "upload",
            "No order lines yet",
            "Scores need deliveries. Load an export from your ERP, and the first scorecards stand a minute later.",
        )
        .action("Load an export", "/_gallery/form"),
        notices: vec![
            Notice::new(Tone::Info, "Provisional.", "Only 14 of 30 weighted points have data."),
            Notice::new(Tone::Ok, "Up to date.", "Figures to 23 Nov 2026."),
            Notice::new(Tone::Warn, "Notice by 16 Dec 2026.", "The agreement renews for 24 months otherwise."),
            Notice::new(Tone::Bad, "Three rows were rejected.", "Download them, correct them and load them again."),
        ],
        menu: Menu {
            label: "More actions".into(),
            text: String::new(),
            icon: "ellipsis",
            items: vec![
                ("download", "Export".into(), "/_gallery".into()),
                ("archive", "Retire supplier".into(), "/_gallery".into()),
            ],
        },
    }
}

pub(super) fn record() -> Record {
    let tools = link_button(
        "Plan meeting",
        Some("calendar-plus"),
        "/_gallery/form",
        "only-wide",
    )
    .then(link_button(
        "Log interaction",
        Some("message-square-plus"),
        "/_gallery/form",
        "primary",
    ));
    Record {
        shell: shell(NavItem::Suppliers),
        head: RecordHead::new("Norrfjord Castings AB")
            .status(Html::of(why()))
            .status(marks::badge("Active", Tone::Ok))
            .fact("map-pin", "Jönköping, Sweden")
            .fact("box", "Castings")
            .fact("hash", "S-00118")
            .tools(tools),
        neighbours: Neighbours {
            position: "2".into(),
            of: "14".into(),
            previous: Some(("Kessler Präzision GmbH".into(), "/_gallery/record".into())),
            next: Some(("Tanaka Seimitsu K.K.".into(), "/_gallery/record".into())),
        },
        figures: figures(),
        tabs: Tabs::new("Supplier sections")
            .tab("Overview", "/_gallery/record", true)
            .tab("Scorecard", "/_gallery/record", false)
            .counted("Deliveries", "/_gallery/record", false, 1_204, EN)
            .counted("Documents", "/_gallery/record", false, 18, EN)
            .tab("People", "/_gallery/record", false)
            .tab("Activity", "/_gallery/record", false),
        radar: super::charts::radar(),
        props: props(),
        timeline: timeline(),
    }
}

pub(super) fn portal() -> Portal {
    let nav = |label: &str, current, count| PortalNav {
        label: label.into(),
        href: "/_gallery/portal".into(),
        current,
        count,
    };
    let task = |tone, icon, title: &str, text: &str, state: &str, done| Task {
        tone,
        icon,
        title: title.into(),
        href: "/_gallery/portal".into(),
        text: text.into(),
        state: state.into(),
        done,
    };
    let column = |name: &str, value: f64, between: Option<(f64, f64)>| Column {
        soft: between.is_some(),
        ..Column::new(
            name,
            Point::of(value).map(|point| match between {
                Some((low, high)) => point.between(low, high),
                None => point.note("firm order"),
            }),
        )
    };
    Portal {
        shell: PortalShell {
            organisation: "Aldermark".into(),
            demo: true,
            supplier: "Norrfjord Castings AB".into(),
            person: Person {
                name: "Marta Ekström".into(),
                role: "Key account director".into(),
            },
            nav: vec![
                nav("Home", true, None),
                nav("Scorecard", false, None),
                nav("Profile", false, None),
                nav("Documents", false, Some(2)),
            ],
            ..PortalShell::default()
        },
        tasks: Tasks {
            tasks: vec![
                task(
                    Tone::Bad,
                    "receipt-text",
                    "Send the price breakdown for housing HP-40",
                    "Agreed at the October review. Was due 18 November.",
                    "Late",
                    false,
                ),
                task(
                    Tone::Warn,
                    "file-badge",
                    "Upload your new ISO 14001 certificate",
                    "The one we hold runs out on 18 January 2027. PDF, up to 20 MB.",
                    "Due 25 Nov",
                    false,
                ),
                task(
                    Tone::Ok,
                    "check",
                    "Accept the Q3 scorecard",
                    "Accepted by you today at 07:15.",
                    "",
                    true,
                ),
            ],
        },
        forecast: Columns {
            label: "What we expect to order, in tonnes".into(),
            ..Columns::new(
                "",
                vec![
                    column("Dec", 118.0, None),
                    column("Jan", 124.0, None),
                    column("Feb", 121.0, Some((112.0, 130.0))),
                    column("Mar", 136.0, Some((121.0, 149.0))),
                    Column::new("Apr", None),
                    column("May", 139.0, Some((116.0, 161.0))),
                ],
                Unit::suffixed(0, " t", EN),
            )
        },
    }
}

pub(super) fn sign_in() -> SignIn {
    let errors = Errors::none().with(
        "email",
        "Enter your e-mail address, for example ingrid.lund@aldermark.example",
    );
    SignIn {
        shell: BareShell {
            organisation: "Aldermark".into(),
            has_errors: true,
            ..BareShell::default()
        },
        fields: vec![
            Field::email("email", "E-mail address")
                .autocomplete("username")
                .error(&errors),
            Field::password("password", "Password").autocomplete("current-password"),
        ],
        errors,
    }
}

/// The whisker used beside figures: how good, and how sure.
pub(super) fn whisker(value: f64, low: f64, high: f64) -> Html {
    charts::interval(value, (low, high), Some(0.95), (0.7, 1.0))
}
