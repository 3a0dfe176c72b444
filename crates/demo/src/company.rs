//! Who supplies the sample company: first the suppliers with a story, then as many others as asked for.

use std::collections::HashSet;

use rand::{Rng, seq::IndexedRandom};

use crate::world::{CATEGORIES, COUNTRIES, Category, Country, SUFFIXES};

/// An invented supplier, and how it behaves.
#[derive(Debug)]
pub(crate) struct Supplier {
    /// Its number in the sample company's ERP.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) country: &'static Country,
    pub(crate) city: &'static str,
    pub(crate) category: &'static Category,
    pub(crate) contact: String,
    pub(crate) domain: String,
    pub(crate) status: &'static str,
    pub(crate) partner_since: i32,
    pub(crate) sites: Vec<&'static str>,
    pub(crate) ratings: Ratings,
    pub(crate) habits: Habits,
}

/// What people know about a supplier and no order line says. `None` is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratings {
    pub(crate) impact: Option<i64>,
    pub(crate) innovation: Option<i64>,
    pub(crate) alternatives: Option<i64>,
    pub(crate) switching_minor: Option<i64>,
    pub(crate) market_hhi_ppm: Option<i64>,
    pub(crate) risk_centi: Option<i64>,
    pub(crate) revenue_minor: Option<i64>,
    pub(crate) dependency_centi: Option<i64>,
}

/// How a supplier behaves, month by month.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Order lines a month, on average.
    pub(crate) lines: f64,
    /// Chance that a line is delivered by its date, in the first month.
    pub(crate) on_time: f64,
    /// What happens to that chance each month.
    pub(crate) drift: f64,
    /// Chance that a line comes earlier than anybody wants.
    pub(crate) too_early: f64,
    /// Chance that a line is delivered in parts.
    pub(crate) partial: f64,
    /// Defective units in a million.
    pub(crate) ppm: f64,
    /// Price against the standard price, growing each month.
    pub(crate) price_drift: f64,
    /// Chance that an invoice matches at once.
    pub(crate) invoices: f64,
    /// Only the last so many months have lines.
    pub(crate) months: u32,
}

/// What makes a story: a name, a place, and how the figures differ from anybody's.
struct Story {
    name: &'static str,
    country: &'static str,
    city: &'static str,
    category: &'static str,
    lines: f64,
    tell: fn(&mut Habits, &mut Ratings),
}

/// The suppliers a demonstration visits.
const STORIES: &[Story] = &[
    // The star: strategic, and better each quarter.
    Story {
        name: "Norrfjord Castings AB",
        country: "SE",
        city: "Jönköping",
        category: "CAST",
        lines: 190.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.drift, habits.ppm, habits.invoices) =
                (0.930, 0.0016, 260.0, 0.98);
            (ratings.impact, ratings.innovation, ratings.alternatives) =
                (Some(5), Some(5), Some(1));
        },
    },
    // The slide: strategic, good for years, and losing a point a month since last winter.
    Story {
        name: "Kessler Präzision GmbH",
        country: "DE",
        city: "Aalen",
        category: "MACH",
        lines: 240.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.drift, habits.ppm, habits.price_drift) =
                (0.975, -0.0095, 700.0, 0.0015);
            (ratings.impact, ratings.alternatives, ratings.risk_centi) =
                (Some(5), Some(1), Some(6_400));
        },
    },
    // The sole source: excellent, small, and nobody else can make it.
    Story {
        name: "Tanaka Seimitsu K.K.",
        country: "JP",
        city: "Nagano",
        category: "BEAR",
        lines: 120.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.ppm, habits.invoices) = (0.985, 60.0, 0.99);
            (ratings.impact, ratings.alternatives, ratings.risk_centi) =
                (Some(5), Some(0), Some(7_200));
            ratings.switching_minor = Some(240_000_000);
        },
    },
    Story {
        name: "Brenta Motori S.p.A.",
        country: "IT",
        city: "Vicenza",
        category: "MOTR",
        lines: 110.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.partial) = (0.94, 0.30);
            (ratings.impact, ratings.alternatives) = (Some(5), Some(2));
        },
    },
    Story {
        name: "Lumen Sensors Oy",
        country: "FI",
        city: "Tampere",
        category: "SENS",
        lines: 100.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.drift) = (0.955, 0.0008);
            (ratings.innovation, ratings.impact, ratings.alternatives) =
                (Some(5), Some(4), Some(1));
        },
    },
    Story {
        name: "Minh Phát Electronics JSC",
        country: "VN",
        city: "Hai Phong",
        category: "ELEC",
        lines: 150.0,
        tell: |habits, ratings| {
            (habits.on_time, habits.ppm, habits.price_drift) = (0.915, 2_400.0, -0.001);
            (ratings.impact, ratings.alternatives) = (Some(5), Some(2));
        },
    },
    // Half of one party that is twice in the books.
    Story {
        name: "Vallefer Forgiature S.r.l.",
        country: "IT",
        city: "Brescia",
        category: "FORG",
        lines: 95.0,
        tell: |habits, _| habits.on_time = 0.93,
    },
    Story {
        name: "Vallefer Forgiature SRL",
        country: "IT",
        city: "Brescia",
        category: "FORG",
        lines: 12.0,
        tell: |habits, _| habits.on_time = 0.90,
    },
    // Too little data for any judgement.
    Story {
        name: "Korund Keramik GmbH",
        country: "DE",
        city: "Solingen",
        category: "CERA",
        lines: 1.6,
        tell: |habits, ratings| {
            habits.months = 5;
            (ratings.impact, ratings.alternatives, ratings.innovation) =
                (Some(5), Some(1), Some(4));
        },
    },
    Story {
        name: "Oriel Polymers Ltd",
        country: "GB",
        city: "Coventry",
        category: "SEAL",
        lines: 120.0,
        tell: |habits, _| (habits.on_time, habits.too_early) = (0.95, 0.22),
    },
    Story {
        name: "Gdynia Logistyka Sp. z o.o.",
        country: "PL",
        city: "Gdynia",
        category: "FRGT",
        lines: 130.0,
        tell: |habits, _| (habits.on_time, habits.drift) = (0.95, -0.004),
    },
    Story {
        name: "Aurelia Steel N.V.",
        country: "NL",
        city: "Dordrecht",
        category: "STEL",
        lines: 105.0,
        tell: |habits, _| (habits.on_time, habits.invoices) = (0.94, 0.82),
    },
];

