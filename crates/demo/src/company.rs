//! Who supplies the sample company: first the suppliers with a story, then as many others as asked for.

use std::collections::HashSet;

use rand::{Rng, seq::IndexedRandom};

use crate::{
    orders::MONTHS,
    world::{CATEGORIES, COUNTRIES, Category, Country, SUFFIXES},
};

/// An invented supplier, and how it behaves.
#[derive(Debug)]
pub(crate) struct Supplier {
    /// Its number in the sample company's ERP.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) country: &'static Country,
    pub(crate) city: &'static str,
    pub(crate) address: String,
    pub(crate) postcode: String,
    pub(crate) category: &'static Category,
    pub(crate) contact: String,
    pub(crate) domain: String,
    pub(crate) status: &'static str,
    /// For how many years it has been a supplier.
    pub(crate) years: i32,
    /// The cities it delivers from; the first is where it sits.
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

/// How a supplier behaves, month by month. Chances are those of one order line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// Order lines a month, on average.
    pub(crate) lines: f64,
    /// Chance that a line arrives inside the delivery window, at first.
    pub(crate) on_time: f64,
    /// What happens to that chance each month after `turn`.
    pub(crate) drift: f64,
    /// The month in which it begins to change.
    pub(crate) turn: u32,
    /// Of the lines outside the window, how many come before it.
    pub(crate) too_early: f64,
    /// Of the lines inside the window, how many come on its first day, three days early.
    pub(crate) hasty: f64,
    /// Chance that less arrives than was ordered.
    pub(crate) short: f64,
    /// Chance that a line is delivered in parts.
    pub(crate) partial: f64,
    /// Defective units in a million.
    pub(crate) ppm: f64,
    /// Chance that an inspected lot is not accepted.
    pub(crate) bad_lots: f64,
    /// Price against the standard price, at the end of the history.
    pub(crate) price: f64,
    /// Chance that an invoice matches at once.
    pub(crate) invoices: f64,
    /// Only the last so many months have lines.
    pub(crate) months: u32,
}

/// How good a supplier is at what a scorecard counts: 0 is where points begin, 1 where all are earned.
#[derive(Clone, Copy, Debug)]
struct Skill {
    delivery: f64,
    punctuality: f64,
    quality: f64,
    price: f64,
    invoices: f64,
}

impl Skill {
    /// Good suppliers are good at most things: a general skill, and some distance from it for each thing.
    fn draw(rng: &mut impl Rng) -> Self {
        // The mean of three draws is bell-shaped enough.
        let bell = (0..3).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>();
        let general = 0.78 + 0.22 * bell;
        let mut around = || (general + rng.random_range(-0.16..0.16)).clamp(0.05, 1.0);
        Self {
            delivery: around(),
            punctuality: around(),
            quality: around(),
            price: around(),
            invoices: around(),
        }
    }

    fn even(level: f64) -> Self {
        Self {
            delivery: level,
            punctuality: level,
            quality: level,
            price: level,
            invoices: level,
        }
    }

    /// The habits that earn about these points under the handbook's templates.
    fn habits(self, lines: f64) -> Habits {
        let between =
            |threshold: f64, target: f64, skill: f64| threshold + (target - threshold) * skill;
        let short = 0.02 * (1.0 - self.delivery);
        let on_time = (between(0.80, 0.98, self.delivery) / (1.0 - short)).min(0.995);
        // A third of the late lines is at most two days late.
        let within = between(0.60, 0.95, self.punctuality) - 0.33 * (1.0 - on_time);
        Habits {
            lines,
            on_time,
            drift: 0.0,
            turn: 0,
            too_early: 0.12,
            hasty: (1.0 - within / on_time).clamp(0.0, 0.6),
            short,
            partial: 0.08,
            // The points fall with the logarithm of the defects.
            ppm: 5_000.0 * 0.01_f64.powf(self.quality),
            bad_lots: 1.0 - between(0.90, 0.99, self.quality),
            price: between(0.05, -0.02, self.price),
            invoices: between(0.85, 0.98, self.invoices),
            months: u32::MAX,
        }
    }
}

