//! One of each chart.

use askama::Template;

use super::samples::{on, shell, today, whisker};
use crate::{
    charts::{
        Area, Axis, Bar, Bubble, Calendar, CalendarEvent, Column, Columns, Heat, HeatCell, Height,
        Ink, Key, Kind, Link, Matrix, Network, Node, NodeKind, Pareto, ParetoItem, Point, Radar,
        Series, Timeline, Treemap, Trend, Unit, bar, bar_toned,
    },
    kit::{Html, Locale, NavItem, Shell, Tone},
};

const EN: Locale = Locale::EnGb;

#[derive(Template)]
#[template(path = "kit/gallery/charts.html")]
pub(super) struct Sheet {
    shell: Shell,
    tiers: Trend,
    defects: Trend,
    matrix: Matrix,
    crowded: Matrix,
    heat: Heat,
    pareto: Pareto,
    timeline: Timeline,
    treemap: Treemap,
    network: Network,
    calendar: Calendar,
    columns: Columns,
    radar: Radar,
    bars: Vec<(&'static str, Html, &'static str)>,
    empty: Trend,
}

pub(super) fn sheet() -> Sheet {
    Sheet {
        shell: shell(NavItem::Scorecards),
        tiers: tiers(),
        defects: defects(),
        matrix: matrix(22),
        crowded: matrix(120),
        heat: heat(),
        pareto: pareto(),
        timeline: timeline(),
        treemap: treemap(),
        network: network(),
        calendar: calendar(),
        columns: columns(),
        radar: radar(),
        bars: vec![
            ("Norrfjord", whisker(0.964, 0.94, 0.98), "96.4%"),
            ("Kessler", whisker(0.912, 0.88, 0.94), "91.2%"),
            ("Vela, 9 lines", whisker(0.889, 0.72, 0.97), "88.9%"),
            ("Quality", bar(0.91, Ink::One, Some(0.8)), "91"),
            ("Cost", bar_toned(0.72, Tone::Warn, Some(0.8)), "72"),
        ],
        empty: Trend::new("Nothing yet", Vec::new(), Vec::new(), Unit::number(1, EN)),
    }
}

fn points(values: &[f64]) -> Vec<Option<Point>> {
    values
        .iter()
        .map(|value| Point::of(*value).map(|point| point.href("/_gallery/list")))
        .collect()
}

