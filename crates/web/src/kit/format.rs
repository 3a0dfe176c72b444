//! Numbers, money and dates as a person reads them. Every function takes the reader's [`Locale`]; none reads the clock.
//!
//! The interface speaks English, so words (month names, "days late") are English everywhere; signs and the place of the
//! currency follow the locale. A missing value is never written as 0: see [`missing`].

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};

use super::html::{Html, esc};

/// How numbers and dates are written for one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Locale {
    #[default]
    EnGb,
    EnUs,
    De,
    DeCh,
    Fr,
    It,
    Es,
    Nl,
    Sv,
    Pl,
    Pt,
}

/// A no-break space: figures and their units stay on one line.
const NBSP: &str = "\u{a0}";
/// The narrow no-break space that groups digits in French, Swedish, Polish and Portuguese.
const THIN: &str = "\u{202f}";

struct Signs {
    tag: &'static str,
    decimal: &'static str,
    group: &'static str,
    currency_first: bool,
    /// Thousand, million, billion as Unicode CLDR abbreviates them beside a currency; `None` writes the figure out.
    short: [Option<&'static str>; 3],
}

impl Locale {
    pub const ALL: [Locale; 11] = [
        Self::EnGb,
        Self::EnUs,
        Self::De,
        Self::DeCh,
        Self::Fr,
        Self::It,
        Self::Es,
        Self::Nl,
        Self::Sv,
        Self::Pl,
        Self::Pt,
    ];

    /// The locale of a language tag such as `de-CH`; of an unknown one, none.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let exact = Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(tag));
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        exact.or_else(|| {
            Self::ALL
                .into_iter()
                .find(|locale| locale.tag()[..2].eq_ignore_ascii_case(language))
        })
    }

    pub fn tag(self) -> &'static str {
        self.signs().tag
    }

    const fn signs(self) -> Signs {
        const fn of(
            tag: &'static str,
            decimal: &'static str,
            group: &'static str,
            currency_first: bool,
            short: [Option<&'static str>; 3],
        ) -> Signs {
            Signs {
                tag,
                decimal,
                group,
                currency_first,
                short,
            }
        }
        match self {
            Self::EnGb => of("en-GB", ".", ",", true, [Some("k"), Some("m"), Some("bn")]),
            Self::EnUs => of("en-US", ".", ",", true, [Some("K"), Some("M"), Some("B")]),
            Self::De => of(
                "de-DE",
                ",",
                ".",
                false,
                [None, Some("\u{a0}Mio."), Some("\u{a0}Mrd.")],
            ),
            Self::DeCh => of(
                "de-CH",
                ".",
                "’",
                true,
                [None, Some("\u{a0}Mio."), Some("\u{a0}Mrd.")],
            ),
            Self::Fr => of(
                "fr-FR",
                ",",
                THIN,
                false,
                [Some("\u{a0}k"), Some("\u{a0}M"), Some("\u{a0}Md")],
            ),
            Self::It => of(
                "it-IT",
                ",",
                ".",
                false,
                [None, Some("\u{a0}Mln"), Some("\u{a0}Mrd")],
            ),
            Self::Es => of(
                "es-ES",
                ",",
                ".",
                false,
                [Some("\u{a0}mil"), Some("\u{a0}M"), None],
            ),
            Self::Nl => of(
                "nl-NL",
                ",",
                ".",
                true,
                [Some("K"), Some("\u{a0}mln."), Some("\u{a0}mld.")],
            ),
            Self::Sv => of(
                "sv-SE",
                ",",
                NBSP,
                false,
                [Some("\u{a0}tn"), Some("\u{a0}mn"), Some("\u{a0}md")],
            ),
            Self::Pl => of(
                "pl-PL",
                ",",
                NBSP,
                false,
                [Some("\u{a0}tys."), Some("\u{a0}mln"), Some("\u{a0}mld")],
            ),
            Self::Pt => of(
                "pt-PT",
                ",",
                NBSP,
                false,
                [Some("\u{a0}mil"), Some("\u{a0}M"), None],
            ),
        }
    }
}