/// What makes a story: a name, a place, and how the figures differ from anybody's.
struct Story {
    name: &'static str,
    country: &'static str,
    city: &'static str,
    category: &'static str,
    lines: f64,
    /// How long it has been a supplier.
    years: i32,
    skill: f64,
    /// Few others could do it, and changing would cost most of a year's spend.
    hard_to_replace: bool,
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
        years: 12,
        skill: 0.95,
        hard_to_replace: true,
        tell: |habits, ratings| {
            (habits.on_time, habits.drift, habits.price) = (0.945, 0.0013, -0.012);
            // One bad lot would cost a quarter its grade, and a star has none.
            (habits.ppm, habits.bad_lots) = (4.0, 0.0004);
            (ratings.impact, ratings.innovation) = (Some(5), Some(5));
        },
    },
    // The slide: strategic, good for years, and losing more than a point a month since last winter.
    Story {
        name: "Kessler Präzision GmbH",
        country: "DE",
        city: "Aalen",
        category: "MACH",
        lines: 240.0,
        years: 17,
        skill: 0.86,
        hard_to_replace: true,
        tell: |habits, ratings| {
            (habits.on_time, habits.drift, habits.turn) = (0.970, -0.018, 18);
            // The parts are good; it is the days that slide.
            (habits.ppm, habits.bad_lots) = (4.0, 0.0004);
            (ratings.impact, ratings.risk_centi) = (Some(5), Some(6_400));
        },
    },
    // The sole source: excellent, small, and nobody else can make it.
    Story {
        name: "Tanaka Seimitsu K.K.",
        country: "JP",
        city: "Nagano",
        category: "BEAR",
        lines: 120.0,
        years: 15,
        skill: 1.0,
        hard_to_replace: true,
        tell: |_, ratings| {
            (ratings.impact, ratings.alternatives, ratings.risk_centi) =
                (Some(5), Some(0), Some(7_200));
        },
    },
    Story {
        name: "Brenta Motori S.p.A.",
        country: "IT",
        city: "Vicenza",
        category: "MOTR",
        lines: 110.0,
        years: 14,
        skill: 0.80,
        hard_to_replace: true,
        tell: |habits, ratings| {
            habits.partial = 0.30;
            ratings.impact = Some(5);
        },
    },
    Story {
        name: "Lumen Sensors Oy",
        country: "FI",
        city: "Tampere",
        category: "SENS",
        lines: 100.0,
        years: 8,
        skill: 0.88,
        hard_to_replace: true,
        tell: |habits, ratings| {
            habits.drift = 0.0008;
            (ratings.innovation, ratings.impact) = (Some(5), Some(4));
        },
    },
    // Cheap, and it shows in the incoming inspection.
    Story {
        name: "Minh Phát Electronics JSC",
        country: "VN",
        city: "Hai Phong",
        category: "ELEC",
        lines: 150.0,
        years: 6,
        skill: 0.74,
        hard_to_replace: true,
        tell: |habits, ratings| {
            (habits.ppm, habits.bad_lots, habits.price) = (2_600.0, 0.085, -0.02);
            ratings.impact = Some(5);
        },
    },
    // Half of one party that is twice in the books.
    Story {
        name: "Vallefer Forgiature S.r.l.",
        country: "IT",
        city: "Brescia",
        category: "FORG",
        lines: 95.0,
        years: 13,
        skill: 0.80,
        hard_to_replace: false,
        tell: |_, _| {},
    },
    Story {
        name: "Vallefer Forgiature SRL",
        country: "IT",
        city: "Brescia",
        category: "FORG",
        lines: 12.0,
        years: 2,
        skill: 0.70,
        hard_to_replace: false,
        tell: |_, _| {},
    },
    // Too little data for any judgement.
    Story {
        name: "Korund Keramik GmbH",
        country: "DE",
        city: "Solingen",
        category: "CERA",
        lines: 1.6,
        years: 0,
        skill: 0.90,
        hard_to_replace: false,
        tell: |habits, ratings| {
            habits.months = 5;
            (ratings.impact, ratings.alternatives, ratings.innovation) =
                (Some(5), Some(1), Some(4));
        },
    },
    // Punctual in its own way: it empties its floor and fills ours.
    Story {
        name: "Oriel Polymers Ltd",
        country: "GB",
        city: "Coventry",
        category: "SEAL",
        lines: 120.0,
        years: 10,
        skill: 0.86,
        hard_to_replace: false,
        tell: |habits, _| (habits.on_time, habits.too_early) = (0.86, 0.80),
    },
    Story {
        name: "Gdynia Logistyka Sp. z o.o.",
        country: "PL",
        city: "Gdynia",
        category: "FRGT",
        lines: 130.0,
        years: 9,
        skill: 0.84,
        hard_to_replace: false,
        tell: |habits, _| habits.drift = -0.003,
    },
    // Good steel, wrong bills.
    Story {
        name: "Aurelia Steel N.V.",
        country: "NL",
        city: "Dordrecht",
        category: "STEL",
        lines: 105.0,
        years: 16,
        skill: 0.84,
        hard_to_replace: false,
        tell: |habits, _| habits.invoices = 0.82,
    },
];