fn quarters() -> Vec<String> {
    [
        "Q4 24", "Q1 25", "Q2 25", "Q3 25", "Q4 25", "Q1 26", "Q2 26", "Q3 26",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn tiers() -> Trend {
    let series = vec![
        Series::new(
            "Strategic",
            Ink::One,
            points(&[80.6, 81.2, 81.9, 82.6, 83.1, 83.4, 84.2, 84.9]),
        ),
        Series::new(
            "Leverage",
            Ink::Two,
            points(&[79.9, 80.3, 79.8, 79.9, 80.1, 79.6, 79.4, 78.2]),
        ),
        Series::new(
            "Transactional",
            Ink::Six,
            points(&[81.8, 82.0, 82.3, 82.1, 82.6, 82.9, 82.7, 82.6]),
        ),
    ];
    Trend {
        target: Some(80.0),
        height: Height::H260,
        ..Trend::new(
            "Weighted score by tier over eight quarters",
            quarters(),
            series,
            Unit::number(1, EN),
        )
    }
}

fn defects() -> Trend {
    let values = [
        Some(480.0),
        Some(455.0),
        None,
        Some(390.0),
        Some(352.0),
        None,
        Some(246.0),
        Some(212.0),
    ];
    let with_band = |value: Option<f64>| {
        value.and_then(Point::of).map(|point| {
            let value = value.unwrap_or_default();
            point.between(value * 0.8, value * 1.25).note("38 lots")
        })
    };
    let mut series = Series::new("Defects", Ink::One, values.map(with_band).to_vec());
    series.missing = "no inspections".into();
    Trend {
        target: Some(350.0),
        from_zero: true,
        ..Trend::new(
            "Defects per million, with their likely range",
            quarters(),
            vec![series],
            Unit::suffixed(0, " ppm", EN),
        )
    }
}

const SHORT: [&str; 22] = [
    "Norrfjord",
    "Kessler",
    "Tanaka",
    "Brenta",
    "Lumen",
    "Minh Phát",
    "Vallefer",
    "Oriel",
    "Gdynia",
    "Sierra",
    "Rhônefil",
    "Aurelia",
    "Deccan",
    "Korund",
    "Tidal",
    "Castelo",
    "Clearpath",
    "Pacific",
    "Bluefen",
    "Nordkabel",
    "Hudson",
    "Atlas",
];
const SPOTS: [(f64, f64); 22] = [
    (60.0, 89.0),
    (73.0, 69.0),
    (88.0, 83.0),
    (55.0, 71.0),
    (58.0, 57.0),
    (83.0, 58.0),
    (31.0, 68.0),
    (93.0, 65.0),
    (37.0, 82.0),
    (22.0, 58.0),
    (42.0, 58.0),
    (14.0, 74.0),
    (24.0, 38.0),
    (83.0, 34.0),
    (60.0, 30.0),
    (10.0, 24.0),
    (35.0, 27.0),
    (71.0, 19.0),
    (17.0, 14.0),
    (44.0, 35.0),
    (28.0, 10.0),
    (7.0, 40.0),
];

fn matrix(count: usize) -> Matrix {
    let bubble = |i: usize| {
        let (x, y) = if count == SPOTS.len() {
            SPOTS[i]
        } else {
            (
                (i * 37 % 101) as f64 * 0.6 + (i * 11 % 40) as f64,
                (i * 53 % 97) as f64 * 0.7 + (i * 7 % 29) as f64,
            )
        };
        let mut bubble = Bubble::new(SHORT[i % SHORT.len()], x, y, 4_820.0 / (i as f64 + 1.0))?;
        bubble.weight_text = format!("€{}k a year", 4_820 / (i + 1));
        bubble.kind = match (x >= 50.0, y >= 50.0) {
            (true, true) => Kind::Solid,
            (false, true) => Kind::Ringed,
            (false, false) => Kind::Hollow,
            (true, false) => Kind::Dashed,
        };
        bubble.priority = if i < 3 { 2 } else { 1 };
        bubble.ring = matches!(i, 1 | 2 | 17).then(|| "High risk open".to_owned());
        bubble.href = Some("/_gallery/record".to_owned());
        Some(bubble)
    };
    let mut matrix = Matrix::kraljic((0..count).filter_map(bubble).collect(), EN);
    matrix.kinds = vec![
        (Kind::Solid, "Strategic".into()),
        (Kind::Ringed, "Leverage".into()),
        (Kind::Dashed, "Bottleneck".into()),
        (Kind::Hollow, "Routine".into()),
    ];
    matrix
}

fn heat() -> Heat {
    let counts = [
        [0, 0, 1, 1, 0],
        [0, 2, 3, 2, 1],
        [1, 4, 6, 3, 2],
        [2, 5, 4, 2, 1],
        [1, 1, 1, 0, 0],
    ];
    let level = |likely: usize, impact: usize| match (5 - likely) * (impact + 1) {
        16.. => 5,
        10.. => 4,
        6.. => 3,
        3.. => 2,
        _ => 1,
    };
    let cell = |likely: usize, impact: usize, count: i32| HeatCell {
        text: if count > 0 {
            count.to_string()
        } else {
            String::new()
        },
        level: level(likely, impact),
        title: format!("{count} risks"),
        href: Some("/_gallery/list".into()),
    };
    Heat {
        label: "Open risks by likelihood and impact".into(),
        rows: ["Almost certain", "Likely", "Possible", "Unlikely", "Rare"]
            .map(str::to_owned)
            .to_vec(),
        columns: ["Minor", "Low", "Medium", "Major", "Severe"]
            .map(str::to_owned)
            .to_vec(),
        cells: counts
            .iter()
            .enumerate()
            .map(|(i, row)| {
                row.iter()
                    .enumerate()
                    .map(|(j, count)| cell(i, j, *count))
                    .collect()
            })
            .collect(),
        axis: "Impact".into(),
    }
}

fn pareto() -> Pareto {
    let item = |(i, name): (usize, &&str)| ParetoItem {
        name: (*name).to_owned(),
        value: 482_000_000.0 / (i as f64 + 1.0).sqrt(),
        href: Some("/_gallery/record".into()),
    };
    let items = SHORT.iter().take(8).enumerate().map(item).collect();
    Pareto {
        total: Some(4_821_000_000.0),
        mark_at: Some(0.5),
        ..Pareto::new(
            "Largest suppliers by spend",
            items,
            Unit::money("EUR", EN),
            EN,
        )
    }
}

fn timeline() -> Timeline {
    let bar = |name: &str, note: &str, to, notice, bad| Bar {
        name: name.into(),
        note: note.into(),
        href: Some("/_gallery/record".into()),
        from: on(2026, 6, 1),
        to,
        notice: Some(notice),
        keys: vec![Key {
            on: notice,
            title: format!("Notice by {}", crate::kit::format::date(notice, EN)),
            text: None,
            bad,
        }],
        title: format!("{name}, notice by {}", crate::kit::format::date(notice, EN)),
    };
    Timeline {
        label: "Contracts needing attention".into(),
        row_name: "Contract".into(),
        from: on(2026, 10, 15),
        to: on(2027, 6, 15),
        today: today(),
        bars: vec![
            bar(
                "Aurelia Steel",
                "€1.49m, expires",
                Some(on(2026, 12, 18)),
                on(2026, 11, 18),
                true,
            ),
            bar(
                "Oriel Polymers",
                "€1.98m, renews",
                Some(on(2026, 12, 31)),
                on(2026, 12, 1),
                false,
            ),
            bar(
                "Norrfjord Castings",
                "€4.82m, renews",
                Some(on(2027, 1, 31)),
                on(2026, 12, 16),
                false,
            ),
            bar(
                "Joint development",
                "IP shared, no end",
                None,
                on(2027, 4, 30),
                false,
            ),
        ],
        locale: EN,
    }
}

fn treemap() -> Treemap {
    let areas = [
        ("Castings", 8.9, 3),
        ("Machined parts", 7.1, 3),
        ("Electronics", 6.8, 2),
        ("Bearings", 5.2, 2),
        ("Motors and drives", 4.6, 2),
        ("Freight", 3.4, 1),
        ("Forgings", 2.9, 1),
        ("Seals", 2.4, 1),
        ("Steel", 2.2, 1),
        ("IT", 1.6, 1),
        ("Packaging", 1.4, 1),
        ("MRO", 0.9, 1),
        ("Other", 0.8, 1),
    ];
    let area = |(name, value, strength): (&str, f64, u8)| Area {
        name: name.into(),
        value: value * 1e8,
        strength,
        href: Some("/_gallery/list".into()),
    };
    Treemap::new(
        "Spend by category, 12 months",
        areas.map(area).to_vec(),
        Unit::money("EUR", EN),
    )
}

fn network() -> Network {
    use NodeKind::{Critical, Direct, Further, Own};
    let nodes = [
        ("Aldermark", "us", Own),
        ("Norrfjord", "casting", Direct),
        ("Tanaka", "bearings", Direct),
        ("Kessler", "machining", Direct),
        ("Lumen", "sensors", Direct),
        ("Oriel", "seals", Direct),
        ("Minh Phát", "boards", Direct),
        ("Pig iron, Luleå", "tier 2", Further),
        ("Resin, Antwerp", "tier 2", Further),
        ("Zirconia, Ube", "tier 2, sole source", Critical),
        ("Bar steel, Ghent", "tier 2", Further),
        ("Wafers, Dresden", "tier 2, shared by two", Critical),
        ("Capacitors, Suzhou", "tier 2", Further),
        ("EPDM, Geleen", "tier 2", Further),
    ];
    let links = [
        (0, 1, false),
        (0, 2, true),
        (0, 3, false),
        (0, 4, false),
        (0, 5, false),
        (0, 6, false),
        (1, 7, false),
        (1, 8, false),
        (2, 9, true),
        (3, 10, false),
        (3, 1, false),
        (4, 11, true),
        (6, 11, true),
        (6, 12, false),
        (5, 13, false),
        (10, 7, false),
    ];
    let node = |(name, role, kind): (&str, &str, NodeKind)| Node {
        name: name.into(),
        role: role.into(),
        kind,
        href: Some("/_gallery/record".into()),
    };
    Network {
        label: "Supply network, two tiers down".into(),
        nodes: nodes.map(node).to_vec(),
        links: links
            .map(|(from, to, critical)| Link { from, to, critical })
            .to_vec(),
    }
}

fn calendar() -> Calendar {
    let event = |day, text: &str, tone| CalendarEvent {
        on: on(2026, 12, day),
        text: text.into(),
        href: Some("/_gallery/record".into()),
        tone,
    };
    Calendar {
        month: on(2026, 12, 1),
        today: on(2026, 12, 9),
        events: vec![
            event(1, "Oriel: notice", Tone::Warn),
            event(1, "Minh Phát review", Tone::Plain),
            event(3, "Norrfjord business review", Tone::Info),
            event(9, "ISO 14001 audit", Tone::Ok),
            event(16, "Notice FA-2024-118", Tone::Bad),
        ],
        locale: EN,
    }
}

fn columns() -> Columns {
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let values = [
        31.0,
        28.0,
        0.0,
        44.0,
        39.0,
        52.0,
        f64::NAN,
        61.0,
        58.0,
        47.0,
        -6.0,
        12.0,
    ];
    let column = |(name, value): (&str, f64)| {
        Column::new(
            name,
            Point::of(value).map(|point| point.href("/_gallery/list")),
        )
    };
    Columns {
        target: Some(40.0),
        missing: "no receipts".into(),
        ..Columns::new(
            "Savings by month",
            months.into_iter().zip(values).map(column).collect(),
            Unit::suffixed(0, "k", EN),
        )
    }
}

pub(super) fn radar() -> Radar {
    let axis = |(name, now, before): (&str, Option<f64>, f64)| Axis {
        name: name.into(),
        now,
        before: Some(before),
        median: Some(82.0),
        href: Some("/_gallery/list".into()),
        missing: "too few order lines".into(),
    };
    let axes = [
        ("Quality", Some(91.0), 86.0),
        ("Delivery", Some(88.0), 87.0),
        ("Cost", Some(78.0), 80.0),
        ("Service", Some(92.0), 88.0),
        ("Innovation", None, 78.0),
        ("Nachhaltigkeitsleistung", Some(80.0), 76.0),
    ];
    Radar {
        label: "Scorecard by dimension, Q3 2026".into(),
        axes: axes.map(axis).to_vec(),
        now: "Q3 2026".into(),
        before: Some("Q3 2025".into()),
        median: Some("Median of the tier".into()),
        from: 40.0,
        locale: EN,
    }
}