/// A whole number with its thousands grouped: `1,204`.
pub fn count(value: i64, locale: Locale) -> String {
    let sign = if value < 0 { "−" } else { "" };
    format!(
        "{sign}{}",
        grouped(&value.unsigned_abs().to_string(), locale)
    )
}

/// A number with a fixed count of decimals: `86.2`. Minus is the minus sign, not a hyphen.
pub fn number(value: f64, decimals: usize, locale: Locale) -> String {
    let written = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    // Minus nothing is nothing: −0.04 rounds to 0.0.
    let is_negative = value < 0.0 && written.chars().any(|c| c.is_ascii_digit() && c != '0');
    let sign = if is_negative { "−" } else { "" };
    let point = if fraction.is_empty() {
        ""
    } else {
        locale.signs().decimal
    };
    format!("{sign}{}{point}{fraction}", grouped(whole, locale))
}

/// A share as a percentage: `0.9075` with one decimal is `90.8%`.
pub fn percent(share: f64, decimals: usize, locale: Locale) -> String {
    let space = match locale {
        Locale::De | Locale::Fr | Locale::Es | Locale::Sv => NBSP,
        _ => "",
    };
    format!("{}{space}%", number(share * 100.0, decimals, locale))
}

/// A change in percentage points or score points with its sign: `+2.1`, `−0.4`.
pub fn signed(value: f64, decimals: usize, locale: Locale) -> String {
    let written = number(value, decimals, locale);
    if value > 0.0 && written.chars().any(|c| c.is_ascii_digit() && c != '0') {
        format!("+{written}")
    } else {
        written
    }
}

/// Parts per million, whole: `1,240 ppm`.
pub fn ppm(value: f64, locale: Locale) -> String {
    format!("{}{NBSP}ppm", number(value, 0, locale))
}

/// Money in full, from minor units: `€4,820,000.00`.
pub fn money(minor: i64, currency: &str, locale: Locale) -> String {
    let digits = minor_digits(currency);
    let unit = 10_u64.pow(digits);
    let size = minor.unsigned_abs();
    let mut figure = grouped(&(size / unit).to_string(), locale);
    if digits > 0 {
        figure.push_str(locale.signs().decimal);
        figure.push_str(&format!("{:0width$}", size % unit, width = digits as usize));
    }
    with_currency(minor < 0, &figure, currency, locale)
}

/// Money at a glance, from minor units: `€4.82m`, `€310k`, `€84`; three significant figures or so.
pub fn money_compact(minor: i64, currency: &str, locale: Locale) -> String {
    let (figure, suffix) = compact_parts(minor, currency, locale);
    with_currency(minor < 0, &format!("{figure}{suffix}"), currency, locale)
}

/// As [`money_compact`], split into figure and unit, so that a key figure can set the unit smaller.
pub fn money_parts(minor: i64, currency: &str, locale: Locale) -> (String, String) {
    let (figure, suffix) = compact_parts(minor, currency, locale);
    let sign = if minor < 0 { "−" } else { "" };
    let symbol = symbol(currency);
    let gap = if symbol.len() > 2 && symbol.is_ascii() {
        NBSP
    } else {
        ""
    };
    if locale.signs().currency_first {
        (format!("{sign}{symbol}{gap}{figure}"), suffix)
    } else {
        (format!("{sign}{figure}"), format!("{suffix}{NBSP}{symbol}"))
    }
}

/// A date in full: `31 Jan 2027`.
pub fn date(on: NaiveDate, locale: Locale) -> String {
    let month = MONTHS[on.month0() as usize];
    if locale == Locale::EnUs {
        format!("{month}{NBSP}{}, {}", on.day(), on.year())
    } else {
        format!("{}{NBSP}{month}{NBSP}{}", on.day(), on.year())
    }
}