/// So many suppliers make the sample company as large as it is meant to be.
const FULL: f64 = 400.0;

/// The suppliers of a sample company, `count` of them; never fewer than the stories.
pub(crate) fn suppliers(rng: &mut impl Rng, count: u32) -> Vec<Supplier> {
    let mut names: HashSet<String> = STORIES.iter().map(|story| story.name.to_owned()).collect();
    // A smaller company orders less from each.
    let size = (f64::from(count) / FULL).min(1.0);
    let mut all: Vec<Supplier> = STORIES.iter().map(|story| told(rng, story, size)).collect();
    let others = (count as usize).saturating_sub(all.len());
    for rank in 0..others {
        all.push(other(rng, &mut names, (rank, others), size));
    }
    for (number, supplier) in all.iter_mut().enumerate() {
        supplier.key = format!("V{:06}", 100_000 + number * 7);
    }
    all
}

fn told(rng: &mut impl Rng, story: &Story, size: f64) -> Supplier {
    let lines = (story.lines * size).max(story.lines.min(8.0));
    let country = COUNTRIES
        .iter()
        .find(|country| country.code == story.country)
        .unwrap_or(&COUNTRIES[0]);
    let category = CATEGORIES
        .iter()
        .find(|category| category.code == story.category)
        .unwrap_or(&CATEGORIES[0]);
    let mut habits = Skill::even(story.skill).habits(lines);
    let mut ratings = ratings(rng, category, country, lines, false);
    if story.hard_to_replace {
        ratings.alternatives = Some(1);
        ratings.switching_minor = Some(year_minor(category, lines) / 10 * 9);
        ratings.market_hhi_ppm = Some(320_000);
        ratings.risk_centi = Some(4_600);
    }
    (story.tell)(&mut habits, &mut ratings);
    let mut sites = vec![story.city];
    sites.extend(country.cities.iter().find(|other| **other != story.city));
    Supplier {
        years: story.years,
        sites,
        ..supplier(
            rng,
            story.name.to_owned(),
            country,
            story.city,
            category,
            habits,
            ratings,
        )
    }
}