/// The suppliers of a sample company, `count` of them; never fewer than the stories.
pub(crate) fn suppliers(rng: &mut impl Rng, count: u32) -> Vec<Supplier> {
    let mut names: HashSet<String> = STORIES.iter().map(|story| story.name.to_owned()).collect();
    let mut all: Vec<Supplier> = STORIES.iter().map(|story| told(rng, story)).collect();
    let others = (count as usize).saturating_sub(all.len());
    for rank in 0..others {
        all.push(other(rng, &mut names, rank, others));
    }
    for (number, supplier) in all.iter_mut().enumerate() {
        supplier.key = format!("V{:06}", 100_000 + number * 7);
    }
    all
}

fn told(rng: &mut impl Rng, story: &Story) -> Supplier {
    let country = COUNTRIES
        .iter()
        .find(|country| country.code == story.country)
        .unwrap_or(&COUNTRIES[0]);
    let category = CATEGORIES
        .iter()
        .find(|category| category.code == story.category)
        .unwrap_or(&CATEGORIES[0]);
    let mut habits = habits(rng, story.lines);
    let mut ratings = ratings(rng, category, country, story.lines, false);
    (story.tell)(&mut habits, &mut ratings);
    supplier(
        rng,
        story.name.to_owned(),
        country,
        story.city,
        category,
        habits,
        ratings,
    )
}

/// Order lines fall off with the rank as they do in the world: a few suppliers hold most of the spend.
fn other(rng: &mut impl Rng, names: &mut HashSet<String>, rank: usize, of: usize) -> Supplier {
    let category = weighted(rng, CATEGORIES, |category| category.share);
    let country = weighted(rng, COUNTRIES, |country| country.share);
    let name = name(rng, names, category, country);
    let lines = (420.0 / (rank as f64 + 7.0).powf(0.82) + 0.5) * rng.random_range(0.7..1.3);
    let mut habits = habits(rng, lines);
    // The tail is where suppliers come and go, and where nobody has written anything down.
    let tail = rank * 10 > of * 7;
    if tail && rng.random_bool(0.3) {
        habits.months = rng.random_range(3..20);
    }
    let ratings = ratings(rng, category, country, lines, tail);
    let city = country.cities.choose(rng).copied().unwrap_or_default();
    let mut supplier = supplier(rng, name, country, city, category, habits, ratings);
    if tail {
        supplier.status = [
            "active",
            "active",
            "active",
            "approved",
            "under_review",
            "registering",
            "retired",
        ]
        .choose(rng)
        .copied()
        .unwrap_or("active");
        if matches!(supplier.status, "under_review" | "registering") {
            supplier.habits.lines = 0.0;
        }
    }
    supplier
}