/// A date in the year at hand: `31 Jan`.
pub fn date_short(on: NaiveDate, locale: Locale) -> String {
    let month = MONTHS[on.month0() as usize];
    if locale == Locale::EnUs {
        format!("{month}{NBSP}{}", on.day())
    } else {
        format!("{}{NBSP}{month}", on.day())
    }
}

/// A month: `Jan 2027`.
pub fn month(on: NaiveDate) -> String {
    format!("{}{NBSP}{}", MONTHS[on.month0() as usize], on.year())
}

/// A quarter: `Q3 2026`.
pub fn quarter(on: NaiveDate) -> String {
    format!("Q{}{NBSP}{}", on.month0() / 3 + 1, on.year())
}

/// A date and time in UTC, for logs and tooltips: `23 Nov 2026, 08:42 UTC`.
pub fn moment(at: DateTime<Utc>, locale: Locale) -> String {
    format!(
        "{}, {:02}:{:02}{NBSP}UTC",
        date(at.date_naive(), locale),
        at.hour(),
        at.minute()
    )
}

/// A recent moment as people say it: `3 minutes ago`, `yesterday`, then the date. Deadlines are written as dates instead.
pub fn recent(at: DateTime<Utc>, now: DateTime<Utc>, locale: Locale) -> String {
    let minutes = (now - at).num_minutes();
    let days = (now.date_naive() - at.date_naive()).num_days();
    match (minutes, days) {
        (..0, _) => date(at.date_naive(), locale),
        (0, _) => "just now".to_owned(),
        (1, _) => "1 minute ago".to_owned(),
        (2..60, _) => format!("{minutes} minutes ago"),
        (60..120, _) => "1 hour ago".to_owned(),
        (_, 0) => format!("{} hours ago", minutes / 60),
        (_, 1) => "yesterday".to_owned(),
        (_, 2..7) => format!("{days} days ago"),
        _ if at.year() == now.year() => date_short(at.date_naive(), locale),
        _ => date(at.date_naive(), locale),
    }
}

/// A count of days: `1 day`, `23 days`.
pub fn days(count_of: i64, locale: Locale) -> String {
    counted(count_of, "day", "days", locale)
}

/// A count with its noun: `1 order line`, `1,204 order lines`.
pub fn counted(value: i64, one: &str, many: &str, locale: Locale) -> String {
    format!(
        "{}{NBSP}{}",
        count(value, locale),
        if value == 1 { one } else { many }
    )
}

/// A deadline: its date, and when it has passed how late it is, in words and not only in colour (convention 41).
pub fn due(on: NaiveDate, today: NaiveDate, soon_days: i64, locale: Locale) -> Html {
    let left = (on - today).num_days();
    let (class, text) = match left {
        ..0 => ("late", format!("{} late", days(-left, locale))),
        _ if left <= soon_days => ("soon", date(on, locale)),
        _ => ("", date(on, locale)),
    };
    let tip = if left < 0 {
        format!(" data-tip=\"Was due {}\"", esc(&date(on, locale)))
    } else {
        String::new()
    };
    Html::trusted(format!(
        "<time class=\"{class}\" datetime=\"{on}\"{tip}>{}</time>",
        esc(&text)
    ))
}

/// A date as a `<time>` element.
pub fn day(on: NaiveDate, locale: Locale) -> Html {
    Html::trusted(format!(
        "<time datetime=\"{on}\">{}</time>",
        date(on, locale)
    ))
}

/// A recent moment as a `<time>` element, with the exact moment as tooltip.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>, locale: Locale) -> Html {
    Html::trusted(format!(
        "<time datetime=\"{}\" data-tip=\"{}\">{}</time>",
        at.format("%Y-%m-%dT%H:%M:%SZ"),
        moment(at, locale),
        recent(at, now, locale)
    ))
}

/// What stands where a value is missing: an en dash to the eye, the reason in words to everybody (`not reported`).
pub fn missing(reason: &str) -> Html {
    let reason = esc(reason);
    Html::trusted(format!(
        "<span class=\"missing\" data-tip=\"{reason}\"><span aria-hidden=\"true\">–</span><span class=\"vh\">{reason}</span></span>"
    ))
}