/// Order lines fall off with the rank as they do in the world: a few suppliers hold most of the spend.
fn other(
    rng: &mut impl Rng,
    names: &mut HashSet<String>,
    (rank, of): (usize, usize),
    size: f64,
) -> Supplier {
    let category = weighted(rng, CATEGORIES, |category| category.share);
    let country = weighted(rng, COUNTRIES, |country| country.share);
    let name = name(rng, names, category, country);
    let lines = (620.0 * size / (rank as f64 + 7.0).powf(0.82) + 0.5) * rng.random_range(0.7..1.3);
    let mut habits = anybody(rng, lines);
    // The tail is where suppliers come and go, and where nobody has written anything down.
    let tail = rank * 10 > of * 7;
    if tail && rng.random_bool(0.3) {
        habits.months = rng.random_range(3..20);
    }
    let years = (habits.months < MONTHS).then_some(habits.months as i32 / 12);
    let ratings = ratings(rng, category, country, lines, tail);
    let city = country.cities.choose(rng).copied().unwrap_or_default();
    let mut supplier = supplier(rng, name, country, city, category, habits, ratings);
    supplier.years = years.unwrap_or(supplier.years);
    if tail {
        supplier.status = [
            "active",
            "active",
            "active",
            "active",
            "active",
            "active",
            "active",
            "approved",
            "under_review",
            "registering",
            "invited",
            "blocked",
            "retired",
        ]
        .choose(rng)
        .copied()
        .unwrap_or("active");
        if matches!(supplier.status, "under_review" | "registering" | "invited") {
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
        address: format!("{} {}", country.street, rng.random_range(1..=140)),
        postcode: format!("{:05}", rng.random_range(10_000..99_000)),
        category,
        contact: format!("{given} {family}"),
        status: "active",
        years: rng.random_range(3..23),
        sites,
        ratings,
        habits,
    }
}

/// How somebody without a story behaves.
fn anybody(rng: &mut impl Rng, lines: f64) -> Habits {
    Habits {
        // Some get better, some worse, by up to three points a year.
        drift: rng.random_range(-0.0025..0.0025),
        turn: rng.random_range(0..24),
        too_early: rng.random_range(0.0..0.25),
        partial: rng.random_range(0.03..0.2),
        ..Skill::draw(rng).habits(lines)
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
    let year = year_minor(category, lines);
    Ratings {
        impact: impact.then(|| {
            let (low, high) = if lines > 60.0 { (-1, 1) } else { (-3, -1) };
            (category.impact + spread(rng, low, high)).clamp(1, 5)
        }),
        innovation: innovation.then(|| spread(rng, 1, 4)),
        alternatives: alternatives.then(|| match rarity {
            150_000.. => spread(rng, 0, 2),
            80_000.. => spread(rng, 1, 4),
            _ => spread(rng, 2, 8),
        }),
        // A share of a year's spend, larger where there are few to change to.
        switching_minor: switching.then(|| {
            let most = if rarity >= 150_000 { 100 } else { 40 };
            year / 100 * spread(rng, 2, most)
        }),
        market_hhi_ppm: market
            .then(|| (rarity + spread(rng, -20_000, 20_000)).clamp(5_000, 1_000_000)),
        risk_centi: risk.then(|| (country.risk_centi + spread(rng, -400, 2_600)).clamp(0, 10_000)),
        revenue_minor: revenue.then(|| spread(rng, 2, 90) * 100_000_000),
        dependency_centi: known_dependency(rng, lines),
    }
}

/// About what a supplier of a category is paid in a year.
fn year_minor(category: &Category, lines: f64) -> i64 {
    let lot = (category.lot.0 + category.lot.1) as f64 / 2.0;
    let price = (category.price.0 as f64 * category.price.1 as f64).sqrt();
    (lines * 12.0 * lot * price) as i64
}

fn known_dependency(rng: &mut impl Rng, lines: f64) -> Option<i64> {
    rng.random_bool(0.7)
        .then(|| ((lines * 30.0) as i64 + rng.random_range(0..2_000)).clamp(0, 9_000))
}

/// A company name nobody else has yet. Another trade or legal form alone would look like a duplicate, and the duplicates of
/// the sample are chosen ones; so each name has a first word of its own while there are any.
fn name(
    rng: &mut impl Rng,
    taken: &mut HashSet<String>,
    category: &Category,
    country: &Country,
) -> String {
    let mut attempt = 0;
    loop {
        let head = country.heads.choose(rng).copied().unwrap_or_default();
        let tail = country.tails.choose(rng).copied().unwrap_or_default();
        let form = country.forms.choose(rng).copied().unwrap_or_default();
        let more = match attempt {
            0..40 => String::new(),
            40..300 => format!(" {}", SUFFIXES.choose(rng).copied().unwrap_or_default()),
            _ => format!(
                " {} {}",
                SUFFIXES.choose(rng).copied().unwrap_or_default(),
                attempt / 100
            ),
        };
        if taken.insert(format!("{head}{tail}{more}")) {
            return format!("{head}{tail} {}{more} {form}", category.trade);
        }
        attempt += 1;
    }
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