fn supplier(
    rng: &mut impl Rng,
    name: String,
    country: &'static Country,
    city: &'static str,
    category: &'static Category,
    habits: Habits,
    ratings: Ratings,
) -> Supplier {
    let given = country.given.choose(rng).copied().unwrap_or_default();
    let family = country.family.choose(rng).copied().unwrap_or_default();
    let mut sites = vec![city];
    if habits.lines > 60.0 && rng.random_bool(0.5) {
        sites.extend(country.cities.iter().find(|other| **other != city));
    }
    Supplier {
        key: String::new(),
        domain: domain(&name),
        name,
        country,
        city,
        category,
        contact: format!("{given} {family}"),
        status: "active",
        partner_since: rng.random_range(2004..2024),
        sites,
        ratings,
        habits,
    }
}

fn habits(rng: &mut impl Rng, lines: f64) -> Habits {
    // Most deliver well, some do not: the better of two draws, pulled towards the top.
    let quality: f64 = rng
        .random_range(0.0_f64..1.0)
        .max(rng.random_range(0.0..1.0));
    Habits {
        lines,
        on_time: 0.72 + 0.265 * quality,
        drift: rng.random_range(-0.002..0.002),
        too_early: rng.random_range(0.0..0.06),
        partial: rng.random_range(0.03..0.2),
        ppm: 40.0 * (rng.random_range(0.0_f64..4.6)).exp(),
        price_drift: rng.random_range(-0.0006..0.0022),
        invoices: rng.random_range(0.86..0.995),
        months: u32::MAX,
    }
}

fn ratings(
    rng: &mut impl Rng,
    category: &Category,
    country: &Country,
    lines: f64,
    tail: bool,
) -> Ratings {
    // Nobody rates the whole tail: half of it has gaps.
    let mut known = |chance: f64| !tail || rng.random_bool(chance);
    let (impact, alternatives, switching, market, risk, revenue, innovation) = (
        known(0.8),
        known(0.6),
        known(0.5),
        known(0.9),
        known(0.8),
        known(0.3),
        known(0.4),
    );
    let spread = |rng: &mut dyn rand::RngCore, low: i64, high: i64| rng.random_range(low..=high);
    let rarity = category.market_hhi_ppm;
    Ratings {
        impact: impact.then(|| {
            (category.impact + spread(rng, -1, if lines > 60.0 { 1 } else { 0 })).clamp(1, 5)
        }),
        innovation: innovation.then(|| spread(rng, 1, 4)),
        alternatives: alternatives.then(|| match rarity {
            150_000.. => spread(rng, 0, 2),
            80_000.. => spread(rng, 1, 4),
            _ => spread(rng, 2, 8),
        }),
        switching_minor: switching.then(|| spread(rng, 5, 160) * 100_000 * category.impact),
        market_hhi_ppm: market
            .then(|| (rarity + spread(rng, -20_000, 20_000)).clamp(5_000, 1_000_000)),
        risk_centi: risk.then(|| (country.risk_centi + spread(rng, -400, 2_600)).clamp(0, 10_000)),
        revenue_minor: revenue.then(|| spread(rng, 2, 90) * 100_000_000),
        dependency_centi: known_dependency(rng, lines),
    }
}

fn known_dependency(rng: &mut impl Rng, lines: f64) -> Option<i64> {
    rng.random_bool(0.7)
        .then(|| ((lines * 30.0) as i64 + rng.random_range(0..2_000)).clamp(0, 9_000))
}

/// A company name nobody else has yet.
fn name(
    rng: &mut impl Rng,
    taken: &mut HashSet<String>,
    category: &Category,
    country: &Country,
) -> String {
    for attempt in 0.. {
        let stem = country.stems.choose(rng).copied().unwrap_or_default();
        let suffix = SUFFIXES.choose(rng).copied().unwrap_or_default();
        let form = country.forms.choose(rng).copied().unwrap_or_default();
        let number = if attempt < 200 {
            String::new()
        } else {
            format!("{} ", attempt / 100)
        };
        let middle = if suffix.is_empty() {
            String::new()
        } else {
            format!("{suffix} ")
        };
        let name = format!("{stem} {} {middle}{number}{form}", category.trade);
        // Another legal form alone would look like a duplicate, and the duplicates of the sample are chosen ones.
        if taken.insert(format!("{stem} {} {middle}{number}", category.trade))
            && taken.insert(name.clone())
        {
            return name;
        }
    }
    unreachable!("the numbers never end")
}

fn domain(name: &str) -> String {
    let words: Vec<String> = deunicode::deunicode(name)
        .to_lowercase()
        .split_whitespace()
        .take(2)
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect())
        .collect();
    // A domain that nobody can own, so that no mail ever leaves by mistake.
    format!("{}.example", words.join("-"))
}

fn weighted<'a, T>(rng: &mut impl Rng, all: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
    let mut ticket = rng.random_range(0..all.iter().map(&weight).sum::<u32>());
    for item in all {
        match ticket.checked_sub(weight(item)) {
            Some(rest) => ticket = rest,
            None => return item,
        }
    }
    &all[0]
}