/// A value if there is one, otherwise [`missing`] with its reason.
pub fn or_missing(value: Option<String>, reason: &str) -> Html {
    value.map_or_else(|| missing(reason), Html::from)
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Decimal places of a currency's minor unit, by ISO 4217; two where the standard has no other.
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "UYI" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// The sign of a currency where it is unmistakable, otherwise its code: a bare `$` could be any of twenty.
fn symbol(currency: &str) -> &str {
    match currency {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "US$",
        "JPY" => "¥",
        "INR" => "₹",
        "KRW" => "₩",
        "VND" => "₫",
        other => other,
    }
}

fn with_currency(is_negative: bool, figure: &str, currency: &str, locale: Locale) -> String {
    let symbol = symbol(currency);
    let sign = if is_negative { "−" } else { "" };
    if !locale.signs().currency_first {
        return format!("{sign}{figure}{NBSP}{symbol}");
    }
    let gap = if symbol.len() > 2 && symbol.is_ascii() && !symbol.ends_with('$') {
        NBSP
    } else {
        ""
    };
    format!("{sign}{symbol}{gap}{figure}")
}

fn compact_parts(minor: i64, currency: &str, locale: Locale) -> (String, String) {
    let signs = locale.signs();
    let major = minor.unsigned_abs() as f64 / 10_f64.powi(minor_digits(currency) as i32);
    let steps = [
        (1e9, signs.short[2]),
        (1e6, signs.short[1]),
        (1e3, signs.short[0]),
    ];
    for (size, suffix) in steps {
        // 999,600 reads as 1.00m, not as 1,000k.
        let rounds_up_to = size * if size == 1e3 { 1.0 } else { 0.9995 };
        if let Some(suffix) = suffix
            && major >= rounds_up_to
        {
            let scaled = major / size;
            let decimals = if size > 1e3 && scaled < 99.95 {
                if scaled < 9.995 { 2 } else { 1 }
            } else {
                0
            };
            return (number(scaled, decimals, locale), suffix.to_owned());
        }
    }
    (number(major, 0, locale), String::new())
}

fn grouped(digits: &str, locale: Locale) -> String {
    let group = locale.signs().group;
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * group.len());
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn money_is_compact_and_follows_the_reader() {
        assert_eq!(money_compact(482_000_000, "EUR", Locale::EnGb), "€4.82m");
        assert_eq!(money_compact(4_820_000_000, "EUR", Locale::EnGb), "€48.2m");
        assert_eq!(money_compact(31_000_000, "EUR", Locale::EnGb), "€310k");
        assert_eq!(money_compact(99_960_000, "EUR", Locale::EnGb), "€1.00m");
        assert_eq!(money_compact(8_450, "EUR", Locale::EnGb), "€84");
        assert_eq!(money_compact(-482_000_000, "GBP", Locale::EnGb), "−£4.82m");
        assert_eq!(
            money_compact(482_000_000, "EUR", Locale::De),
            "4,82\u{a0}Mio.\u{a0}€"
        );
        assert_eq!(
            money_compact(31_000_000, "EUR", Locale::De),
            "310.000\u{a0}€"
        );
        assert_eq!(
            money_compact(482_000_000, "EUR", Locale::Fr),
            "4,82\u{a0}M\u{a0}€"
        );
        assert_eq!(
            money_compact(482_000_000, "CHF", Locale::DeCh),
            "CHF\u{a0}4.82\u{a0}Mio."
        );
        assert_eq!(
            money_compact(1_234_567, "JPY", Locale::EnGb),
            "¥1.23m",
            "yen has no minor unit"
        );
    }

    #[test]
    fn money_in_full_keeps_every_minor_unit() {
        assert_eq!(money(482_000_005, "EUR", Locale::EnGb), "€4,820,000.05");
        assert_eq!(money(482_000_005, "EUR", Locale::De), "4.820.000,05\u{a0}€");
        assert_eq!(money(-5, "USD", Locale::EnUs), "−US$0.05");
        assert_eq!(
            money(1_234, "KWD", Locale::EnGb),
            "KWD\u{a0}1.234",
            "the dinar has three decimals"
        );
        assert_eq!(
            money(i64::MIN, "JPY", Locale::EnGb),
            "−¥9,223,372,036,854,775,808"
        );
    }

    #[test]
    fn numbers_round_and_keep_their_sign() {
        assert_eq!(percent(0.907_484, 4, Locale::EnGb), "90.7484%");
        assert_eq!(percent(0.9075, 1, Locale::De), "90,8\u{a0}%");
        assert_eq!(
            number(-0.04, 1, Locale::EnGb),
            "0.0",
            "minus nothing is nothing"
        );
        assert_eq!(signed(2.1, 1, Locale::EnGb), "+2.1");
        assert_eq!(signed(-0.4, 1, Locale::EnGb), "−0.4");
        assert_eq!(count(1_204_311, Locale::Fr), "1\u{202f}204\u{202f}311");
        assert_eq!(ppm(1_240.4, Locale::EnGb), "1,240\u{a0}ppm");
        assert_eq!(
            counted(1, "order line", "order lines", Locale::EnGb),
            "1\u{a0}order line"
        );
    }

    #[test]
    fn dates_and_recent_moments() {
        let now = on(2026, 11, 23).and_hms_opt(9, 0, 0).unwrap().and_utc();
        assert_eq!(date(on(2027, 1, 31), Locale::EnGb), "31\u{a0}Jan\u{a0}2027");
        assert_eq!(date(on(2027, 1, 31), Locale::EnUs), "Jan\u{a0}31, 2027");
        assert_eq!(quarter(on(2026, 9, 30)), "Q3\u{a0}2026");
        let at = |minutes: i64| now - chrono::TimeDelta::minutes(minutes);
        assert_eq!(recent(at(0), now, Locale::EnGb), "just now");
        assert_eq!(recent(at(18), now, Locale::EnGb), "18 minutes ago");
        assert_eq!(recent(at(8 * 60), now, Locale::EnGb), "8 hours ago");
        assert_eq!(recent(at(10 * 60), now, Locale::EnGb), "yesterday");
        assert_eq!(recent(at(3 * 24 * 60), now, Locale::EnGb), "3 days ago");
        assert_eq!(recent(at(30 * 24 * 60), now, Locale::EnGb), "24\u{a0}Oct");
        assert_eq!(
            recent(at(400 * 24 * 60), now, Locale::EnGb),
            "19\u{a0}Oct\u{a0}2025"
        );
    }

    #[test]
    fn an_overdue_date_says_so_in_words() {
        let html = due(on(2026, 11, 19), on(2026, 11, 23), 10, Locale::EnGb);
        assert!(html.as_str().contains("4\u{a0}days late"), "{html}");
        assert!(
            due(on(2026, 11, 30), on(2026, 11, 23), 10, Locale::EnGb)
                .as_str()
                .contains("soon")
        );
    }

    #[test]
    fn missing_is_a_dash_with_its_reason_and_hostile_text_is_escaped() {
        let html = missing("no order date <script>");
        assert!(
            html.as_str().contains("–") && html.as_str().contains("no order date &lt;script&gt;"),
            "{html}"
        );
        assert_eq!(
            or_missing(Some("86.2".to_owned()), "too few").as_str(),
            "86.2"
        );
    }

    #[test]
    fn locales_are_found_by_tag() {
        assert_eq!(Locale::from_tag("de-CH"), Some(Locale::DeCh));
        assert_eq!(Locale::from_tag("de-AT"), Some(Locale::De));
        assert_eq!(Locale::from_tag("en"), Some(Locale::EnGb));
        assert_eq!(Locale::from_tag("zz"), None);
    }
}
